"""Bringing files: the form, the job with its clinic report, and what a person may say to it."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.cities.lakes import Place, find_place
from nagara.campus.design.errors import page as error_page
from nagara.campus.design.limits import limited
from nagara.campus.lab.domain import imports
from nagara.campus.lab.forms import Amend, BringFiles
from nagara.campus.lab.models import ImportJob, State
from nagara.campus.lab.proposals import LEAVE_OUT, answers, proposals
from nagara.campus.lab.tasks import import_files
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.citylab.clinic import COLUMNS

ABOUT = ("kind", "title", "licence", "attribution", "nature", "mapping")


def _start(job_id: int) -> None:
    import_files.enqueue(job_id)


def _writable(request: SignedIn, slug: str) -> Place:
    place = find_place(slug)
    if not may(request.user, "lab.change_data", place):
        raise PermissionDenied(f"Only the team of {place.name} and the office may bring data for it.")
    return place


def _job(request: SignedIn, job_id: int) -> ImportJob:
    job = ImportJob.objects.visible_to(request.user).filter(pk=job_id).first()
    if job is None:
        raise Http404("There is no such import, or it is not yours.")
    return job


@login_required
@limited("upload", most=20, methods=("POST",))
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: SignedIn, slug: str) -> HttpResponse:
    """The form; a POST puts the files aside and has them examined."""
    place = _writable(request, slug)
    form = BringFiles(request.POST or None, request.FILES or None)
    if getattr(request, "upload_too_large", False):
        return error_page(
            request,
            413,
            "These files are too large.",
            "An upload by the browser ends at the size that the office has set.",
            f"On the server itself there is no such limit: nagara import {slug} FILE",
        )
    if request.method == "POST" and form.is_valid():
        about = {name: form.cleaned_data.get(name, "") for name in ABOUT}
        job = imports.bring(place, form.cleaned_data["files"], by=request.user, start=_start, **about)
        return redirect(job)
    jobs = ImportJob.objects.visible_to(request.user).filter(city=slug)[:10]
    return render(request, "lab/bring.html", {"place": place, "form": form, "jobs": jobs})


@login_required
@require_safe
def job(request: SignedIn, job_id: int) -> HttpResponse:
    """Where an import stands. htmx asks for the inner part; without it the page is loaded again."""
    found = _job(request, job_id)
    context: dict[str, Any] = {"job": found, "place": find_place(found.city), "report": found.report}
    if found.state in {State.EXAMINED, State.REFUSED}:
        context["form"] = Amend(initial={name: getattr(found, name) for name in ABOUT})
        context["proposals"] = proposals(found.report or {})
        context["leave_out"] = LEAVE_OUT
        context["personal"] = any(
            f["rule"].startswith("personal-") for f in (found.report or {}).get("findings", ())
        )
    partial = request.htmx and found.is_moving
    response = render(request, "lab/_import_job.html" if partial else "lab/import_job.html", context)
    if request.htmx and not found.is_moving:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def say(request: SignedIn, job_id: int) -> HttpResponse:
    """What a person says to an examined import: keep, drop, amend or accept names."""
    found = _job(request, job_id)
    _writable(request, found.city)
    word = request.POST.get("say", "")
    if word == "keep":
        imports.keep(found, by=request.user, start=_start)
    elif word == "drop":
        imports.drop(found, by=request.user)
        messages.success(request, "The files are thrown away. The city is as it was.")
        return redirect("city", found.city)
    elif word == "matches":
        shown = proposals(found.report or {})
        imports.amend(found, by=request.user, start=_start, matches=answers(request.POST, shown))
    elif word == "amend":
        return _amend(request, found)
    else:
        raise Http404("That is no answer to an import.")
    return redirect(found)


def _amend(request: SignedIn, found: ImportJob) -> HttpResponse:
    form = Amend(request.POST, request.FILES)
    if not form.is_valid():
        context = {"job": found, "place": find_place(found.city), "report": found.report, "form": form}
        return render(request, "lab/import_job.html", context, status=422)
    about = {name: form.cleaned_data.get(name, "") for name in ABOUT}
    reason = request.POST.get("personal_reason", "").strip()[:300]
    imports.amend(found, by=request.user, start=_start, personal_reason=reason, **about)
    return redirect(found)


@login_required
@require_safe
def clinic_csv(request: SignedIn, job_id: int) -> HttpResponse:
    """The clinic report of a job as CSV."""
    found = _job(request, job_id)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for finding in (found.report or {}).get("findings", ()):
        writer.writerow([_cell(finding.get(name)) for name in COLUMNS])
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="clinic-{job_id}.csv"'
    return response


def _cell(value: Any) -> str:
    """Text that no spreadsheet runs as a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t"} and not isinstance(value, int) else text
