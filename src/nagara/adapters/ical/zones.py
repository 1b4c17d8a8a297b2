"""VTIMEZONE from the zone itself, over the years in which it is used (RFC 5545, 3.6.5).

A bare TZID is a name that a reader may not know, or may know in an older version. So the rules go with the
calendar: each change of the clock between the first and the last event, as a rule that repeats where the
changes follow one, as dates where they do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_STEP = timedelta(days=5)
"""Two changes of a clock are never nearer to each other (Morocco's pause in Ramadan is a month)."""
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BEFORE = timedelta(days=2)


@dataclass(frozen=True)
class Change:
    """The clock of a zone changes at `at` (UTC) from one offset to another, known by `name` from then on."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str
    summer: bool

    @property
    def wall(self) -> datetime:
        """The instant on the clock as it stood before the change (how RFC 5545 writes it)."""
        return (self.at + self.before).replace(tzinfo=None)


def changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[Change]:
    """The changes of a clock in (first, last], in order."""
    at = first
    while at < last:
        until = min(at + _STEP, last)
        if _state(zone, at) != _state(zone, until):
            moment = _bisect(zone, at, until)
            before, after = _offset(zone, moment - timedelta(seconds=1)), _offset(zone, moment)
            yield Change(moment, before, after, *_label(zone, moment))
            at = moment
            continue
        at = until


def lines(tz: str, first: datetime, last: datetime) -> list[str]:
    """The VTIMEZONE of `tz` for events from `first` to `last` (aware), as unfolded lines.

    Years are rounded outwards so that the same lines serve (and are kept for) neighbouring feeds.
    """
    return list(_lines(tz, (first - _BEFORE).year, (last + _BEFORE).year))


@lru_cache(maxsize=512)
def _lines(tz: str, first_year: int, last_year: int) -> tuple[str, ...]:
    zone = ZoneInfo(tz)
    start = datetime(max(first_year, 1), 1, 1, tzinfo=UTC)
    end = datetime(min(last_year + 1, 9999), 1, 1, tzinfo=UTC)
    found = ["BEGIN:VTIMEZONE", f"TZID:{tz}"]
    opening = _offset(zone, start)
    # wall time; the year 1 has no day before it
    onset = datetime(start.year, 1, 1) - (timedelta(days=2) if start.year > 1 else timedelta())  # noqa: DTZ001
    found += _observance(Change(onset.replace(tzinfo=UTC) - opening, opening, opening, *_label(zone, start)))
    groups: dict[tuple[timedelta, timedelta, str, bool], list[Change]] = defaultdict(list)
    for change in changes(zone, start, end):
        groups[change.before, change.after, change.name, change.summer].append(change)
    for members in groups.values():
        for run in _runs(members):
            found += _observance(run[0], rule=_rule(run), last=run[-1].at)
    return (*found, "END:VTIMEZONE")


def _runs(members: list[Change]) -> list[list[Change]]:
    """Split into stretches that one yearly rule describes; what fits none stands alone. (A list of dates,
    RDATE, would be shorter, but ical.js reads only the first of it.)"""
    runs: list[list[Change]] = []
    at = 0
    while at < len(members):
        size = _longest(members, at)
        runs.append(members[at : at + size])
        at += size
    return runs


def _longest(members: list[Change], at: int) -> int:
    size = 1
    while at + size < len(members) and _rule(members[at : at + size + 1]):
        size += 1
    return size


def _rule(run: list[Change]) -> str:
    """The yearly rule that gives exactly these changes ("the last Sunday of March"); "" where none does."""
    if len(run) < 2:
        return ""
    walls = [change.wall for change in run]
    first = walls[0]
    same = all(
        wall.year == first.year + number
        and wall.time() == first.time()
        and wall.month == first.month
        and wall.weekday() == first.weekday()
        for number, wall in enumerate(walls)
    )
    if not same:
        return ""
    day = _DAYS[first.weekday()]
    if all((wall + timedelta(days=7)).month != wall.month for wall in walls):
        return f"FREQ=YEARLY;BYMONTH={first.month};BYDAY=-1{day}"
    weeks = {(wall.day - 1) // 7 + 1 for wall in walls}
    if len(weeks) == 1 and max(weeks) < 5:
        return f"FREQ=YEARLY;BYMONTH={first.month};BYDAY={weeks.pop()}{day}"
    return ""


def _observance(first: Change, *, rule: str = "", last: datetime | None = None) -> list[str]:
    kind = "DAYLIGHT" if first.summer else "STANDARD"
    found = [f"BEGIN:{kind}", f"DTSTART:{_stamp(first.wall)}"]
    if rule and last is not None:
        # a day later than needed: python-dateutil compares UNTIL with the wall clock
        found.append(f"RRULE:{rule};UNTIL={_stamp(last + timedelta(days=1))}Z")
    found += [f"TZOFFSETFROM:{_written(first.before)}", f"TZOFFSETTO:{_written(first.after)}"]
    if first.name:
        found.append(f"TZNAME:{first.name}")
    return [*found, f"END:{kind}"]


def _written(offset: timedelta) -> str:
    """+0630; with seconds where there are any (clocks before about 1930)."""
    seconds = int(offset.total_seconds())
    sign = "-" if seconds < 0 else "+"
    hours, rest = divmod(abs(seconds), 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{sign}{hours:02d}{minutes:02d}" + (f"{seconds:02d}" if seconds else "")


def _bisect(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first second at which the clock stands otherwise than at `low`."""
    was = _state(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if _state(zone, middle) == was:
            low = middle
        else:
            high = middle
    return high


def _state(zone: ZoneInfo, at: datetime) -> tuple[timedelta, str, bool]:
    return _offset(zone, at), *_label(zone, at)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _label(zone: ZoneInfo, at: datetime) -> tuple[str, bool]:
    """The short name of the clock at that time, and whether it is summer time."""
    local = at.astimezone(zone)
    return local.tzname() or "", bool(local.dst())


def _stamp(at: datetime) -> str:
    return f"{at.year:04d}{at:%m%dT%H%M%S}"
