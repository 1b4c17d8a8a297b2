"""The released timetable as people read it: by day, in both clocks, now and next marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse

from nagara.campus.programmes.models import Batch
from nagara.campus.timetable.differences import place_of
from nagara.campus.timetable.models import PublicSession
from nagara.campus.timetable.queries import sessions_for

AT_ONCE = 300
"""More sessions than this are shown a week at a time."""
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Line:
    """One session on one day: `host` is the clock where it is held, `yours` the reader's where it differs."""

    public: PublicSession
    day: date
    host: str
    yours: str
    mark: str
    mine: bool
    url: str

    @property
    def stamp(self) -> str:
        """The beginning for machines."""
        return self.public.starts.isoformat()

    @property
    def what(self) -> str:
        """Everything but the time and the title, in one line."""
        row = self.public
        names = ", ".join(str(one.get("name", "")) for one in row.people)
        words = (
            row.kind,
            row.group.name if row.group else "",
            row.place,
            "online" if row.online else "",
            names,
            row.cancel_reason if row.cancelled else "",
        )
        return " · ".join(filter(None, words))

    @property
    def names(self) -> str:
        return ", ".join(str(one.get("name", "")) for one in self.public.people)


@dataclass(frozen=True)
class Day:
    day: date
    lines: list[Line]
    today: bool


@dataclass
class Wanted:
    """What the reader asked for: whose sessions, which kind, speaker, group, day; the Monday of a week."""

    whose: str = ""
    kind: str = ""
    speaker: str = ""
    group: str = ""
    day: date | None = None
    week: date | None = None

    @property
    def narrowed(self) -> bool:
        return bool(self.kind or self.speaker or self.group or self.day)


@dataclass
class Timetable:
    """A page of a batch's timetable."""

    days: list[Day]
    count: int
    mine: int
    whose: str
    kinds: list[str] = field(default_factory=list)
    speakers: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    all_days: list[date] = field(default_factory=list)
    weeks: list[date] = field(default_factory=list)
    week: date | None = None
    zones: list[str] = field(default_factory=list)
    jump: Day | None = None
    """Today or the next day with sessions, where it is not the first one of the page."""


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def timetable_of(batch: Batch, user: Any, wanted: Wanted, now: datetime, *, paged: bool = True) -> Timetable:
    """The released sessions of a batch for a reader, a week at a time where they are many (`paged`). Two
    queries."""
    every = list(PublicSession.objects.filter(batch=batch).select_related("group"))
    mine = set(sessions_for(user, batches=[batch]).values_list("pk", flat=True))
    whose = wanted.whose or ("mine" if mine else "all")
    shown = [row for row in every if row.pk in mine] if whose == "mine" else every
    page = Timetable([], len(every), len(mine), whose, **_choices(every))
    shown = [row for row in shown if _fits(row, wanted)]
    if paged and len(shown) > AT_ONCE:
        page.weeks = sorted({monday(row.day) for row in shown})
        page.week = _nearest(page.weeks, wanted.week or monday(now.astimezone(ZoneInfo(batch.tz)).date()))
        shown = [row for row in shown if monday(row.day) == page.week]
    page.days = by_day(shown, zone=getattr(user, "tz", "") or "", mine=mine, now=now, host=batch.tz)
    page.zones = sorted({row.tz for row in shown})
    today = now.astimezone(ZoneInfo(batch.tz)).date()
    coming = next((day for day in page.days if day.day >= today), None)
    page.jump = coming if coming is not None and coming is not page.days[0] else None
    return page


def _choices(rows: Sequence[PublicSession]) -> dict[str, Any]:
    return {
        "kinds": sorted({row.kind for row in rows}),
        "speakers": sorted({str(one.get("name", "")) for row in rows for one in row.people}),
        "groups": sorted({row.group.name for row in rows if row.group}),
        "all_days": sorted({row.day for row in rows}),
    }


def _fits(row: PublicSession, wanted: Wanted) -> bool:
    if wanted.kind and row.kind != wanted.kind:
        return False
    if wanted.speaker and all(one.get("name") != wanted.speaker for one in row.people):
        return False
    if wanted.group and row.group is not None and row.group.name != wanted.group:
        return False  # those for everybody are for the group too
    return not wanted.day or row.day == wanted.day


def _nearest(weeks: Sequence[date], week: date) -> date:
    return min(weeks, key=lambda one: abs((one - week).days))


def by_day(
    rows: Iterable[PublicSession], *, zone: str, mine: set[int], now: datetime, host: str = "UTC"
) -> list[Day]:
    """Sessions by their day where they are held; `zone` is the reader's."""
    rows = sorted(rows, key=lambda row: (row.day, row.starts, row.pk))
    coming = next(
        (r.starts for r in sorted(rows, key=lambda r: r.starts) if r.starts > now and not r.cancelled), None
    )
    soon = coming is not None and coming - now < timedelta(hours=24)
    zones: dict[str, ZoneInfo] = {}
    before, _, after = reverse("session", args=[0]).rpartition("0")
    days: dict[date, list[Line]] = {}
    for row in rows:
        if row.cancelled:
            mark = ""
        elif row.starts <= now < row.ends:
            mark = "now"
        else:
            mark = "next" if soon and row.starts == coming else "over" if row.ends <= now else ""
        url = f"{before}{row.session_id}{after}"
        line = Line(row, row.day, _host(row), _yours(row, zone, zones), mark, row.pk in mine, url)
        days.setdefault(row.day, []).append(line)
    today = now.astimezone(ZoneInfo(host)).date()
    return [Day(day, lines, day == today) for day, lines in days.items()]


def _host(row: PublicSession) -> str:
    last = (datetime.combine(row.day, row.at) + timedelta(minutes=row.minutes)).time()
    return f"{row.at:%H:%M} to {last:%H:%M}"


def _yours(row: PublicSession, zone: str, zones: dict[str, ZoneInfo]) -> str:
    """The time in the reader's clock; "" where it shows the same."""
    if not zone or zone == row.tz:
        return ""
    there = zones.setdefault(zone, ZoneInfo(zone))
    first, last = row.starts.astimezone(there), row.ends.astimezone(there)
    if (first.date(), first.hour, first.minute) == (row.day, row.at.hour, row.at.minute):
        return ""
    day = "" if first.date() == row.day else f"{first:%a} "
    return f"{day}{first:%H:%M} to {last:%H:%M}"


def zone_times(row: PublicSession, zones: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """The time of a session in the clocks of people: (places, words, how many people), the earliest first."""
    found: dict[tuple[timedelta, str], list[tuple[str, int]]] = {}
    for zone, people in zones.items():
        first, last = row.starts.astimezone(ZoneInfo(zone)), row.ends.astimezone(ZoneInfo(zone))
        key = (first.utcoffset() or timedelta(), f"{first:%a} {first:%H:%M} to {last:%H:%M}")
        found.setdefault(key, []).append((place_of(zone), people))
    return [
        (", ".join(place for place, _ in there), words, sum(people for _, people in there))
        for (_, words), there in sorted(found.items())
    ]
