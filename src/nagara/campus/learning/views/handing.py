"""A learner hands in: the text that saves itself, files, the one button."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from nagara.campus.learning import serving
from nagara.campus.learning.domain import handing_in
from nagara.campus.learning.models import SubmissionFile
from nagara.campus.learning.views.access import GRADE, assignment_for, learner_for
from nagara.campus.learning.views.assignments import own_page
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.citylab.errors import CityLabError


@login_required
@require_POST
def hand_in(request: SignedIn, pk: int) -> HttpResponse:
    """POST `say`: keep (JSON for the script), add (files), hand-in. Files of the form go with each."""
    found = assignment_for(request, pk)
    learner = learner_for(request, found.batch)
    text = request.POST.get("text", "")
    number = request.POST.get("version", "")
    version = int(number) if number.isascii() and number.isdigit() else None
    say = request.POST.get("say", "keep")
    by_script = request.headers.get("X-Requested-With") == "autosave"
    try:
        if by_script:
            work = handing_in.save_draft(found, learner, text=text, version=version)
            return JsonResponse({"version": work.draft_version})
        for upload in request.FILES.getlist("files"):
            handing_in.add_file(found, learner, upload=upload, by=request.user)
        if say == "hand-in":
            key = request.POST.get("key", "") or "form"
            made = handing_in.hand_in(found, learner, text=text, version=version, key=key, by=request.user)
            messages.success(request, f"Handed in as version {made.number}. The receipt is on its way.")
        else:
            handing_in.save_draft(found, learner, text=text, version=version)
            messages.success(request, "Saved. Hand it in when it is done.")
    except CityLabError as error:
        if by_script:
            status = 409 if isinstance(error, handing_in.Stale) else 422
            return JsonResponse({"problem": str(error)}, status=status)
        if not isinstance(error, handing_in.Stale):
            _keep_anyway(request, pk, text, version)
        return own_page(request, found, learner, problem=str(error), text=text)
    return redirect(found)


def _keep_anyway(request: SignedIn, pk: int, text: str, version: int | None) -> None:
    """What was typed is saved also where the rest of the form was refused."""
    found = assignment_for(request, pk)
    try:
        handing_in.save_draft(found, learner_for(request, found.batch), text=text, version=version)
    except CityLabError:
        return


def _file_for(request: SignedIn, pk: int) -> SubmissionFile:
    """One's own or one's team's; for those who grade what was handed in. 404 for everyone else."""
    found = SubmissionFile.objects.select_related("submission__assignment__batch").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such file.")
    work = found.submission
    if work.__class__.objects.of(request.user).filter(pk=work.pk).exists():
        return found
    handed = found.submission.hand_ins.filter(files=found).exists()
    if handed and may(request.user, GRADE, work.assignment.batch):
        return found
    raise Http404("There is no such file, or it is not yours.")


@login_required
@require_safe
def submission_file(request: SignedIn, pk: int) -> HttpResponseBase:
    """A file of one's own work, or of work that one grades."""
    found = _file_for(request, pk)
    return serving.send(request, found.path, name=found.name, media=found.media, sha256=found.sha256)


@login_required
@require_POST
def file_remove(request: SignedIn, pk: int) -> HttpResponse:
    """Take a file out of the draft."""
    found = _file_for(request, pk)
    assignment = found.submission.assignment
    learner = learner_for(request, assignment.batch)
    handing_in.take_out(found, enrolment=learner)
    messages.success(request, f"{found.name} is taken out.")
    return redirect(assignment)
