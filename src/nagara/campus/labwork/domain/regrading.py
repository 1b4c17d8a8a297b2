"""A corrected lab: whose points would change, and working them out anew. And: the same from the evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from nagara.campus.audit.domain import record
from nagara.campus.labwork.domain.answering import (
    as_points,
    grade_answer,
    kept_share,
    put_grade,
    rows_of,
    set_sums,
)
from nagara.campus.labwork.domain.keys import as_kept, city_of, from_evidence
from nagara.campus.labwork.domain.setting import given_reason, subject
from nagara.campus.labwork.models import LabAssignment, LabRegrade, LabWork, TaskState, TaskTry
from nagara.campus.labwork.shelf import find
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.citylab.errors import CityLabError

if TYPE_CHECKING:
    from nagara.citylab.labs import Prepared


@dataclass(frozen=True)
class Change:
    """A task of a person whose points would change; `problem` where it cannot be worked out (it stays)."""

    work: LabWork
    task: str
    title: str
    was: Decimal
    now: Decimal
    problem: str = ""


@dataclass
class _Anew:
    """A work by the corrected lab: its new key, tries with their new points."""

    work: LabWork
    prepared: Prepared
    states: list[TaskState]
    tries: list[TaskTry]


def outdated(row: LabAssignment) -> list[LabWork]:
    """Works whose lab file has changed since they were begun."""
    works = LabWork.objects.filter(assignment=row).select_related("user", "assignment__batch")
    return [w for w in works if (lab := find(w.lab)) is not None and lab.sha256 != w.sha256]


def differences(row: LabAssignment) -> list[Change]:
    """Whose points would change if all answers were graded by the lab as it is now. Nothing is kept."""
    found: list[Change] = []
    for work in outdated(row):
        _, changes = _anew(work, keep=False)
        found += changes
    return found


def _anew(work: LabWork, *, keep: bool) -> tuple[_Anew | None, list[Change]]:
    from nagara.citylab import labs

    lab = find(work.lab)
    assert lab is not None
    states = list(TaskState.objects.filter(work=work).prefetch_related("attempts"))
    try:
        prepared = labs.prepare(city_of(work), lab, work.seed, snapshot=work.snapshot, keep=keep)
    except CityLabError as error:
        return None, [Change(work, "", work.lab, Decimal(0), Decimal(0), str(error))]
    changes, tries = [], []
    for state in states:
        was = state.points or Decimal(0)
        try:
            tries += _regraded(prepared, work, state)
        except CityLabError as error:
            changes.append(Change(work, state.task, state.title, was, was, str(error)))
            continue
        if (state.points or Decimal(0)) != was:
            changes.append(Change(work, state.task, state.title, was, state.points or Decimal(0)))
    return _Anew(work, prepared, states, tries), changes


def _regraded(prepared: Prepared, work: LabWork, state: TaskState) -> list[TaskTry]:
    """Tries of a task with new points; the state gets the best of them. Texts keep their marks."""
    task = next((t for t in prepared.lab.tasks if t.id == state.task and t.id in prepared.posed), None)
    tries = list(state.attempts.all())
    if task is None:
        raise CityLabError("The lab has no such task any more: its points stay.")
    if task.kind != state.kind:
        raise CityLabError("The task is of another kind now: its points stay.")
    old, state.most = state.most, Decimal(str(task.points))
    if task.kind == "text" or not tries:
        if state.points is not None and old:
            state.points = as_points(state.points * state.most / old)
        return []
    for made in tries:
        grade = grade_answer(prepared, task, made.answer, rows_of(made))
        assert grade is not None
        put_grade(made, grade, kept_share(work, made.hints))
        made.run_id, made.lab_sha256 = prepared.run_id, prepared.lab.sha256
    state.points = max(made.points or Decimal(0) for made in tries)
    state.right = any(made.right for made in tries)
    state.mistake = tries[-1].mistake
    return tries


def regrade(
    row: LabAssignment,
    *,
    by: User,
    reason: str,
    now: datetime | None = None,
    works: Iterable[LabWork] | None = None,
) -> LabRegrade:
    """Grade all answers anew by the lab as it is now, each person in a transaction of its own; those whose
    points change are told. Grades cite the new Run; numbers of a person stay the same."""
    reason, at = given_reason(reason), now or timezone.now()
    told: list[dict[str, Any]] = []
    for work in works if works is not None else outdated(row):
        told += _regrade_one(work, by=by, reason=reason, now=at)
    made = LabRegrade.objects.create(assignment=row, reason=reason, changes=told, by=by, at=at)
    record("lab regraded", subject(row), by=by, reason=reason, changed=len(told))
    return made


@transaction.atomic
def _regrade_one(work: LabWork, *, by: User, reason: str, now: datetime) -> list[dict[str, Any]]:
    held = (
        LabWork.objects.select_for_update(of=("self",))
        .select_related("assignment__batch", "user")
        .get(pk=work.pk)
    )
    anew, changes = _anew(held, keep=True)
    if anew is None:
        return []
    TaskTry.objects.bulk_update(
        anew.tries,
        ["points", "right", "mistake", "because", "remark", "differs", "facts", "run_id", "lab_sha256"],
    )
    TaskState.objects.bulk_update(anew.states, ["points", "right", "mistake", "most"])
    held.run_id, held.prepared = anew.prepared.run_id, as_kept(anew.prepared)
    held.sha256, held.version = anew.prepared.lab.sha256, anew.prepared.lab.version
    held.save(update_fields=["run_id", "prepared", "sha256", "version"])
    done, changed = held.done_at, held.changed_at
    set_sums(held, now=changed)
    LabWork.objects.filter(pk=held.pk).update(done_at=done)
    real = [c for c in changes if not c.problem]
    if real:
        queue(
            to=held.user,
            template="labwork/regraded",
            context={
                "lab": held.assignment,
                "work": held,
                "changes": real,
                "reason": reason,
                "link": held.get_absolute_url(),
            },
            about=f"lab-work/{held.pk}",
            by=by,
        )
    return [
        {"work": held.pk, "user": held.user_id, "task": c.task, "was": str(c.was), "now": str(c.now)}
        for c in real
    ]


@dataclass(frozen=True)
class Recomputed:
    """A work worked out from its stored evidence: points of each task then and now."""

    run_id: str
    same: bool
    rows: list[tuple[TaskState, Decimal | None, Decimal | None]]


def recompute(work: LabWork) -> Recomputed:
    """Grade every kept answer from the stored evidence alone (the Run and what queries gave), and compare.
    Texts are marked by people and stay out. Nothing is changed."""
    prepared = from_evidence(work)
    rows: list[tuple[TaskState, Decimal | None, Decimal | None]] = []
    for state in TaskState.objects.filter(work=work).prefetch_related("attempts"):
        task = next((t for t in prepared.lab.tasks if t.id == state.task), None)
        tries = list(state.attempts.all())
        if task is None or task.kind == "text" or not tries:
            continue
        best: Decimal | None = None
        for made in tries:
            grade = grade_answer(prepared, task, made.answer, rows_of(made))
            assert grade is not None
            again = TaskTry()
            put_grade(again, grade, kept_share(work, made.hints))
            best = again.points if best is None or (again.points or 0) > best else best
        rows.append((state, state.points, best))
    return Recomputed(work.run_id, all(was == again for _, was, again in rows), rows)
