"""Doing a lab: start, the list of tasks, a task, saving, trying a query."""

from __future__ import annotations

from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.labwork import asking, fields
from nagara.campus.labwork.domain import open_lab, save_draft, submit, take_hint
from nagara.campus.labwork.domain.answering import saw, task_of
from nagara.campus.labwork.domain.keys import prepared_of
from nagara.campus.labwork.models import LabWork, TaskState
from nagara.campus.labwork.showing import PER_PAGE, shown
from nagara.campus.labwork.views.access import assignment_for, task_for, work_for
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.citylab.errors import CityLabError


@login_required
@require_POST
def start(request: SignedIn, pk: int) -> HttpResponse:
    """Begin a lab of the batch, or go on with it."""
    row = assignment_for(request, pk)
    if not may(request.user, "labwork.do", row):
        raise PermissionDenied("Those in the batch do its labs.")
    try:
        found = open_lab(request.user, row, now=timezone.now())
    except CityLabError as error:
        messages.error(request, str(error))
        return redirect("labwork-assignment", pk)
    return redirect("labwork-work", found.pk)


@login_required
@require_safe
@never_cache
def work(request: SignedIn, pk: int) -> HttpResponse:
    """The lab: where it runs and why, the tasks and how they stand."""
    found = work_for(request, pk)
    prepared = prepared_of(found)
    states = list(TaskState.objects.filter(work=found).defer("draft"))
    context = {
        "work": found,
        "lab": prepared.lab,
        "row": found.assignment,
        "batch": found.assignment.batch if found.assignment else None,
        "own": found.user_id == request.user.pk,
        "states": states,
        "next": next((s for s in states if not s.tries), None)
        or next((s for s in states if not s.right), None),
        "answered": sum(bool(s.tries) for s in states),
        "right": sum(s.right for s in states),
        "left_out": _left_out(prepared),
        "now_is": found.assignment.standing(timezone.now()) if found.assignment else "open",
    }
    return render(request, "labwork/work.html", context)


def _left_out(prepared: Any) -> list[tuple[str, str]]:
    titles = {t.id: t.title for t in prepared.lab.tasks}
    return [(titles.get(task, task), why) for task, why in prepared.left_out.items()]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def task(request: SignedIn, pk: int, task: str) -> HttpResponse:
    """One task: the question and its form; hand in, save, take a hint, try."""
    found = work_for(request, pk, own=request.method == "POST")
    state = task_for(found, task)
    now = timezone.now()
    if request.method == "POST":
        return _said(request, found, state, now)
    if found.user_id == request.user.pk and state.opened_at is None:
        saw(found, task, now=now)
    return _page(request, found, state, now)


def _said(request: SignedIn, work: LabWork, state: TaskState, now: datetime) -> HttpResponse:
    """Do what the button says, and come back to the task."""
    say = request.POST.get("say", "save")
    prepared = prepared_of(work)
    given = fields.read(prepared.posed[state.task], request.POST)
    try:
        if say != "hand-in":
            save_draft(work, state.task, given, now=now)
        if say == "hint":
            take_hint(work, state.task, now=now)
        elif say in ("run", "try"):
            state.refresh_from_db()
            return _page(request, work, state, now, try_out=_try_out(request, work, state, given))
        elif say == "hand-in":
            submit(work, state.task, given, key=request.POST.get("key", ""), now=now)
    except CityLabError as error:
        save_draft(work, state.task, given, now=now)
        state.refresh_from_db()
        return _page(request, work, state, now, problem=error, status=422)
    at = {"hand-in": "#said", "hint": "#hints"}.get(say, "")
    if say == "save":
        messages.success(request, "Saved. It is not handed in yet.")
    return redirect(state.get_absolute_url() + at)


def _try_out(request: SignedIn, work: LabWork, state: TaskState, given: dict[str, Any]) -> dict[str, Any]:
    """A query on the tables, or a rule on the weeks that one has seen: free, and not graded."""
    prepared = prepared_of(work)
    if state.kind == "rule":
        return {"rule": asking.try_rule(prepared, state.task, given)}
    return _result(request, asking.run_query(request.user, work, prepared, str(given.get("sql", ""))))


def _result(request: SignedIn, got: Any) -> dict[str, Any]:
    at = request.POST.get("page", "1")
    number = int(at) if at.isdecimal() and len(at) < 4 else 1
    pages = max(1, -(-len(got.rows) // PER_PAGE))
    number = min(max(1, number), pages)
    start = (number - 1) * PER_PAGE
    return {
        "status": got.status,
        "problem": got.problem,
        "mend": got.mend,
        "line": got.line,
        "columns": [name for name, _ in got.columns],
        "rows": got.rows[start : start + PER_PAGE],
        "count": len(got.rows),
        "truncated": got.truncated,
        "seconds": got.seconds,
        "page": number,
        "pages": pages,
        "before": number - 1,
        "after": number + 1 if number < pages else 0,
    }


def _page(
    request: SignedIn,
    work: LabWork,
    state: TaskState,
    now: datetime,
    *,
    problem: CityLabError | None = None,
    try_out: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    prepared = prepared_of(work)
    states = list(TaskState.objects.filter(work=work).defer("draft"))
    at = next(n for n, s in enumerate(states) if s.pk == state.pk)
    context = {
        "work": work,
        "lab": prepared.lab,
        "row": work.assignment,
        "batch": work.assignment.batch if work.assignment else None,
        "own": work.user_id == request.user.pk,
        "states": states,
        "state": state,
        "s": shown(work, state, prepared, now=now),
        "before": states[at - 1] if at else None,
        "after": states[at + 1] if at + 1 < len(states) else None,
        "key": token_urlsafe(12),
        "problem": problem,
        "out": try_out,
        "tables": asking.table_list(prepared) if state.kind == "query" else [],
    }
    return render(request, "labwork/task.html", context, status=status)


@login_required
@require_POST
def save(request: SignedIn, pk: int, task: str) -> HttpResponse:
    """Autosave: keep what was typed and say so in JSON."""
    found = work_for(request, pk, own=True)
    state = task_for(found, task)
    given = fields.read(prepared_of(found).posed[state.task], request.POST)
    try:
        save_draft(found, task, given, now=timezone.now())
    except CityLabError as error:
        return JsonResponse({"says": str(error)}, status=400)
    return JsonResponse({"saved": True})


@login_required
@require_POST
def query(request: SignedIn, pk: int, task: str) -> HttpResponse:
    """Run a query for the editor: a piece of the page with the result. The draft is kept."""
    found = work_for(request, pk, own=True)
    state = task_for(found, task)
    prepared = prepared_of(found)
    task_of(prepared, state.task)
    given = {"sql": request.POST.get("sql", "")[: fields.LONG]}
    try:
        save_draft(found, task, given, now=timezone.now())
        out = _result(request, asking.run_query(request.user, found, prepared, given["sql"]))
    except CityLabError as error:
        out = {"status": "refused", "problem": str(error), "columns": [], "rows": []}
    return render(request, "labwork/_result.html", {"out": out})
