"""The class in a lab: who stands where, who is stuck, which mistakes to teach tomorrow, answers that look
alike. Look-alikes are a hint to talk, never a verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from nagara.campus.labwork.models import LabAssignment, LabWork, TaskState, TaskTry
from nagara.campus.learning.queries import learners
from nagara.campus.people.lists import Column
from nagara.campus.programmes.models import Enrolment

MANY_TRIES = 3
LONG = timedelta(minutes=25)
LATELY = timedelta(days=2)


@dataclass(frozen=True)
class Cell:
    """A learner at a task, in words; `tone` only colours what the words say."""

    state: TaskState | None

    @property
    def tone(self) -> str:
        s = self.state
        return "none" if s is None or not s.tries else "good" if s.right else "part" if s.points else "bad"

    @property
    def words(self) -> str:
        s = self.state
        if s is None:
            return "not begun"
        if not s.tries:
            return "opened" if s.opened_at else "not yet"
        return "to mark" if s.waiting else "right" if s.right else "partly" if s.points else "wrong"

    @property
    def tries(self) -> int:
        return self.state.tries if self.state else 0

    @property
    def hints(self) -> int:
        return self.state.hints if self.state else 0


@dataclass(frozen=True)
class Row:
    """A learner with the work (None: not begun) and a cell for each task."""

    enrolment: Enrolment
    work: LabWork | None
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Heat:
    """One lab of the class: its tasks (id, title, share of those who began that have it right) and people."""

    lab: str
    tasks: Sequence[tuple[str, str, float]]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Room:
    """What the pages of a class are made from: three questions to the database."""

    row: LabAssignment
    people: Sequence[Enrolment]
    works: dict[int, LabWork]
    states: dict[int, list[TaskState]]


def room_of(row: LabAssignment) -> Room:
    """The class of a lab."""
    people = list(learners(row.batch))
    inside = [e.user_id for e in people]
    works = {
        w.user_id: w
        for w in LabWork.objects.filter(assignment=row, user__in=inside).defer("prepared", "lacks")
    }
    states: dict[int, list[TaskState]] = defaultdict(list)
    for state in TaskState.objects.filter(work__in=works.values()).defer("draft", "marks", "comment"):
        states[state.work_id].append(state)
    return Room(row, people, works, states)


def heats(room: Room) -> list[Heat]:
    """A table for each lab (variant) of the class, the most common first; who has not begun comes last."""
    by_lab: dict[str, list[Enrolment]] = defaultdict(list)
    for person in room.people:
        work = room.works.get(person.user_id)
        by_lab[work.lab if work else ""].append(person)
    found = []
    for lab, people in sorted(by_lab.items(), key=lambda entry: (not entry[0], -len(entry[1]))):
        tasks: dict[str, TaskState] = {}
        for person in people:
            work = room.works.get(person.user_id)
            for state in room.states[work.pk] if work else []:
                tasks.setdefault(state.task, state)
        order = sorted(tasks.values(), key=lambda s: s.place)
        rows = [_row(room, person, [s.task for s in order]) for person in people]
        heads = [(s.task, s.title, _share(rows, n)) for n, s in enumerate(order)]
        found.append(Heat(lab, heads, rows))
    return found


def _row(room: Room, person: Enrolment, tasks: Sequence[str]) -> Row:
    work = room.works.get(person.user_id)
    mine = {s.task: s for s in room.states[work.pk]} if work else {}
    return Row(person, work, [Cell(mine.get(task)) for task in tasks])


def _share(rows: Sequence[Row], at: int) -> float:
    tried = [r.cells[at].state for r in rows if r.cells[at].state is not None]
    return sum(bool(s and s.right) for s in tried) / len(tried) if tried else 0.0


@dataclass(frozen=True)
class Stuck:
    """A learner who needs help with a task: tries without getting it right, or a long time at it."""

    enrolment: Enrolment
    state: TaskState
    minutes: int
    why: str


def stuck(room: Room, now: datetime) -> list[Stuck]:
    """Who is stuck, the longest first. Time counts from the first look to the last try; a task that was
    opened lately and not answered counts until now, for an evening at most."""
    found = []
    for person in room.people:
        work = room.works.get(person.user_id)
        for state in room.states[work.pk] if work else []:
            if state.right or state.waiting or state.opened_at is None or state.kind == "text":
                continue
            until = state.answered_at or min(now, state.opened_at + timedelta(hours=3))
            spent = max(timedelta(), until - state.opened_at)
            why = ""
            if state.tries >= MANY_TRIES:
                why = f"{state.tries} tries, not right yet"
            elif spent >= LONG and (state.tries or now - state.opened_at <= LATELY):
                why = "a long time without getting it right" if state.tries else "opened, never answered"
            if why:
                hinted = f", {state.hints} hint{'' if state.hints == 1 else 's'}" if state.hints else ""
                found.append(Stuck(person, state, int(spent.total_seconds() // 60), why + hinted))
    return sorted(found, key=lambda s: (-s.state.tries, -s.minutes))


@dataclass(frozen=True)
class Met:
    """A named mistake of the class: `people` met it, `open` of them have not mended it."""

    lab: str
    task: str
    title: str
    mistake: str
    because: str
    people: int
    open: int
    began: int


def mistakes(room: Room) -> list[Met]:
    """Named mistakes, those that most people met first. One question more."""
    states = {s.pk: s for states in room.states.values() for s in states}
    works = {w.pk: w for w in room.works.values()}
    met: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    because: dict[tuple[str, str, str], str] = {}
    rows = TaskTry.objects.filter(state__work__in=works).exclude(mistake="").order_by("at")
    for state_pk, mistake, why in rows.values_list("state", "mistake", "because"):
        state = states[state_pk]
        key = (works[state.work_id].lab, state.task, mistake)
        met[key].add(state_pk)
        because[key] = why
    began: dict[tuple[str, str], int] = defaultdict(int)
    for state in states.values():
        if state.tries:
            began[works[state.work_id].lab, state.task] += 1
    found = [
        Met(
            key[0], key[1], states[next(iter(pks))].title, key[2], because[key], len(pks),
            sum(not states[pk].right for pk in pks), began[key[0], key[1]],
        )
        for key, pks in met.items()
    ]  # fmt: skip
    return sorted(found, key=lambda m: (-m.people, -m.open, m.lab, m.task))


@dataclass(frozen=True)
class Alike:
    """Answers of several people to one task that look alike, and in which way."""

    title: str
    why: str
    answers: Sequence[tuple[TaskTry, LabWork, str]]


def lookalikes(row: LabAssignment) -> list[Alike]:
    """Groups of answers that look alike: the same result although the right answers differ, and no named
    mistake explains it for at least one; or queries that are built word for word alike. Two questions."""
    tries = (
        TaskTry.objects.filter(state__work__assignment=row)
        .filter(~Q(result_sign="") | ~Q(text_sign=""))
        .select_related("state__work__user")
        .defer("rows", "differs", "because", "state__draft", "state__work__prepared", "state__work__lacks")
        .order_by("at")
    )
    by_result: dict[tuple[str, str, str], list[TaskTry]] = defaultdict(list)
    by_text: dict[tuple[str, str, str], list[TaskTry]] = defaultdict(list)
    for made in tries:
        lab, task = made.state.work.lab, made.state.task
        if made.result_sign:
            by_result[lab, task, made.result_sign].append(made)
        if made.text_sign:
            by_text[lab, task, made.text_sign].append(made)
    groups = [_one_each(group) for group in by_result.values()]
    groups = [g for g in groups if len(g) > 1 and any(not t.right and not t.mistake for t in g)]
    texts = [g for group in by_text.values() if 1 < len(g := _one_each(group)) <= MOST_ALIKE]
    _with_keys([made for group in (*groups, *texts) for made in group])
    found, seen = [], set()
    for firsts in groups:
        telling = _telling(firsts)
        if telling:
            found.append(_alike("The same result, although the right answers differ.", telling))
            seen.add(frozenset(t.state_id for t in firsts))
    others = [firsts for firsts in texts if frozenset(t.state_id for t in firsts) not in seen]
    return found + [_alike("Queries built word for word alike.", firsts) for firsts in others]


MOST_ALIKE = 4
"""A form that more people share is what the lesson taught, or what the task begins with."""


MOST_SHOWN = 12
"""Answers of a group that are shown side by side."""
MOST_NUMBERS = 6
"""Drawn numbers that are shown of each person: those in which the people of a group differ."""


def _one_each(group: Iterable[TaskTry]) -> list[TaskTry]:
    """The first such try of each person."""
    found: dict[int, TaskTry] = {}
    for made in group:
        found.setdefault(made.state.work_id, made)
    return list(found.values())


def _with_keys(tries: Sequence[TaskTry]) -> None:
    """Put what was prepared onto the works of these tries: one question, and only for them."""
    wanted = {made.state.work_id for made in tries}
    kept = dict(LabWork.objects.filter(pk__in=wanted).values_list("pk", "prepared"))
    for made in tries:
        made.state.work.prepared = kept[made.state.work_id]


def _telling(tries: Sequence[TaskTry]) -> list[TaskTry]:
    """Wrong ones that no named mistake explains, with two others for whom another answer is right."""
    odd = [t for t in tries if not t.right and not t.mistake]
    others = [t for t in tries if t not in odd and any(_key(t) != _key(o) for o in odd)]
    if not others and all(_key(t) == _key(odd[0]) for t in odd):
        return []
    return [*odd[:MOST_SHOWN], *others[:2]]


def _key(made: TaskTry) -> Any:
    """What is right for this person: where it differs, their numbers differ in what matters to the task."""
    return made.state.work.prepared["keys"].get(made.state.task, {}).get("body")


def _alike(why: str, tries: Sequence[TaskTry]) -> Alike:
    params = [dict(t.state.work.prepared.get("params") or {}) for t in tries]
    differ = [name for name in params[0] if len({str(p.get(name)) for p in params}) > 1][:MOST_NUMBERS]
    drawn = ["; ".join(f"{name} {p.get(name)}" for name in differ) for p in params]
    answers = [(t, t.state.work, own) for t, own in zip(tries, drawn, strict=True)]
    return Alike(tries[0].state.title, why, answers)


EXPORT = (
    Column("learner", "Learner", lambda x: str(x[0].enrolment.user)),
    Column("city", "City of the lab", lambda x: x[0].work.city_slug if x[0].work else ""),
    Column("lab", "Lab", lambda x: x[0].work.lab if x[0].work else ""),
    Column("task", "Task", lambda x: x[1].state.task if x[1] and x[1].state else ""),
    Column("stands", "How it stands", lambda x: x[1].words if x[1] else "not begun"),
    Column("points", "Points", lambda x: x[1].state.points if x[1] and x[1].state else None),
    Column("most", "Of", lambda x: x[1].state.most if x[1] and x[1].state else None),
    Column("tries", "Tries", lambda x: x[1].tries if x[1] else 0, "whole"),
    Column("hints", "Hints", lambda x: x[1].hints if x[1] else 0, "whole"),
    Column(
        "mistake",
        "Named mistake of the last try",
        lambda x: x[1].state.mistake if x[1] and x[1].state else "",
    ),
    Column("run", "Run of the key", lambda x: x[0].work.run_id if x[0].work else ""),
)


def export_rows(found: Iterable[Heat]) -> list[tuple[Row, Cell | None]]:
    """A line for each learner and task; one for who has not begun."""
    return [
        (row, cell)
        for heat in found
        for row in heat.rows
        for cell in (row.cells if row.work is not None else [None])
    ]
