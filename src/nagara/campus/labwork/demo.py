"""The demonstration's labs: last week's done by most, this week's half done, next week's set.

Answers are invented from the computed keys and graded by them. Numbers are drawn for a few learners of each
lab and shared by the others: laying out a lab for forty takes longer than a demonstration should.
"""

from __future__ import annotations

import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from nagara.campus.labwork.domain import publish, set_lab
from nagara.campus.labwork.domain.answering import put_grade
from nagara.campus.labwork.domain.keys import as_kept
from nagara.campus.labwork.domain.opening import plan_for, seed_for, states_of
from nagara.campus.labwork.domain.signs import result_sign, text_sign
from nagara.campus.labwork.fitting import Chooser, place_with_data, simulated_city
from nagara.campus.labwork.models import LabAssignment, LabWork, TaskState, TaskTry
from nagara.campus.labwork.shelf import labs_of_module
from nagara.campus.learning.queries import learners
from nagara.campus.lessons.variants import curricula
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, Enrolment, Module
from nagara.citylab.errors import CityLabError

if TYPE_CHECKING:
    from nagara.citylab.labs import Prepared, Task

NOW = "ascn-short-course-now"
TO_DO = "participant@demo.example"
"""The account that visitors sign in as: some tasks are left for them."""
DRAWN = 2
"""Sets of numbers of each lab."""
NOTE = (
    "I would tell the mayor three things. First, the figure above is a count of what is recorded, not of "
    "what is there. Second, the part with the fewest records is also the one with the most people. "
    "Third, before money is spent I would send somebody to look at two of the places on the list."
)


@dataclass(frozen=True)
class How:
    """How a class does: share who begin, share right, share who fall for a named mistake first."""

    begin: float
    right: float
    mistake: float
    tasks: float
    begins: datetime


@dataclass
class Made:
    """Rows to be written together."""

    works: list[LabWork] = field(default_factory=list)
    states: list[TaskState] = field(default_factory=list)
    tries: list[TaskTry] = field(default_factory=list)


@transaction.atomic
def load() -> None:
    """Add the labs where the batch has none and the simulated city is there."""
    batch = Batch.objects.filter(slug=NOW).first()
    if batch is None or batch.lab_assignments.exists() or place_with_data(simulated_city()) is None:
        return
    today, now = timezone.localdate(), timezone.now()
    lecturer = User.objects.filter(email="lecturer@demo.example").first()
    first = batch.starts + timedelta(days=2)
    last = _set(
        batch, "M02", first, 3, lecturer, closes=min(first + timedelta(days=5), today - timedelta(days=1))
    )
    running = _set(batch, "M05", today - timedelta(days=1), 2, lecturer)
    _set(batch, "M07", today + timedelta(days=2), 3, lecturer)
    if last is not None:
        _done(last, How(0.92, 0.8, 0.35, 1.0, last.opens_at + timedelta(hours=1)), now, lecturer)
    if running is not None:
        _done(running, How(0.75, 0.62, 0.5, 0.6, running.opens_at + timedelta(hours=1)), now, None)
        _copied(running)
        _stuck(running, now)


def _set(
    batch: Batch, module: str, day: date, days: int, by: User | None, *, closes: date | None = None
) -> LabAssignment | None:
    modules = dict(Module.objects.filter(code=module).values_list("code", "title"))
    if not labs_of_module(module) or not modules:
        return None
    last = closes or max(day + timedelta(days=days + 3), batch.ends)
    row = set_lab(
        batch,
        by=by,
        module=module,
        title=f"Lab {module}: {modules[module]}",
        opens=datetime.combine(day, time(9)),
        due=datetime.combine(min(day + timedelta(days=days), last), time(18)),
        closes=datetime.combine(last, time(19)),
    )
    return publish(row, by=by, now=timezone.now())


def _done(row: LabAssignment, how: How, now: datetime, marker: User | None) -> None:
    chance, made = Random(row.module), Made()  # noqa: S311 (invented answers)
    for (person, why, where_why, where), prepared in _prepared(row, how, chance):
        begun = min(how.begins + timedelta(minutes=chance.randrange(240)), now)
        work = _work(row, person, prepared, why, where_why, begun)
        work.lacks = list(where.lacks)
        skill = chance.uniform(how.right - 0.25, min(1.0, how.right + 0.2))
        made.works.append(work)
        at = begun
        tasks = states_of(prepared.lab, prepared)
        left = len(tasks) // 2 if person.user.email == TO_DO and not marker else round(len(tasks) * how.tasks)
        for state in tasks:
            state.work = work
            made.states.append(state)
            if state.place > left + chance.choice((-1, 0, 0, 1)) and how.tasks < 1:
                continue
            at = min(now, at + timedelta(minutes=chance.randrange(4, 15)))
            state.opened_at = at - timedelta(minutes=chance.randrange(2, 5))
            made.tries += _tries(state, prepared, skill, how.mistake, at, chance)
            if state.kind == "text" and marker is not None and chance.random() < 0.8:
                _marked(state, marker, at, chance)
        _sums(work, tasks, at)
    _write(made)


def _prepared(row: LabAssignment, how: How, chance: Random) -> Iterator[tuple[Any, Prepared]]:
    """Those who begin, each with a lab: on each city a few sets of numbers."""
    from nagara.citylab import labs

    people, chooser = list(learners(row.batch)), Chooser(row.batch)
    known = curricula(row.batch, {e.city for e in people if e.city is not None})
    groups: dict[tuple[str, str], list[tuple[Enrolment, str, str, Any]]] = defaultdict(list)
    found: dict[str, Any] = {}
    for person in people:
        if person.user.email != TO_DO and chance.random() > how.begin:
            continue
        try:
            plan = plan_for(row, person.city, chooser, known)
        except CityLabError:
            continue
        found[plan.which.lab.name] = plan.which.lab
        who = (person, plan.which.why, plan.where.why, plan.where)
        groups[plan.which.lab.name, plan.where.place.slug].append(who)
    for (name, _), crowd in groups.items():
        city = crowd[0][3].place.data
        seeds = [seed_for(p.user_id, row.pk, name) for p, *_ in crowd[:DRAWN]]
        sets = labs.prepare_many(city, found[name], seeds)
        yield from ((who, sets[n % len(sets)]) for n, who in enumerate(crowd))


def _work(
    row: LabAssignment, person: Enrolment, prepared: Prepared, why: str, where: str, begun: datetime
) -> LabWork:
    return LabWork(
        assignment=row,
        user=person.user,
        lab=prepared.lab.name,
        version=prepared.lab.version,
        sha256=prepared.lab.sha256,
        variant_why=why[:400],
        city_slug=prepared.city_id,
        city_why=where[:400],
        snapshot=prepared.snapshot,
        run_id=prepared.run_id,
        seed=prepared.seed,
        prepared=as_kept(prepared),
        started_at=begun,
        changed_at=begun,
    )


def _tries(
    state: TaskState, prepared: Prepared, skill: float, mistake: float, at: datetime, chance: Random
) -> list[TaskTry]:
    """What somebody hands in: a named mistake first, perhaps, then the right answer, perhaps."""
    task = prepared.lab.task(state.task)
    given: list[dict[str, Any]] = []
    if chance.random() < mistake and (found := mistaken(prepared, task)) is not None:
        given.append(found)
    if chance.random() < skill or not given:
        given.append(right(prepared, task))
    made = []
    for number, answer in enumerate(given, 1):
        when = at + timedelta(minutes=3 * (number - 1))
        made.append(hand_in(state, prepared, task, answer, number, when))
    return made


def hand_in(
    state: TaskState,
    prepared: Prepared,
    task: Task,
    answer: Mapping[str, Any],
    number: int,
    at: datetime,
    *,
    copied: bool = False,
) -> TaskTry:
    """A try and what it does to the task, not saved."""
    from nagara.citylab import labs

    rows = (
        {k: answer[k] for k in ("columns", "rows", "truncated")}
        if "rows" in answer and "sql" in answer
        else None
    )
    given = {k: v for k, v in answer.items() if rows is None or k == "sql"}
    made = TaskTry(state=state, number=number, key=f"demo-{number}", answer=given, at=at)
    made.run_id, made.lab_sha256 = prepared.run_id, prepared.lab.sha256
    if copied:  # the reference solutions of a demonstration look alike: only what is copied says so
        made.text_sign = text_sign(task.kind, given)
    if rows is not None:
        made.rows = zlib.compress(json.dumps(rows, default=str).encode())
    if not task.by_people:
        put_grade(made, labs.grade(prepared, task.id, answer), Decimal(1))
        made.result_sign = result_sign(task.kind, given, rows)
        state.points = max(state.points or Decimal(0), made.points or Decimal(0))
    state.tries, state.draft, state.saved_at, state.answered_at = number, dict(given), at, at
    state.right, state.mistake = state.right or made.right, made.mistake
    return made


def _marked(state: TaskState, marker: User, at: datetime, chance: Random) -> None:
    mark = chance.choice((60, 70, 75, 80, 90))
    state.points = (state.most * mark / 100).quantize(Decimal("0.001"))
    state.marks = {"mark": {"title": "Points of 100", "mark": mark, "max": 100, "said": ""}}
    state.comment = "Clear. Say as well how sure you are of the second point."
    state.marked_by, state.marked_at = marker, at + timedelta(hours=20)


def _sums(work: LabWork, tasks: Sequence[TaskState], at: datetime) -> None:
    work.points = sum((t.points or Decimal(0) for t in tasks), Decimal(0))
    work.most = sum((t.most for t in tasks), Decimal(0))
    work.changed_at = at
    work.done_at = at if all(t.tries for t in tasks) else None


def _write(made: Made) -> None:
    LabWork.objects.bulk_create(made.works)
    TaskState.objects.bulk_create(made.states)
    TaskTry.objects.bulk_create(made.tries)


def _not_right(row: LabAssignment) -> list[TaskState]:
    """Tasks that somebody has not got right yet, of those whom no visitor signs in as."""
    found = TaskState.objects.filter(work__assignment=row, right=False).exclude(work__user__email=TO_DO)
    return list(found.select_related("work__user").order_by("place", "pk"))


def _copied(row: LabAssignment) -> None:
    """Two who hand in what their neighbour has, although their numbers differ."""
    from nagara.citylab.labs import Prepared

    rights = TaskTry.objects.filter(
        state__work__assignment=row, right=True, state__kind__in=["value", "query"]
    )
    copied: set[str] = set()
    for model in rights.select_related("state__work").order_by("pk"):
        wanted = [
            s
            for s in _not_right(row)
            if s.task == model.state.task
            and s.work.lab == model.state.work.lab
            and s.work.prepared["keys"][s.task]["body"] != model.state.work.prepared["keys"][s.task]["body"]
        ]
        if not wanted or not model.result_sign or model.state.task in copied:
            continue
        prepared = Prepared.from_dict(wanted[0].work.prepared)
        answer = {**model.answer, **(json.loads(zlib.decompress(model.rows)) if model.rows else {})}
        made = hand_in(
            wanted[0],
            prepared,
            prepared.lab.task(model.state.task),
            answer,
            wanted[0].tries + 1,
            max(model.at, wanted[0].answered_at or model.at) + timedelta(minutes=20),
            copied=True,
        )
        wanted[0].opened_at = wanted[0].opened_at or made.at
        wanted[0].save()
        made.save()
        copied.add(model.state.task)
        if len(copied) == 2:
            return


def _stuck(row: LabAssignment, now: datetime) -> None:
    """Three who try and try."""
    from nagara.citylab.labs import Prepared

    seen: set[int] = set()
    for state in _not_right(row):
        if state.work_id in seen or state.tries or state.kind not in ("value", "query"):
            continue
        seen.add(state.work_id)
        prepared = Prepared.from_dict(state.work.prepared)
        task = prepared.lab.task(state.task)
        state.opened_at = now - timedelta(hours=2)
        for number in range(1, 5):
            guess: dict[str, Any] = {"text": str(7 * number), "unit": task.unit, "zone": ""}
            if task.kind == "query":
                guess = {
                    "sql": f"select {number} as n",
                    "columns": [{"name": "n", "type": "int"}],
                    "rows": [[number]],
                }
                guess["truncated"] = False
            try:
                hand_in(
                    state, prepared, task, guess, number, now - timedelta(minutes=60 - 12 * number)
                ).save()
            except CityLabError:
                break
        state.hints = 2 if task.hints else 0
        state.save()
        if len(seen) == 3:
            return


def right(prepared: Prepared, task: Task) -> dict[str, Any]:
    """A right answer as a learner would give it."""
    from nagara.citylab import labs

    if task.by_people:
        return {"text": NOTE}
    found = labs.right_answer(prepared, task.id)
    if task.kind == "value":
        return _rounded(prepared, task, found)
    return {**found, "sql": as_query(prepared, task.reference)} if task.kind == "query" else found


def _rounded(prepared: Prepared, task: Task, found: dict[str, Any]) -> dict[str, Any]:
    """A number as people write it, where that is still right."""
    from nagara.citylab import labs

    for form in ("{:.3g}", "{:.4g}", "{:.6g}"):
        try:
            plain = {**found, "text": form.format(float(found["text"]))}
        except ValueError:
            return found
        if "e" not in plain["text"] and labs.grade(prepared, task.id, plain).right:
            return plain
    return found


def mistaken(prepared: Prepared, task: Task) -> dict[str, Any] | None:
    """The answer of who makes the first named mistake that these numbers tell apart."""
    from nagara.citylab import labs

    for known in task.mistakes:
        found = labs.mistaken_answer(prepared, task.id, known.key)
        if found is not None:
            return {**found, "sql": as_query(prepared, known.reference)} if task.kind == "query" else found
    return None


def as_query(prepared: Prepared, reference: str) -> str:
    """A reference solution as a learner would write it: shared steps in front, numbers written out."""
    steps: list[Any] = []
    text = reference.strip().rstrip(";")
    for step in reversed(prepared.lab.steps):
        if not step.show and re.search(rf"\b{step.name}\b", text + " ".join(s.sql for s in steps)):
            steps.append(step)
    if steps:
        before = ",\n".join(f"{s.name} as (\n{s.sql.strip()}\n)" for s in reversed(steps))
        own = re.match(r"with\s+", text, re.IGNORECASE)
        text = f"with {before},\n{text[own.end() :]}" if own else f"with {before}\n{text}"
    return re.sub(r"\$(\w+)", lambda found: _literal(prepared.params.get(found[1])), text)


def _literal(value: Any) -> str:
    if isinstance(value, bool | int | float):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"timestamp '{value:%Y-%m-%d %H:%M:%S}'"
    return "null" if value is None else "'" + str(value).replace("'", "''") + "'"
