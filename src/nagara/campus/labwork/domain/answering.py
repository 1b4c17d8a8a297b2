"""Verbs of a learner: keep a draft, take a hint, hand in an answer.

Grading is done before the database is held; the row of the task is locked before tries are counted, so two
answers at once with one try left count once. An answer that is sent twice (same `key`) counts once.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Q, Sum

from nagara.campus.audit.domain import record
from nagara.campus.labwork.domain.keys import prepared_of
from nagara.campus.labwork.domain.opening import NotOpen
from nagara.campus.labwork.domain.signs import result_sign, text_sign
from nagara.campus.labwork.fitting import plain
from nagara.campus.labwork.models import LabWork, TaskState, TaskTry
from nagara.citylab.errors import CityLabError

if TYPE_CHECKING:
    from nagara.citylab.labs import Grade, Prepared, Task

MOST_DRAFT = 60_000
"""Characters of a draft."""
THOUSANDTH = Decimal("0.001")


class NoTries(CityLabError):
    """All tries of the task are used."""


class NotAnswered(CityLabError):
    """What came is no answer yet: nothing is counted."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a person may still do at a task. `tries` left, None where there is no limit; `why_not` is empty
    where an answer may be handed in now."""

    tries: int | None
    why_not: str

    @property
    def open(self) -> bool:
        return not self.why_not


def task_of(prepared: Prepared, task_id: str) -> Task:
    """The task of a prepared lab. Raises CityLabError."""
    task = next((t for t in prepared.lab.tasks if t.id == task_id and t.id in prepared.posed), None)
    if task is None:
        raise CityLabError("There is no such task in this lab.")
    return task


def limits(work: LabWork, state: TaskState, task: Task, *, now: datetime) -> Limits:
    """What may still be done. The batch's limit of tries comes before the lab's; practice has the lab's."""
    row = work.assignment
    allowed = (row.tries if row is not None and row.tries else None) or task.tries or None
    left = None if allowed is None else max(0, allowed - state.tries)
    why = ""
    if row is not None and row.standing(now) in ("draft", "upcoming"):
        why = "This lab is not open."
    elif row is not None and row.standing(now) == "closed":
        why = "This lab is closed: answers do not count any more."
    elif left == 0:
        why = "All tries of this task are used."
    elif state.kind == "text" and state.marked_at is not None:
        why = "Your lecturer has marked this text."
    return Limits(left, why)


@transaction.atomic
def save_draft(work: LabWork, task_id: str, draft: Mapping[str, Any], *, now: datetime) -> TaskState:
    """Keep what was typed so far; it is not graded. Raises CityLabError for what is far too long."""
    if len(json.dumps(draft, default=str)) > MOST_DRAFT:
        raise CityLabError("This is too long to keep.", mend="Shorten it.")
    state = _held(work, task_id)
    if state.draft == dict(draft):
        return state
    state.draft, state.saved_at = dict(draft), now
    state.opened_at = state.opened_at or now
    state.save(update_fields=["draft", "saved_at", "opened_at"])
    return state


def _held(work: LabWork, task_id: str) -> TaskState:
    found = TaskState.objects.select_for_update().filter(work=work, task=task_id).first()
    if found is None:
        raise CityLabError("There is no such task in this lab.")
    return found


@transaction.atomic
def saw(work: LabWork, task_id: str, *, now: datetime) -> None:
    """The task was opened for the first time: from now on its time runs."""
    TaskState.objects.filter(work=work, task=task_id, opened_at=None).update(opened_at=now)


@transaction.atomic
def take_hint(work: LabWork, task_id: str, *, now: datetime) -> TaskState:
    """Show one hint more. The first is free; who teaches sees how many were taken."""
    hints = prepared_of(work).hints(task_id)
    state = _held(work, task_id)
    if state.hints >= len(hints):
        return state
    state.hints += 1
    state.save(update_fields=["hints"])
    record("lab hint taken", f"lab-work/{work.pk}", by=work.user, task=task_id, hint=state.hints)
    return state


def kept_share(work: LabWork, hints: int) -> Decimal:
    """Which share of a task's points counts after so many hints."""
    cost = work.assignment.hints_cost if work.assignment is not None else Decimal(0)
    return max(Decimal(0), 1 - cost * max(0, hints - 1) / 100)


def as_points(value: Any) -> Decimal:
    """Points as the database keeps them, to a thousandth."""
    fraction = Fraction(value)
    return (Decimal(fraction.numerator) / Decimal(fraction.denominator)).quantize(THOUSANDTH, ROUND_HALF_UP)


def submit(
    work: LabWork, task_id: str, answer: Mapping[str, Any], *, key: str, via: str = "page", now: datetime
) -> TaskTry:
    """Hand in an answer: graded at once, except texts, which people grade. The same `key` again gives the
    same try. A query is run here, never trusted from the page.

    Raises NotAnswered (nothing counted), NoTries, NotOpen, CityLabError.
    """
    key = key.strip()[:64]
    if not key:
        raise CityLabError("The answer came without its mark.", mend="Open the page anew and send it again.")
    state = TaskState.objects.filter(work=work, task=task_id).first()
    if state is None:
        raise CityLabError("There is no such task in this lab.")
    known = TaskTry.objects.filter(state=state, key=key).first()
    if known is not None:
        return known
    from nagara.citylab.labs import BadAnswer

    prepared = prepared_of(work)
    task = task_of(prepared, task_id)
    _may_answer(work, state, task, now)
    given, rows = _complete(work, prepared, task, answer)
    try:
        grade = grade_answer(prepared, task, given, rows)
    except BadAnswer as error:
        raise NotAnswered(error.what, where=error.where, mend=error.mend) from error
    return _keep_try(work, task, given, rows, grade, key=key, via=via, now=now)


def grade_answer(
    prepared: Prepared, task: Task, given: Mapping[str, Any], rows: Mapping[str, Any] | None
) -> Grade | None:
    """What an answer gets; None for a text, which waits for a person."""
    from nagara.citylab import labs

    if task.by_people:
        return None
    return labs.grade(prepared, task.id, {**given, **(rows or {})})


def _may_answer(work: LabWork, state: TaskState, task: Task, now: datetime) -> None:
    stands = limits(work, state, task, now=now)
    if stands.tries == 0:
        raise NoTries(stands.why_not, mend="Ask your lecturer where this is a mistake.")
    if not stands.open:
        raise NotOpen(stands.why_not)


def _complete(
    work: LabWork, prepared: Prepared, task: Task, answer: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The answer as it is kept, and what its query gave."""
    from nagara.campus.labwork.asking import run_query
    from nagara.campus.labwork.fields import problem_with

    given = dict(answer)
    problem = problem_with(task, given)
    if problem:
        raise NotAnswered(problem)
    if task.kind != "query":
        return given, None
    got = run_query(work.user, work, prepared, str(given.get("sql", "")))
    if got.status != "done":
        raise NotAnswered(got.problem, mend=got.mend or "")
    return {"sql": given["sql"]}, {
        "columns": [{"name": name, "type": kind} for name, kind in got.columns],
        "rows": got.rows,
        "truncated": got.truncated,
    }


@transaction.atomic
def _keep_try(
    work: LabWork,
    task: Task,
    given: dict[str, Any],
    rows: dict[str, Any] | None,
    grade: Grade | None,
    *,
    key: str,
    via: str,
    now: datetime,
) -> TaskTry:
    held = LabWork.objects.select_for_update(of=("self",)).select_related("assignment").get(pk=work.pk)
    state = _held(held, task.id)
    known = TaskTry.objects.filter(state=state, key=key).first()
    if known is not None:
        return known
    _may_answer(held, state, task, now)
    state.tries += 1
    made = TaskTry(state=state, number=state.tries, key=key, answer=given, at=now, via=via)
    made.run_id, made.lab_sha256, made.hints = held.run_id, held.sha256, state.hints
    if rows is not None:
        made.rows = zlib.compress(json.dumps(rows).encode())
    made.text_sign = text_sign(task.kind, given)
    if grade is not None:
        put_grade(made, grade, kept_share(held, state.hints))
        made.result_sign = result_sign(task.kind, given, rows)
    made.save()
    state.draft, state.saved_at, state.answered_at = dict(given), now, now
    state.opened_at = state.opened_at or now
    state.mistake = made.mistake
    if made.points is not None and (state.points is None or made.points > state.points):
        state.points = made.points
    state.right = state.right or made.right
    state.save()
    set_sums(held, now=now)
    return made


def put_grade(made: TaskTry, grade: Grade, share: Decimal) -> None:
    """Write what was graded onto a try."""
    made.points = (as_points(grade.points) * share).quantize(THOUSANDTH, ROUND_HALF_UP)
    made.right, made.mistake = bool(grade.right), str(grade.mistake or "")[:80]
    made.because, made.remark = str(grade.because or ""), str(grade.remark or "")
    made.differs = plain(grade.differs.as_dict()) if grade.differs is not None else {}
    made.facts = plain(dict(grade.facts or {}))


def rows_of(made: TaskTry) -> dict[str, Any] | None:
    """What the query of a try gave, as it was graded."""
    return json.loads(zlib.decompress(bytes(made.rows))) if made.rows else None


def set_sums(work: LabWork, *, now: datetime) -> None:
    """Points of a work from its tasks; it is done when every task was answered."""
    sums = TaskState.objects.filter(work=work).aggregate(
        points=Sum("points"), most=Sum("most"), left=Count("pk", filter=Q(tries=0))
    )
    work.points, work.most = sums["points"] or Decimal(0), sums["most"] or Decimal(0)
    work.changed_at = now
    if not sums["left"]:
        work.done_at = work.done_at or now
    work.save(update_fields=["points", "most", "changed_at", "done_at"])
