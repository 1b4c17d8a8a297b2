"""What people decide about labs: texts to mark, grading anew by a corrected lab, the evidence of a grade."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.labwork.domain import regrade as regrade_all
from nagara.campus.labwork.domain.answering import task_of
from nagara.campus.labwork.domain.keys import prepared_of, record_of
from nagara.campus.labwork.domain.marking import criteria_of, mark_text
from nagara.campus.labwork.domain.regrading import differences, outdated, recompute
from nagara.campus.labwork.models import TaskState, TaskTry
from nagara.campus.labwork.views.access import assignment_for, work_for
from nagara.campus.people.lists import Column, export, paged
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.citylab.errors import CityLabError

PAGE = ["GET", "HEAD", "POST"]
CITY = frozenset({"city_id", "city_name", "tz", "epsg"})
"""Parameters that are the city's, not drawn."""
TEXTS = (
    Column("person", "Learner", lambda s: str(s.work.user)),
    Column("task", "Task", lambda s: s.title),
    Column("handed_in", "Handed in", lambda s: s.answered_at, "time"),
    Column("points", "Points", lambda s: s.points),
    Column("most", "Of", lambda s: s.most),
)


@login_required
@require_safe
def texts(request: SignedIn, pk: int) -> HttpResponse:
    """Texts of a lab: those that wait first, the oldest of them on top."""
    row = assignment_for(request, pk, "labwork.see_class")
    found = TaskState.objects.filter(work__assignment=row, kind="text", tries__gt=0)
    found = found.select_related("work__user").defer("work__prepared").order_by("marked_at", "answered_at")
    if request.GET.get("which") == "waiting":
        found = found.filter(points=None)
    sent = export(request, TEXTS, found, f"lab-{pk}-texts", f"A text of a learner in {row}.")
    if sent is not None:
        return sent
    waiting = found.filter(points=None).count()
    context = {
        "row": row,
        "batch": row.batch,
        "page": paged(request, found),
        "waiting": waiting,
        "here": "Texts",
    }
    return render(request, "labwork/texts.html", context)


@login_required
@require_http_methods(PAGE)
def text(request: SignedIn, pk: int) -> HttpResponse:
    """One text and its sheet."""
    state = (
        TaskState.objects.filter(pk=pk, kind="text", tries__gt=0)
        .select_related("work__assignment__batch", "work__user", "marked_by")
        .first()
    )
    row = state.work.assignment if state is not None else None
    if state is None or row is None or not may(request.user, "labwork.see_class", row):
        raise Http404("There is no such text, or it is not for you.")
    work = state.work
    prepared = prepared_of(work)
    task = task_of(prepared, state.task)
    criteria = criteria_of(task.rubric)
    problem = ""
    if request.method == "POST":
        keys = [str(c["id"]) for c in criteria]
        try:
            mark_text(
                state,
                criteria=criteria,
                marks={k: request.POST.get(f"mark-{k}") for k in keys},
                said={k: request.POST.get(f"said-{k}", "")[:2000] for k in keys},
                comment=request.POST.get("comment", "")[:4000],
                reason=request.POST.get("reason", "")[:300],
                by=request.user,
                now=timezone.now(),
            )
        except CityLabError as error:
            problem = str(error)
        else:
            messages.success(request, "Marked. The learner is told.")
            following = _next_text(state)
            return redirect("labwork-text", following) if following else redirect("labwork-texts", row.pk)
    context = {
        "row": row,
        "batch": row.batch,
        "state": state,
        "posed": prepared.posed[state.task],
        "tries": list(TaskTry.objects.filter(state=state).order_by("-number")),
        "sheet": [_criterion(c, state, request) for c in criteria],
        "comment": request.POST.get("comment", state.comment),
        "problem": problem,
        "here": str(work.user),
    }
    return render(request, "labwork/text.html", context, status=422 if problem else 200)


def _next_text(state: TaskState) -> int | None:
    row = state.work.assignment_id
    waiting = TaskState.objects.filter(work__assignment=row, kind="text", tries__gt=0, points=None)
    return waiting.exclude(pk=state.pk).order_by("answered_at").values_list("pk", flat=True).first()


def _criterion(criterion: Any, state: TaskState, request: SignedIn) -> dict[str, Any]:
    key = str(criterion["id"])
    kept = state.marks.get(key, {})
    anchors = {str(k): v for k, v in (criterion.get("anchors") or {}).items()}
    return {
        "key": key,
        "title": criterion["title"],
        "max": criterion["max"],
        "weight": criterion["weight"],
        "anchors": sorted(anchors.items(), key=lambda a: int(a[0]) if a[0].isdecimal() else 0),
        "mark": request.POST.get(f"mark-{key}", kept.get("mark", "")),
        "said": request.POST.get(f"said-{key}", kept.get("said", "")),
    }


@login_required
@require_http_methods(PAGE)
def regrade(request: SignedIn, pk: int) -> HttpResponse:
    """A lab file was corrected: who would change, and doing it with a reason."""
    row = assignment_for(request, pk, "labwork.set")
    if request.method == "POST":
        try:
            made = regrade_all(
                row, by=request.user, reason=request.POST.get("reason", ""), now=timezone.now()
            )
        except CityLabError as error:
            messages.error(request, str(error))
            return redirect("labwork-regrade", pk)
        people = len({c["user"] for c in made.changes})
        messages.success(request, f"Graded anew. Points changed for {people}; they are told.")
        return redirect("labwork-assignment", pk)
    works = outdated(row)
    context = {
        "row": row,
        "batch": row.batch,
        "works": works,
        "changes": differences(row) if works else [],
        "here": "Grade anew",
    }
    return render(request, "labwork/regrade.html", context)


@login_required
@require_http_methods(PAGE)
def evidence(request: SignedIn, pk: int) -> HttpResponse:
    """What stands behind the points: the Run of the key; working the points out from it once more."""
    work = work_for(request, pk)
    prepared = prepared_of(work)
    again, problem = None, ""
    if request.method == "POST":
        try:
            again = recompute(work)
        except CityLabError as error:
            problem = str(error)
    context = {
        "work": work,
        "row": work.assignment,
        "batch": work.assignment.batch if work.assignment else None,
        "lab": prepared.lab,
        "params": {k: v for k, v in prepared.params.items() if k not in CITY},
        "digest": prepared.digest,
        "record": record_of(work),
        "again": again,
        "problem": problem,
    }
    return render(request, "labwork/evidence.html", context)
