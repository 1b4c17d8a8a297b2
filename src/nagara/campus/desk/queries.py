"""A person's desk: what to do, what others must do first, what is good to know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from nagara.campus.desk import (
    admissions,
    attendance,
    credentials,
    degrees,
    evaluation,
    labwork,
    learning,
    programmes,
    quizzes,
    readiness,
    selection,
    timetable,
    visits,
)
from nagara.campus.desk.todo import Kind, Todo, in_order
from nagara.campus.people.models import User

ROOMS: tuple[Callable[[User, datetime], Iterator[Todo]], ...] = (
    readiness.todos,
    programmes.todos,
    admissions.todos,
    selection.todos,
    timetable.todos,
    attendance.todos,
    quizzes.todos,
    visits.todos,
    learning.todos,
    labwork.todos,
    evaluation.todos,
    credentials.todos,
    degrees.todos,
)


@dataclass(frozen=True)
class Desk:
    """Three lists, each with what is due first at the top."""

    do: list[Todo]
    wait: list[Todo]
    look: list[Todo]


def desk_of(user: User, now: datetime) -> Desk:
    """What the rooms have for `user` at the instant `now`."""
    found = in_order(todo for room in ROOMS for todo in room(user, now))
    return Desk(*([todo for todo in found if todo.kind is kind] for kind in (Kind.DO, Kind.WAIT, Kind.LOOK)))
