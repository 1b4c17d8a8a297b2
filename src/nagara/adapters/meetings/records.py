"""What a participant list of a meeting tool says, in plain records."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay of one person. `row` is the line in the file (from 1). Times are wall times of the zone of the
    file (naive), or instants where the file names an offset. `left` None: the file does not say."""

    row: int
    name: str
    email: str
    joined: datetime
    left: datetime | None
    role: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding: `severity` is "error" (the row was left aside) or "warning" (it was taken)."""

    row: int | None
    severity: str
    what: str
    mend: str = ""


@dataclass(slots=True)
class Report:
    """A file as read. `orders`: the ways in which its dates can be read ("mdy", "dmy", "ymd"); more than
    one: ask, or look which one falls on the day of the session. `needs_day`: times without dates, read as
    of the day given. `needs_zone`: the file names no zone for its times."""

    tool: str = ""
    stays: list[Stay] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    orders: tuple[str, ...] = ()
    needs_day: bool = False
    needs_zone: bool = False


class Unreadable(ValueError):
    """The file is no participant list that can be read. `mend` says what to do."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend
