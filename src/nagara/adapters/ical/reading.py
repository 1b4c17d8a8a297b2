"""A calendar file as occurrences, with what could not be read.

The parsing is the library icalendar's; recurrence is expanded here within a window, with bounds on size,
number and time, because a file may come from anyone.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from nagara.adapters.ical.records import Happening, Problem

LARGEST = 2_000_000
"""Octets of a file."""
MOST_EVENTS = 5_000
MOST_HAPPENINGS = 5_000
MOST_STEPS = 20_000
"""Occurrences of one rule that are looked at from its beginning: daily for 54 years."""
SECONDS = 5.0
"""Time that the rules of one file may take."""
_BLOCK = re.compile(rb"BEGIN:(VEVENT|VTIMEZONE|VFREEBUSY)\b.*?END:\1\b", re.DOTALL | re.IGNORECASE)
_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}


@dataclass
class Read:
    """What a file holds in the window asked for."""

    name: str = ""
    happenings: list[Happening] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    events: int = 0


class _CannotReadError(ValueError):
    """Said to the reader as a problem of one event."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.mend = mend


def read(data: bytes, *, first: datetime, last: datetime, tz: str | None = None) -> Read:
    """The occurrences that touch [`first`, `last`) (aware), in order, and the problems met.

    `tz` is the zone for days and for times that carry none (RFC 5545, 3.3.5: the reader's own); without it
    such events are problems. Never raises on account of `data`.
    """
    found = Read()
    if len(data) > LARGEST:
        found.problems.append(
            Problem(
                f"The file has {len(data) / 1e6:.1f} MB; at most {LARGEST / 1e6:.0f} MB are read.",
                mend="Export a shorter stretch of time.",
            )
        )
        return found
    window = _Window(first, last, ZoneInfo(tz) if tz else None, time.monotonic() + SECONDS)
    moved: dict[tuple[str, datetime], bool] = {}
    events: list[Any] = []
    for calendar in _calendars(data, found):
        found.name = found.name or str(calendar.get("NAME") or calendar.get("X-WR-CALNAME") or "")[:200]
        for part in _walk(calendar):
            if part.name == "VEVENT":
                events.append(part)
            elif part.name == "VFREEBUSY":
                _guarded(found, part, lambda part=part: found.happenings.extend(_free_busy(part, window)))
    found.events = len(events)
    if len(events) > MOST_EVENTS:
        found.problems.append(Problem(f"{len(events)} events; the first {MOST_EVENTS} are read."))
    for event in events[:MOST_EVENTS]:
        _guarded(found, event, lambda event=event: _note_moved(event, moved, window))
    for event in events[:MOST_EVENTS]:
        _guarded(found, event, lambda event=event: _add(found, event, moved, window))
    found.happenings.sort(key=lambda one: (one.starts, one.uid))
    return found


@dataclass(frozen=True)
class _Window:
    first: datetime
    last: datetime
    tz: ZoneInfo | None
    deadline: float

    def touches(self, starts: datetime, ends: datetime) -> bool:
        return starts < self.last and max(ends, starts + timedelta(seconds=1)) > self.first


def _guarded(found: Read, part: Any, work: Any) -> None:
    try:
        work()
    except _CannotReadError as error:
        found.problems.append(Problem(str(error), _where(part), error.mend))
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        found.problems.append(
            Problem(f"This event cannot be read: {said or type(error).__name__}", _where(part))
        )


def _where(part: Any) -> str:
    try:
        said = str(part.get("SUMMARY") or part.get("UID") or "")
    except Exception:
        return ""
    return "".join(c for c in said if c.isprintable())[:120]


def _calendars(data: bytes, found: Read) -> list[Any]:
    """The calendars of the file; where it is broken, one made of those events that can be read."""
    from icalendar import Calendar

    try:
        made: list[Any] = list(Calendar.from_ical(data, multiple=True))
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        found.problems.append(
            Problem(f"The file breaks the rules of iCalendar: {said or type(error).__name__}")
        )
        return _salvaged(data, found)
    if not made:
        made = _salvaged(data, found)
        what = "The file is cut off." if made else "This is no calendar."
        found.problems.append(Problem(what, mend="Export it once more from the calendar program (.ics)."))
    return made


def _salvaged(data: bytes, found: Read) -> list[Any]:
    from icalendar import Calendar

    blocks = [(match.group(1).upper(), match.group(0)) for match in _BLOCK.finditer(data)]
    zones = b"\r\n".join(block for kind, block in blocks if kind == b"VTIMEZONE")
    made = []
    for _, block in [pair for pair in blocks if pair[0] != b"VTIMEZONE"][:MOST_EVENTS]:
        for head in (zones, b""):
            text = b"\r\n".join([b"BEGIN:VCALENDAR", *([head] if head else []), block, b"END:VCALENDAR", b""])
            try:
                made.append(Calendar.from_ical(text))
                break
            except Exception:  # noqa: S112 (tried without the zones, then counted below)
                continue
    lost = sum(kind != b"VTIMEZONE" for kind, _ in blocks) - len(made)
    if lost > 0:
        found.problems.append(Problem(f"{lost} of its events cannot be read."))
    return made


def _walk(calendar: Any) -> list[Any]:
    """The parts of a calendar, without going down for ever."""
    found, waiting = [], [(calendar, 0)]
    while waiting:
        part, depth = waiting.pop()
        found.append(part)
        if depth < 4:
            waiting.extend((below, depth + 1) for below in reversed(getattr(part, "subcomponents", [])))
    return found


def _value(part: Any, name: str) -> Any:
    said = part.get(name)
    if isinstance(said, list):
        said = said[0]
    return said


def _instant(said: Any, window: _Window, name: str) -> tuple[datetime, bool]:
    """An instant in its own zone, and whether it was written as a day."""
    value = getattr(said, "dt", None)
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            return value, False
        tzid = str(said.params.get("TZID", "")) if hasattr(said, "params") else ""
        if tzid:
            raise _CannotReadError(
                f"Its {name} is in the zone {tzid[:60]!r}, which is neither known nor described in the file."
            )
    elif not isinstance(value, date):
        raise _CannotReadError(f"Its {name} is missing or is no time.")
    if window.tz is None:
        raise _CannotReadError(f"Its {name} has no time zone.", "Say in which zone it is meant.")
    if isinstance(value, datetime):
        return value.replace(tzinfo=window.tz), False
    return datetime(value.year, value.month, value.day, tzinfo=window.tz), True


def _span(event: Any, window: _Window) -> tuple[datetime, timedelta, bool]:
    """Start, length and whether it is of whole days."""
    starts, whole = _instant(_value(event, "DTSTART"), window, "start")
    end = _value(event, "DTEND")
    if end is not None:
        ends, _ = _instant(end, window, "end")
        # days are counted on the wall (a day may have 23 hours), hours by the instant
        length = ends.replace(tzinfo=None) - starts.replace(tzinfo=None) if whole else ends - starts
    else:
        duration = getattr(_value(event, "DURATION"), "dt", None)
        length = duration if isinstance(duration, timedelta) else timedelta(days=1 if whole else 0)
    if length < timedelta(0):
        raise _CannotReadError("It ends before it begins.")
    return starts, length, whole


def _note_moved(event: Any, moved: dict[tuple[str, datetime], bool], window: _Window) -> None:
    """Occurrences that the file gives by themselves (RECURRENCE-ID)."""
    said = _value(event, "RECURRENCE-ID")
    if said is not None:
        at, _ = _instant(said, window, "recurrence")
        moved[str(event.get("UID", "")), at] = True


def _add(found: Read, event: Any, moved: dict[tuple[str, datetime], bool], window: _Window) -> None:
    starts, length, whole = _span(event, window)
    uid = str(event.get("UID", ""))
    status = str(event.get("STATUS", "")).upper()
    cancelled = status == "CANCELLED"
    sequence = event.get("SEQUENCE", 0)
    own = _value(event, "RECURRENCE-ID") is not None
    times = [starts] if own else _occurrences(event, starts, window, length)
    for at in times:
        if not own and (uid, at) in moved:
            continue
        ends = _later(at, length, whole=whole)
        if not window.touches(at, ends):
            continue
        if len(found.happenings) >= MOST_HAPPENINGS:
            raise _CannotReadError(f"More than {MOST_HAPPENINGS} occurrences: the rest is left out.")
        found.happenings.append(
            Happening(
                uid=uid,
                title=str(event.get("SUMMARY", "")),
                starts=at,
                ends=ends,
                whole_day=whole,
                busy=not cancelled and str(event.get("TRANSP", "")).upper() != "TRANSPARENT",
                cancelled=cancelled,
                sequence=int(sequence) if isinstance(sequence, int) else 0,
            )
        )


def _later(at: datetime, length: timedelta, *, whole: bool) -> datetime:
    """A length after an instant: days on the wall, hours by the instant."""
    if whole:
        return at + length  # wall arithmetic: the zone stays
    return (at.astimezone(ZoneInfo("UTC")) + length).astimezone(at.tzinfo)


def _occurrences(event: Any, starts: datetime, window: _Window, length: timedelta) -> list[datetime]:
    """The starts of an event within the window: itself, by its rule and dates, less the exceptions."""
    found = {starts}
    rules = event.get("RRULE")
    for rule in rules if isinstance(rules, list) else [rules] if rules else []:
        found |= set(_by_rule(rule, starts, window, length))
    for said in _dates(event, "RDATE"):
        found.add(_instant(said, window, "date")[0])
    gone = {_instant(said, window, "exception")[0] for said in _dates(event, "EXDATE")}
    return sorted(found - gone)


def _dates(event: Any, name: str) -> list[Any]:
    said = event.get(name)
    groups = said if isinstance(said, list) else [said] if said else []
    dates = []
    for group in groups:
        for one in getattr(group, "dts", []):
            period = getattr(one, "dt", None)
            dates.append(_Dated(period[0]) if isinstance(period, tuple) else one)
    return dates


@dataclass(frozen=True)
class _Dated:
    """The start of a period, as `_instant` reads it."""

    dt: Any


def _by_rule(rule: Any, starts: datetime, window: _Window, length: timedelta) -> list[datetime]:
    """Occurrences of a rule from its start up to the end of the window, on the wall of its zone."""
    frequency = str((rule.get("FREQ") or [""])[0]).upper()
    if frequency in _OFTEN:
        raise _CannotReadError(f"It repeats {frequency.lower()}, which is not read.")
    if any(int(step) < 1 for step in rule.get("INTERVAL", [])):
        raise _CannotReadError("Its rule has no step.")
    parts = rule.to_ical().decode().split(";")
    plain = ";".join(p for p in parts if not p.upper().startswith("UNTIL="))
    until = _until(rule, starts)
    _possible(plain)
    wall, tz = starts.replace(tzinfo=None), starts.tzinfo
    found = []
    for number, at in enumerate(rrulestr(plain, dtstart=wall)):
        if number >= MOST_STEPS or time.monotonic() > window.deadline:
            raise _CannotReadError("It repeats too often, or began too long ago, to be read.")
        moment = at.replace(tzinfo=tz)
        if moment >= window.last or (until is not None and moment > until):
            break
        if moment + length + timedelta(days=1) > window.first:
            found.append(moment)
    return found


def _until(rule: Any, starts: datetime) -> datetime | None:
    said = (rule.get("UNTIL") or [None])[0]
    if isinstance(said, datetime):
        return said if said.tzinfo is not None else said.replace(tzinfo=starts.tzinfo)
    if isinstance(said, date):
        return datetime(said.year, said.month, said.day, 23, 59, 59, tzinfo=starts.tzinfo)
    return None


def _possible(rule: str) -> None:
    """Refuse a rule that never comes true (30 February): looking for it would go on for 8,000 years."""
    if "BY" not in rule.upper():
        return
    kept = [p for p in rule.split(";") if not p.upper().startswith(("INTERVAL=", "COUNT="))]
    near_the_end = datetime(9960, 1, 1)  # noqa: DTZ001 (wall time)
    if next(iter(rrulestr(";".join(kept), dtstart=near_the_end)), None) is None:
        raise _CannotReadError("Its rule never comes true.")


def _free_busy(part: Any, window: _Window) -> list[Happening]:
    """The busy times of a VFREEBUSY."""
    said = part.get("FREEBUSY")
    groups = said if isinstance(said, list) else [said] if said else []
    found = []
    for period in groups:
        kind = str(period.params.get("FBTYPE", "BUSY")).upper() if hasattr(period, "params") else "BUSY"
        spans = [one.dt for one in period.dts] if hasattr(period, "dts") else [period.dt]
        for begins, until in spans:
            ends = begins + until if isinstance(until, timedelta) else until
            if kind != "FREE" and window.touches(begins, ends):
                found.append(Happening(str(part.get("UID", "")), "Busy", begins, ends))
    return found
