"""Plain records of calendars: what goes into a feed, what comes out of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Event:
    """One event of a feed.

    `starts` and `ends` are instants (aware); `tz` is the IANA zone in which they are shown. `sequence`
    counts changes of this event, `changed_at` is when the last was. `location` and `url` may be empty;
    `join_link` is written as CONFERENCE (RFC 7986, 5.11) and is for those alone who may join.
    """

    uid: str
    starts: datetime
    ends: datetime
    tz: str
    title: str
    changed_at: datetime
    sequence: int = 0
    description: str = ""
    location: str = ""
    url: str = ""
    join_link: str = ""
    cancelled: bool = False
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feed:
    """A calendar: its name, what it is, and how often a program should ask for it again."""

    name: str
    description: str = ""
    url: str = ""
    refresh: timedelta = timedelta(hours=1)
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True)
class Happening:
    """One occurrence of an event that was read. `whole_day`: it was written as days, not instants.

    `busy` is False where the calendar marks it as free time (TRANSP:TRANSPARENT) or it is cancelled.
    """

    uid: str
    title: str
    starts: datetime
    ends: datetime
    whole_day: bool = False
    busy: bool = True
    cancelled: bool = False
    sequence: int = 0


@dataclass(frozen=True)
class Problem:
    """What could not be read: `what`, `where` (the event, the line), and how to mend it."""

    what: str
    where: str = ""
    mend: str = ""
