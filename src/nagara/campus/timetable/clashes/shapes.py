"""The plain values that the finder of clashes works on. Instants are minutes since 1970 (UTC)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from nagara.campus.programmes.calendars import Holiday, Season

BAD, WARN, NOTE = "bad", "warn", "note"
ORDER = {BAD: 0, WARN: 1, NOTE: 2}
DAY_MINUTES = 24 * 60
Speaker = int | str
Audience = int | None
"""The group that a session is for; None: the whole batch."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A session from `starts` to `ends`; `first` and `last` are minutes of `day` on the wall where it is.

    `at_home`: people join from where they live. `foreign`: of another batch, whose name stands in the title.
    """

    id: int
    title: str
    starts: int
    ends: int
    day: date
    first: int
    tz: str
    room: int | None = None
    audience: Audience = None
    speakers: frozenset[Speaker] = frozenset()
    online: bool = False
    at_home: bool = False
    counts: bool = True
    foreign: bool = False

    @property
    def last(self) -> int:
        return self.first + self.ends - self.starts

    @property
    def when(self) -> str:
        return f"{self.day:%a} {self.day.day} {self.day:%b}, {clock(self.first)} to {clock(self.last)}"


def clock(minutes: int) -> str:
    """Minutes of a day as a wall shows them."""
    minutes %= DAY_MINUTES
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def minutes_of(text: str) -> int:
    """ "15:30" as minutes of the day. Raises ValueError for anything else."""
    hours, _, rest = text.partition(":")
    found = int(hours) * 60 + int(rest)
    if not 0 <= found <= DAY_MINUTES or not 0 <= int(rest) < 60:
        raise ValueError(text)
    return found


@lru_cache(maxsize=200_000)
def wall(at: int, zone: str) -> tuple[date, int]:
    """Day and minute of the day that an instant has on the wall in a zone."""
    there = datetime.fromtimestamp(at * 60, UTC).astimezone(ZoneInfo(zone))
    return there.date(), there.hour * 60 + there.minute


@lru_cache(maxsize=50_000)
def instant_of(day: date, minute: int, zone: str) -> int:
    """The instant at which a wall in a zone shows this minute of this day."""
    more, minute = divmod(minute, DAY_MINUTES)
    there = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZoneInfo(zone))
    return int((there + timedelta(days=more)).timestamp()) // 60


@dataclass(frozen=True, slots=True)
class Teacher:
    """Who speaks: name, zone ("" where it is not known), and when they cannot come."""

    name: str
    zone: str = ""
    away: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RoomFacts:
    name: str
    seats: int | None


@dataclass(frozen=True, slots=True)
class Prayer:
    """A window that stays free for those of `states` (empty: everyone) on `days` of the week (empty: all)."""

    name: str
    first: int
    last: int
    days: frozenset[int] = frozenset()
    season: str = ""
    states: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Meal:
    """Between `first` and `last` there has to be a hole of `minutes`."""

    name: str
    first: int
    last: int
    minutes: int


@dataclass(frozen=True)
class Hours:
    """What the batch says about its days."""

    work_first: int = 9 * 60
    work_last: int = 18 * 60
    prayers: tuple[Prayer, ...] = ()
    meals: tuple[Meal, ...] = ()
    travel: Mapping[date, str] = field(default_factory=dict)


@dataclass
class Board:
    """Everything that a batch's draft is checked against.

    `people`: of each participant the zone and the state in which they live; `members`: who is in each group.
    """

    tz: str
    first_day: date
    last_day: date
    slots: list[Slot] = field(default_factory=list)
    rooms: Mapping[int, RoomFacts] = field(default_factory=dict)
    people: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    members: Mapping[int, frozenset[int]] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)
    teachers: Mapping[Speaker, Teacher] = field(default_factory=dict)
    hours: Hours = field(default_factory=Hours)
    host: str = ""
    states: Mapping[str, str] = field(default_factory=dict)
    weekends: Mapping[str, frozenset[int]] = field(default_factory=dict)
    holidays: Mapping[tuple[str, date], Sequence[Holiday]] = field(default_factory=dict)
    seasons: Sequence[Season] = ()

    @cached_property
    def own(self) -> list[Slot]:
        """The sessions of the batch itself."""
        return [slot for slot in self.slots if not slot.foreign]

    def audience(self, key: Audience) -> frozenset[int]:
        return self.members.get(key, frozenset()) if key is not None else self._everyone

    @cached_property
    def _everyone(self) -> frozenset[int]:
        return frozenset(self.people)

    @cached_property
    def _homes(self) -> dict[Audience, Counter[tuple[str, str]]]:
        return {}

    def homes(self, key: Audience) -> Counter[tuple[str, str]]:
        """How many of an audience live in each zone and state."""
        if key not in self._homes:
            self._homes[key] = Counter(self.people[one] for one in self.audience(key) if one in self.people)
        return self._homes[key]

    def in_season(self, name: str, day: date) -> bool:
        return any(s.name.startswith(name) and s.first <= day <= s.last for s in self.seasons)

    @cached_property
    def classes(self) -> dict[frozenset[int], list[int]]:
        """Participants by the groups that they are in."""
        mine: dict[int, set[int]] = {one: set() for one in self.people}
        for group, members in self.members.items():
            for one in members:
                if one in mine:
                    mine[one].add(group)
        found: dict[frozenset[int], list[int]] = {}
        for one, groups in mine.items():
            found.setdefault(frozenset(groups), []).append(one)
        return found


@dataclass(frozen=True, slots=True)
class Finding:
    """One clash: how bad, in words, on which day, and the sessions where it can be mended."""

    kind: str
    severity: str
    words: str
    slots: tuple[int, ...]
    day: date
    people: int = 0
    mend: str = ""
