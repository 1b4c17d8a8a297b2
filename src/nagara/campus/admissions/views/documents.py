"""Documents of an application: hand in (plain form), read."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.admissions import pages
from nagara.campus.admissions.domain import documents, uploading
from nagara.campus.admissions.models import Application, Document
from nagara.campus.admissions.views.applications import find_application, own_application
from nagara.campus.people.requests import SignedIn
from nagara.citylab.errors import CityLabError


def _document(application: Application, kind: str) -> Document:
    document = get_object_or_404(application.documents, kind=kind)
    document.application = application
    return document


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def application_document(request: SignedIn, pk: int, kind: str) -> HttpResponse:
    """Hand in one document: in pieces by script, else as a plain form."""
    application = own_application(request, pk)
    document = _document(application, kind)
    asked = application.call.document(kind)
    if asked is None:
        raise Http404
    error = ""
    if request.method == "POST":
        error = _take(request, document)
        if not error:
            messages.success(request, f"{asked['title']}: received.")
            return redirect(f"{application.get_absolute_url()}#documents")
    context = {
        "application": application,
        "call": application.call,
        "paper": pages.paper(document, asked),
        "most_bytes": documents.most_bytes(document),
        "refusal": documents.may_hand_in(document),
        "error": error,
        "under_way": document.uploads.filter(done=False, offset__gt=0).order_by("-touched_at").first(),
    }
    return render(request, "admissions/document.html", context, status=400 if error else 200)


def _take(request: SignedIn, document: Document) -> str:
    """Keep the file of the form. Returns what is wrong, else ""."""
    given = request.FILES.get("file")
    if getattr(request, "upload_too_large", False):
        return f"The file is too large: at most {settings.NAGARA_UPLOAD_MB} MB are taken."
    if given is None:
        return "Choose a file first."
    folder = Path(settings.UPLOADS) / "under-way"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as kept:
        here = Path(kept.name)
        most = documents.most_bytes(document)
        size = 0
        for block in given.chunks():
            size += len(block)
            if size > most:
                break
            kept.write(block)
    try:
        if size > most:
            return f"The file is too large: at most {most / documents.MEGABYTE:g} MB are taken."
        documents.keep(document, here, name=given.name or "file", by=request.user)
    except CityLabError as error:
        return str(error)
    finally:
        here.unlink(missing_ok=True)
    for upload in document.uploads.filter(done=False):
        uploading.discard(upload)
    return ""


@login_required
@require_safe
def application_file(request: SignedIn, pk: int, kind: str) -> FileResponse:
    """The file itself, to those who may see the application. Always as a download, never run by a browser."""
    application = find_application(request, pk)
    document = _document(application, kind)
    if not document.file or not document.path.is_file():
        raise Http404("There is no file yet.")
    stem = f"{application.reference or f'draft-{application.pk}'}-{kind}"
    return FileResponse(
        document.path.open("rb"),
        as_attachment=True,
        filename=f"{stem}{document.path.suffix}",
        content_type=document.type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
