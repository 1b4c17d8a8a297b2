"""Uploads in pieces over plain HTTP: tus 1.0 (core, creation, termination; tus.io/protocols).

A browser's script and any tus client speak to it. Whoever may hand in the document may upload; another
person's upload does not exist.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from nagara.campus.admissions.domain import uploading
from nagara.campus.admissions.models import Document, Upload
from nagara.campus.design.limits import limited
from nagara.citylab.errors import CityLabError

VERSION = "1.0.0"


def _tus(*methods: str) -> Callable[[Any], Any]:
    """The rules of the protocol that hold for every request."""

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            method = _method(request)
            if method == "OPTIONS":
                answer = HttpResponse(status=204, headers=_abilities())
            elif method not in methods:
                answer = HttpResponse(status=405, headers={"Allow": ", ".join((*methods, "OPTIONS"))})
            elif request.headers.get("Tus-Resumable") != VERSION:
                answer = HttpResponse(status=412, headers={"Tus-Version": VERSION})
            elif not request.user.is_authenticated:
                answer = _say(401, "Sign in first.")
            else:
                answer = view(request, *args, **kwargs)
            answer["Tus-Resumable"] = VERSION
            answer["Cache-Control"] = "no-store"
            return answer

        return inner

    return wrap


def _method(request: HttpRequest) -> str:
    """Some networks let only GET and POST through: a POST may say what it means."""
    meant = request.headers.get("X-HTTP-Method-Override", "").upper()
    return meant if request.method == "POST" and meant else str(request.method)


def _abilities() -> dict[str, str]:
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": "creation,termination",
        "Tus-Max-Size": str(settings.NAGARA_UPLOAD_MB * 1024 * 1024),
    }


def _say(status: int, text: str, **headers: str) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8", headers=headers)


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 16 else None


@limited("upload-begin", most=120)
@_tus("POST")
def uploads(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Begin an upload (creation)."""
    found = Document.objects.select_related("application__call").filter(
        application=pk, application__user=request.user.pk, kind=kind
    )
    document = get_object_or_404(found)
    length = _whole(request.headers.get("Upload-Length"))
    if length is None:
        return _say(400, "Upload-Length is missing.")
    try:
        upload = uploading.begin(document, name=_name(request), length=length, by=request.user)  # type: ignore[arg-type]
    except uploading.TooLarge as error:
        return _say(413, str(error))
    except CityLabError as error:
        return _say(400, str(error))
    address = request.build_absolute_uri(upload.get_absolute_url())
    return HttpResponse(status=201, headers={"Location": address, "Upload-Offset": "0"})


def _name(request: HttpRequest) -> str:
    """The file's name from Upload-Metadata: pairs of a key and a value in base64."""
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "filename":
            with contextlib.suppress(binascii.Error, UnicodeDecodeError, ValueError):
                name = base64.b64decode(value, validate=True).decode()
                return "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable())
    return "file"


@_tus("HEAD", "PATCH", "DELETE")
def upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Where an upload stands, its next piece, its end."""
    found = Upload.objects.select_related("document__application__call").filter(
        pk=upload_id, by=request.user.pk
    )
    one = found.first()
    if one is None:
        raise Http404("There is no such upload (any more).")
    method = _method(request)
    if method == "HEAD":
        return _where(one, 200)
    if method == "DELETE":
        uploading.discard(one)
        return HttpResponse(status=204)
    return _piece(request, one)


def _where(one: Upload, status: int) -> HttpResponse:
    return HttpResponse(
        status=status, headers={"Upload-Offset": str(one.offset), "Upload-Length": str(one.length)}
    )


def _piece(request: HttpRequest, one: Upload) -> HttpResponse:
    if request.content_type != "application/offset+octet-stream":
        return _say(415, "A piece is sent as application/offset+octet-stream.")
    offset = _whole(request.headers.get("Upload-Offset"))
    if offset is None:
        return _say(400, "Upload-Offset is missing.")
    try:
        one = uploading.take_piece(one, offset=offset, read=request.read)
    except uploading.WrongOffset as error:
        return _say(409, str(error))
    except uploading.TooLarge as error:
        return _say(413, str(error))
    if one.offset >= one.length:
        one = uploading.finish(one, by=request.user)  # type: ignore[arg-type]
        if one.refused:
            return _say(422, one.refused)
    return _where(one, 204)
