"""What a person has to do next: one shape for every room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SOON = timedelta(days=3)


class Kind(StrEnum):
    """Do: it waits for this person. Wait: somebody else has to act. Look: good to know."""

    DO = "do"
    WAIT = "wait"
    LOOK = "look"


@dataclass(frozen=True)
class Todo:
    """One line of the desk. `due` is an instant (UTC), `zone` the host's zone in which it was set."""

    title: str
    url: str
    why: str = ""
    place: str = ""
    due: datetime | None = None
    zone: str = "UTC"
    kind: Kind = Kind.DO

    def pressing(self, now: datetime) -> str:
        """ "late", "soon" or "" by the time that is left."""
        if self.due is None or self.kind is not Kind.DO:
            return ""
        if self.due < now:
            return "late"
        return "soon" if self.due - now <= SOON else ""


def counted(count: int, one: str) -> str:
    """A number with its noun: "1 application", "3 applications"."""
    return f"{count} {one}{'' if count == 1 else 's'}"


def left(due: datetime, now: datetime) -> str:
    """The time that is left, in words: "5 days left", "3 hours left", "2 days ago"."""
    seconds = (due - now).total_seconds()
    ago = seconds < 0
    seconds = abs(seconds)
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{counted(count, word)} {'ago' if ago else 'left'}"
    return "just now" if ago else "less than a minute left"


def in_order(todos: Iterable[Todo]) -> list[Todo]:
    """What is due first comes first; what has no date comes last, by title."""
    return sorted(todos, key=lambda t: (t.due is None, t.due.timestamp() if t.due else 0, t.title))
