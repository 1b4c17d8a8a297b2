"""Answers that come back from a pack: read, shown before they count, handed in once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict

from nagara.campus.audit.domain import record
from nagara.campus.labwork import fields
from nagara.campus.labwork.domain import submit
from nagara.campus.labwork.domain.answering import limits, task_of
from nagara.campus.labwork.domain.keys import prepared_of
from nagara.campus.labwork.models import LabWork, TaskState, TaskTry
from nagara.campus.labwork.offline.signing import work_of
from nagara.campus.people.models import User
from nagara.citylab.errors import CityLabError
from nagara.citylab.labs.pack import Answers, BadPack, Entry, read_answers

if TYPE_CHECKING:
    from nagara.citylab.labs import Prepared


@dataclass(frozen=True)
class Line:
    """One answer of a file: what it says, whether it will count ("new", "known", "cannot") and why not; once
    it was handed in ("counted"), what it got."""

    task: str
    title: str
    says: str
    state: str
    why: str = ""
    made: TaskTry | None = None
    typed_at: str = ""


def bring(data: bytes, *, user: User) -> tuple[LabWork, Answers]:
    """A file of answers, and the work it belongs to. Raises BadPack in plain words."""
    answers = read_answers(data)
    return work_of(answers.ticket, user=user), answers


def preview(work: LabWork, answers: Answers, *, now: datetime) -> list[Line]:
    """What would count, and what would not. Nothing is changed."""
    prepared, states = prepared_of(work), _states(work)
    known = set(TaskTry.objects.filter(state__work=work).values_list("state__task", "key"))
    used: dict[str, int] = {}
    return [_line(entry, work, prepared, states, known, used, now) for entry in answers.entries]


def _line(
    entry: Entry,
    work: LabWork,
    prepared: Prepared,
    states: dict[str, TaskState],
    known: set[tuple[str, str]],
    used: dict[str, int],
    now: datetime,
) -> Line:
    state = states.get(entry.task)
    if state is None:
        return Line(entry.task, entry.task, "", "cannot", "This lab has no such task.", typed_at=entry.at)
    given = _given(prepared, entry)
    told = (entry.task, state.title, _words(given))
    if (entry.task, entry.key) in known:
        return Line(*told, "known", "It was counted before.", typed_at=entry.at)
    stands = limits(work, state, task_of(prepared, entry.task), now=now)
    taken = used.get(entry.task, 0)
    why = stands.why_not or fields.problem_with(task_of(prepared, entry.task), given)
    if not why and stands.tries is not None and taken >= stands.tries:
        why = "All tries of this task would be used."
    if why:
        return Line(*told, "cannot", why, typed_at=entry.at)
    used[entry.task] = taken + 1
    return Line(*told, "new", typed_at=entry.at)


def _states(work: LabWork) -> dict[str, TaskState]:
    return {state.task: state for state in TaskState.objects.filter(work=work)}


def _given(prepared: Prepared, entry: Entry) -> dict[str, Any]:
    """The answer as the page's own form would have sent it."""
    try:
        form = QueryDict(entry.form)
    except (ValueError, SuspiciousOperation) as error:  # more fields than a form has
        raise BadPack("An answer in this file cannot be read.") from error
    return fields.read(prepared.posed[entry.task], form)


def _words(given: dict[str, Any]) -> str:
    """An answer in a line."""
    told = [v for v in given.values() if v and v != "UTC"]
    told = [v for v in told if not isinstance(v, dict)] or told
    text = "; ".join(
        v if isinstance(v, str) else ", ".join(map(str, v)) if isinstance(v, list) else f"{len(v)} entries"
        for v in told
    )
    return text[:200]


def merge(work: LabWork, answers: Answers, *, by: User, now: datetime) -> list[Line]:
    """Hand in what is new, one answer after the other. What was counted before is not counted again, and what
    cannot count is said."""
    lines = []
    prepared = prepared_of(work)
    for entry, line in zip(answers.entries, preview(work, answers, now=now), strict=True):
        if line.state != "new":
            lines.append(line)
            continue
        try:
            made = submit(
                work, entry.task, _given(prepared, entry), key=entry.key, via=TaskTry.Via.PACK, now=now
            )
        except CityLabError as error:
            why = f"{error.what} {error.mend or ''}".strip()
            lines.append(Line(line.task, line.title, line.says, "cannot", why, typed_at=entry.at))
        else:
            lines.append(Line(line.task, line.title, line.says, "counted", "", made, entry.at))
    counted = sum(line.state == "counted" for line in lines)
    if counted:
        record("lab pack came back", f"lab-work/{work.pk}", by=by, answers=len(lines), counted=counted)
    return lines
