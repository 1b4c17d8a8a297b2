"""Finds the third-party files that `collect_assets.py` copied."""

from __future__ import annotations

from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.checks import Warning as Look
from django.core.files.storage import FileSystemStorage

from nagara.campus.design.collect_assets import ASSETS


class AssetsFinder(BaseFinder):
    """Serves `design/assets/static`. Without it the site works, less interactive maps and charts."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.storage = FileSystemStorage(location=ASSETS / "static")
        super().__init__()

    def check(self, **kwargs: object) -> list[CheckMessage]:
        if (ASSETS / "static").is_dir():
            return []
        return [Look("third-party files are missing", hint="run `make assets`", id="design.W001")]

    def find(self, path: str, find_all: bool = False, **kwargs: object) -> Any:
        found = ASSETS / "static" / path
        inside = found.resolve().is_relative_to((ASSETS / "static").resolve())
        if inside and found.is_file():
            return [str(found)] if find_all else str(found)
        return []

    def list(self, ignore_patterns: object) -> Any:
        root = ASSETS / "static"
        if root.is_dir():
            for path in sorted(root.rglob("*")):
                if path.is_file():
                    yield str(path.relative_to(root)), self.storage
