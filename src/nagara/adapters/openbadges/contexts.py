"""JSON-LD contexts from a folder. Nothing is ever fetched: an address that is not here is an error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
FILES = {
    CREDENTIALS: "credentials-v2.json",
    "https://www.w3.org/2018/credentials/v1": "credentials-v1.json",
    BADGES: "open-badges-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": "open-badges-3.0.2.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json": "open-badges-3.0.1.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json": "open-badges-3.0.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json": "open-badges-extensions.json",
    "https://w3id.org/security/data-integrity/v2": "data-integrity-v2.json",
    "https://w3id.org/security/data-integrity/v1": "data-integrity-v1.json",
}
"""Address of a context -> file in the folder."""

Contexts = Mapping[str, Any]


class UnknownContext(Exception):
    """A document names a context that is not here; `url` is its address."""

    def __init__(self, url: str) -> None:
        super().__init__(f"the context {url} is not known here")
        self.url = url


@cache
def load(folder: Path) -> dict[str, Any]:
    """The contexts of a folder by address; those whose file is missing are left out."""
    return {
        url: json.loads((folder / name).read_text("utf-8"))
        for url, name in FILES.items()
        if (folder / name).is_file()
    }
