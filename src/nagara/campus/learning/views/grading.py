"""Grading: the queue, the sheet by rubric, agreeing, releasing, changing a mark."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.design import lists
from nagara.campus.design.lists import Column
from nagara.campus.design.markdown import html
from nagara.campus.learning.domain import marking, releasing
from nagara.campus.learning.domain.handing_in import Stale, member_ids
from nagara.campus.learning.forms import GradeForm
from nagara.campus.learning.grading import following, to_grade
from nagara.campus.learning.models import Assignment, Grade, HandIn, Marking, Submission
from nagara.campus.learning.queries import learners
from nagara.campus.learning.views.access import GRADE, TEACH, assignment_for, batch_for, submission_for
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.citylab.errors import CityLabError

COLUMNS = [
    Column("assignment", "Assignment", lambda w: w.work.assignment.title),
    Column("owner", "Of", lambda w: w.work.owner),
    Column("handed_in", "Handed in", lambda w: w.work.handed_in_at, "time"),
    Column("days_late", "Days late", lambda w: w.work.late_days, "whole"),
    Column("waits_for", "Waits for", lambda w: w.why),
]


@login_required
@require_safe
def queue(request: SignedIn, slug: str) -> HttpResponse:
    """What waits for this person in a batch, oldest first."""
    batch = batch_for(request, slug, GRADE)
    rows = to_grade(request.user, [batch])
    chosen = request.GET.get("assignment", "")
    kept = [w for w in rows if not chosen or str(w.work.assignment_id) == chosen]
    if (
        file := lists.export(request, COLUMNS, kept, f"to-grade-{batch.slug}", f"To grade in {batch}")
    ) is not None:
        return file
    assignments = {w.work.assignment_id: w.work.assignment for w in rows}
    context = {
        "batch": batch,
        "page": lists.paged(request, kept, 50),
        "first": kept[0].work if kept else None,
        "total": len(kept),
        "assignments": sorted(assignments.values(), key=lambda a: a.title),
        "chosen": chosen,
    }
    return render(request, "learning/queue.html", context)


def given_of(request: SignedIn, assignment: Assignment) -> marking.Given:
    """A sheet as the form sends it."""
    keys = [str(c["id"]) for c in marking.criteria_of(assignment)]
    return marking.Given(
        {k: request.POST.get(f"mark-{k}", "") for k in keys},
        {k: request.POST.get(f"said-{k}", "") for k in keys},
        request.POST.get("comment", ""),
    )


def criteria_rows(assignment: Assignment, marks: Any, said: Any) -> list[dict[str, Any]]:
    """Criteria for the sheet: every mark with its anchor, what is chosen, what is said."""
    return [
        {
            **c,
            "key": str(c["id"]),
            "mark": marks.get(str(c["id"])),
            "said": said.get(str(c["id"]), ""),
            "typed": int(c["max"]) > 10,
            "marks": [(i, str((c.get("anchors") or {}).get(str(i), ""))) for i in range(int(c["max"]) + 1)]
            if int(c["max"]) <= 10
            else [],
        }
        for c in marking.criteria_of(assignment)
    ]


def version_of(request: SignedIn) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() else None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: SignedIn, pk: int) -> HttpResponse:
    """One piece of work and its sheet. POST `say`: keep, done, accept, return, agree."""
    found = submission_for(request, pk)
    return _said(request, found) if request.method == "POST" else _page(request, found)


def _said(request: SignedIn, found: Submission) -> HttpResponse:
    say = request.POST.get("say", "keep")
    by_script = request.headers.get("X-Requested-With") == "autosave"
    given, version = given_of(request, found.assignment), version_of(request)
    reason = request.POST.get("reason", "")
    try:
        if by_script or say == "keep":
            saved = marking.save_sheet(found, given, version=version, by=request.user)
        elif say == "agree":
            marking.agree(
                found, percent=_percent(request.POST.get("agreed", "")), reason=reason, by=request.user
            )
        elif say in ("done", "accept", "return"):
            _finish(request, found, given, version, say, reason)
    except CityLabError as error:
        if by_script:
            status = 409 if isinstance(error, Stale) else 422
            return JsonResponse({"problem": str(error)}, status=status)
        return _page(request, found, problem=str(error), given=given, stale=isinstance(error, Stale))
    if by_script:
        return JsonResponse({"version": saved.version})
    if say == "keep":
        messages.success(request, "The sheet is saved. Say that it is done when it is.")
        return redirect(found)
    after = following(request.user, found)
    words = {"done": "is marked", "accept": "is marked and accepted", "return": "goes back for revision"}
    messages.success(request, f"{found.owner}: {found.assignment} {words.get(say, 'is agreed')}.")
    return redirect(after) if after else redirect("grading-queue", found.assignment.batch.slug)


def _finish(
    request: SignedIn, found: Submission, given: marking.Given, version: int | None, say: str, reason: str
) -> None:
    """Mark, and accept or return. Work may come back without marks: what is there is saved."""
    remark = request.POST.get("remark", "")
    if say == "return":
        marking.save_sheet(found, given, version=version, by=request.user)
        marking.decide(found, accept=False, remark=remark, by=request.user)
        return
    marking.finish_sheet(found, given, version=version, by=request.user, reason=reason)
    if say == "accept":
        marking.decide(found, accept=True, remark=remark, by=request.user)


def _percent(text: str) -> Decimal:
    try:
        return Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise CityLabError(f"{text!r} is no number.", where="agreed", mend="Points of 100.") from None


def _page(
    request: SignedIn,
    found: Submission,
    *,
    problem: str = "",
    given: marking.Given | None = None,
    stale: bool = False,
) -> HttpResponse:
    rows = list(Marking.objects.filter(submission=found).select_related("marker"))
    mine = marking.sheet_of(found, request.user)
    place = marking.place_for(found, request.user)
    shown_marks = _whole(given.marks) if given else mine.marks if mine else {}
    shown_said = given.said if given else mine.said if mine else {}
    assignment = found.assignment
    both = assignment.second_marker and all(r.is_done for r in rows) and len(rows) >= 2
    open_sheets = bool(mine and mine.is_done and both) or place is None
    others = [r for r in rows if mine is None or r.pk != mine.pk] if open_sheets else []
    if stale and mine is not None:
        others = [mine]
    context = {
        "work": found,
        "assignment": assignment,
        "batch": assignment.batch,
        "versions": _versions(found),
        "criteria": criteria_rows(assignment, shown_marks, shown_said),
        "comment": given.comment if given else mine.comment if mine else "",
        "seen": mine.version if mine else 0,
        "mine": mine,
        "place": place,
        "problem": problem,
        "stale": stale,
        "others": [(r, criteria_rows(assignment, r.marks, r.said)) for r in others],
        "agree": marking.wants_third(found, rows) and bool(open_sheets),
        "grades": list(Grade.objects.filter(assignment=assignment, enrolment__in=member_ids(found))),
        "next": following(request.user, found),
        "newer": bool(mine and mine.is_done and mine.hand_in < found.number),
        "teaches": may(request.user, TEACH, assignment.batch),
        "peers": found.peer_reviews.filter(done_at__isnull=False, calibration=False).count(),
    }
    return render(request, "learning/sheet.html", context, status=422 if problem else 200)


def _whole(marks: Any) -> dict[str, int]:
    """Marks of a form as numbers, where they are."""
    return {k: int(v) for k, v in marks.items() if str(v).isascii() and str(v).isdigit()}


def _versions(found: Submission) -> list[tuple[HandIn, str]]:
    """Each version with its text as HTML, the newest first."""
    rows = HandIn.objects.filter(submission=found).prefetch_related("files")
    return [(row, html(row.text, 3)) for row in rows]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: SignedIn, pk: int) -> HttpResponse:
    """What everybody will read, then one button."""
    found = assignment_for(request, pk, TEACH)
    if request.method == "POST":
        count = releasing.release(found, by=request.user)
        if count:
            marks = "1 mark is" if count == 1 else f"{count} marks are"
            messages.success(request, f"{marks} released; letters tell their owners.")
        else:
            messages.warning(request, "The marks were released before.")
        return redirect(found)
    lines = releasing.preview(found)
    context = {
        "assignment": found,
        "batch": found.batch,
        "lines": lines,
        "marked": sum(line.says == "marked" for line in lines),
        "waiting": sum(line.says == "not marked yet" for line in lines),
    }
    return render(request, "learning/release.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def grade(request: SignedIn, pk: int, enrolment: int) -> HttpResponse:
    """Set one person's mark by hand, or excuse the person; with its history."""
    found = assignment_for(request, pk, GRADE)
    person = get_object_or_404(learners(found.batch), pk=enrolment)
    held = Grade.objects.filter(assignment=found, enrolment=person).first()
    post = request.method == "POST"
    initial = {"percent": held.percent if held else None, "excused": bool(held and held.excused)}
    form = GradeForm(request.POST if post else None, initial=initial)
    if post and form.is_valid():
        data = form.cleaned_data
        try:
            releasing.set_grade(
                found,
                person,
                percent=data["percent"],
                excused=data["excused"],
                reason=data["reason"],
                by=request.user,
            )
        except CityLabError as error:
            form.add_error(error.where if error.where in form.fields else None, str(error))
        else:
            messages.success(request, f"The mark of {person.user} is kept.")
            return redirect("grade-person", found.pk, person.pk)
    context = {
        "assignment": found,
        "batch": found.batch,
        "person": person,
        "grade": held,
        "changes": list(held.changes.select_related("by")) if held else [],
        "form": form,
    }
    return render(request, "learning/grade.html", context, status=422 if post else 200)


@login_required
@require_POST
def calibrate(request: SignedIn, pk: int) -> HttpResponse:
    """Choose a piece of work as one by which peers are compared."""
    from nagara.campus.learning.domain.peering import mark_calibration

    found = submission_for(request, pk)
    mark_calibration(found, on=request.POST.get("say") == "on", by=request.user)
    return redirect("peers", found.assignment_id)
