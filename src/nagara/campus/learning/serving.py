"""Files to those who may have them: never run by a browser, in pieces where asked (RFC 9110, 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

BLOCK = 64 * 1024
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Accept-Ranges": "bytes",
}


def send(request: HttpRequest, path: Path, *, name: str, media: str, sha256: str) -> HttpResponseBase:
    """The file as a download under `name`. A download that broke off goes on with Range and If-Range; one
    that is on the device already is not sent again (ETag)."""
    if not path.is_file():
        raise Http404("The file is not here any more.")
    tag = f'"{sha256[:32]}"'
    headers = {**SAFE, "ETag": tag, "Content-Disposition": str(content_disposition_header(True, name))}
    if request.headers.get("If-None-Match", "").strip() == tag:
        return HttpResponse(status=304, headers=headers)
    size = path.stat().st_size
    asked = request.headers.get("Range", "")
    if not asked or request.headers.get("If-Range", tag).strip() != tag:
        return _whole(path, name, media, headers)
    span = _span(asked, size)
    if span is None:
        return _whole(path, name, media, headers)
    start, stop = span
    if start >= size or start >= stop:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    headers |= {"Content-Range": f"bytes {start}-{stop - 1}/{size}", "Content-Length": str(stop - start)}
    return StreamingHttpResponse(_piece(path, start, stop), status=206, content_type=media, headers=headers)


def _whole(path: Path, name: str, media: str, headers: dict[str, str]) -> FileResponse:
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=name, content_type=media, headers=headers
    )


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """One range of bytes as (start, after its end); None for what we do not serve (several, other units)."""
    found = re.fullmatch(r"bytes=(\d{0,15})-(\d{0,15})", asked.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size


def _piece(path: Path, start: int, stop: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        left = stop - start
        while left > 0 and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            yield block
