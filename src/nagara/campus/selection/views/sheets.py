"""A reviewer's pages: the own list, the scoring sheet, stepping back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.admissions.models import Document
from nagara.campus.design import lists
from nagara.campus.design.lists import Column
from nagara.campus.people.requests import SignedIn
from nagara.campus.selection.domain import Stale, recuse, save_review, submit_review
from nagara.campus.selection.domain.constraints import SCALE
from nagara.campus.selection.models import Assignment, Review, Round
from nagara.campus.selection.veil import answers_of, hidden_terms, veiled
from nagara.campus.selection.views.access import round_for, sheet_for
from nagara.citylab.errors import CityLabError


def _review(reading: Assignment) -> Review:
    return getattr(reading, "review", None) or Review(assignment=reading)


def _points(reading: Assignment) -> float | None:
    points = _review(reading).points
    return None if points is None else points / SCALE


COLUMNS = [
    Column("application", "Number of the application", lambda a: a.application.reference),
    Column("state", "State", lambda a: a.get_state_display()),
    Column("points", "Points of 100", _points, "number"),
    Column("comment", "Comment", lambda a: _review(a).comment),
]


@login_required
@require_safe
def reading(request: SignedIn, pk: int) -> HttpResponse:
    """What a reviewer has to read for a round, open ones first."""
    found = round_for(request, pk, "selection.read_for")
    readings = list(
        Assignment.objects.read_by(request.user)
        .filter(round=found)
        .select_related("application", "review")
        .order_by("-state", "application__reference")
    )
    name = f"readings-{found.pk}"
    if (file := lists.export(request, COLUMNS, readings, name, f"Own readings for {found}")) is not None:
        return file
    context = {
        "round": found,
        "due": found.due_at,
        "readings": [(a, _points(a), bool(_review(a).version)) for a in readings],
        "open": sum(a.state == Assignment.State.OPEN for a in readings),
        "closed": found.state != Round.State.REVIEWING,
    }
    return render(request, "selection/reading.html", context)


def _next(request: SignedIn, after: Assignment) -> Assignment | None:
    """The next open reading in the order of the list, from the top again at its end."""
    rest = list(
        Assignment.objects.read_by(request.user)
        .filter(round=after.round, state=Assignment.State.OPEN)
        .exclude(pk=after.pk)
        .select_related("application")
        .order_by("application__reference")
    )
    mine = str(after.application.reference)
    return next((a for a in rest if str(a.application.reference) > mine), rest[0] if rest else None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: SignedIn, pk: int) -> HttpResponse:
    """The scoring sheet. POST `say`: keep (JSON for the autosave of the script), hand-in."""
    found = sheet_for(request, pk)
    if request.method == "POST":
        return _said(request, found)
    return _page(request, found, _review(found).scores, _review(found).comment, _review(found).version)


def _said(request: SignedIn, found: Assignment) -> HttpResponse:
    marks = {str(c["id"]): request.POST.get(f"mark-{c['id']}", "") for c in found.round.rubric.criteria}
    comment = request.POST.get("comment", "")[:5000]
    text = request.POST.get("version", "")
    version = int(text) if text.isdecimal() else None
    by_script = request.headers.get("X-Requested-With") == "autosave"
    hand_in = request.POST.get("say") == "hand-in" and not by_script
    try:
        verb = submit_review if hand_in else save_review
        review = verb(found, marks, comment=comment, version=version, by=request.user)
    except CityLabError as error:
        if by_script:
            return JsonResponse({"problem": str(error)}, status=409 if isinstance(error, Stale) else 422)
        if hand_in and not isinstance(error, Stale):
            version = _kept(request, found, marks, comment, version)
        given = {k: int(v) for k, v in marks.items() if v.isdecimal()}
        return _page(request, found, given, comment, version or 0, problem=str(error))
    if by_script:
        return JsonResponse({"version": review.version})
    if hand_in:
        following = _next(request, found)
        messages.success(request, f"{found.application.reference} is handed in.")
        return redirect(following) if following else redirect("selection-reading", found.round_id)
    messages.success(request, "The sheet is saved. Hand it in when it is done.")
    return redirect(found)


def _kept(
    request: SignedIn, found: Assignment, marks: dict[str, str], comment: str, version: int | None
) -> int | None:
    """A sheet that could not be handed in is saved all the same."""
    try:
        return save_review(found, marks, comment=comment, version=version, by=request.user).version
    except CityLabError:
        return version


def _page(
    request: SignedIn,
    found: Assignment,
    marks: dict[str, int],
    comment: str,
    version: int,
    *,
    problem: str = "",
) -> HttpResponse:
    blind = found.round.blind
    application = found.application
    criteria = [
        {
            **c,
            "key": str(c["id"]),
            "mark": marks.get(str(c["id"])),
            "marks": [(i, str(c.get("anchors", {}).get(str(i), ""))) for i in range(int(c["max"]) + 1)],
        }
        for c in found.round.rubric.criteria
    ]
    context: dict[str, Any] = {
        "reading": found,
        "round": found.round,
        "application": application,
        "blind": blind,
        "position": veiled(application.position, hidden_terms(application))
        if blind
        else application.position,
        "sections": answers_of(application, blind=blind),
        "documents": [] if blind else list(application.documents.exclude(file="")),
        "criteria": criteria,
        "comment": comment,
        "seen": version,
        "problem": problem,
        "closed": found.round.state != Round.State.REVIEWING,
        "next": _next(request, found),
    }
    return render(request, "selection/sheet.html", context, status=422 if problem else 200)


@login_required
@require_POST
def step_back(request: SignedIn, pk: int) -> HttpResponse:
    """A reviewer recuses from one application, with a reason."""
    found = sheet_for(request, pk)
    following = _next(request, found)
    recuse(found, reason=request.POST.get("reason", "")[:500], by=request.user)
    messages.success(request, "You stepped back from this application. Your reason is kept.")
    return redirect(following) if following else redirect("selection-reading", found.round_id)


@login_required
@require_safe
def document(request: SignedIn, pk: int, kind: str) -> FileResponse:
    """A document of an application, for its reviewer: never in a blind round, for documents carry names."""
    found = sheet_for(request, pk)
    there = Document.objects.filter(application=found.application, kind=kind).exclude(file="").first()
    if found.round.blind or there is None or not there.path.is_file():
        raise Http404("There is no such document.")
    name = f"{found.application.reference}-{kind}{there.path.suffix}"
    return FileResponse(there.path.open("rb"), as_attachment=True, filename=name, content_type=there.type)
