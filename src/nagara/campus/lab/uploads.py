"""Bounds on what may be uploaded, kept while the bytes come in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class BoundedUpload(FileUploadHandler):
    """Stops an upload at NAGARA_UPLOAD_MB, whatever the request said its length was."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.asked: Any = request
        self.bytes = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 (Django's name)
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        self.limit = settings.NAGARA_UPLOAD_MB * 1024 * 1024
        if content_length > self.limit:
            self.limit = -1  # the first piece stops it; Django catches a stop only there

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.bytes += len(raw_data)
        if self.bytes > self.limit:
            self.asked.upload_too_large = True
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def file_name(given: str, taken: set[str]) -> str:
    """A name that is safe as a file of ours and still the one people know: no folders, no control
    characters, no leading dot, not twice."""
    plain = given.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c for c in plain if c.isprintable()).strip().lstrip(".")[-150:] or "file"
    name, stem, suffix, number = plain, Path(plain).stem, Path(plain).suffix, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}{suffix}"
    return name
