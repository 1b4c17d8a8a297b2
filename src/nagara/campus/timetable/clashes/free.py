"""Which times are free for everyone: room, speakers, people, zones, prayers, meals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nagara.campus.timetable.clashes.days import applies
from nagara.campus.timetable.clashes.meals import longest_hole
from nagara.campus.timetable.clashes.shapes import (
    Audience,
    Board,
    Slot,
    Speaker,
    clock,
    instant_of,
    wall,
)

STEP = 15
DAY = timedelta(days=1)
Span = tuple[int, int]


@dataclass(frozen=True)
class Wish:
    """What a session would need. `at_home`: people join from where they live."""

    minutes: int
    audience: Audience = None
    room: int | None = None
    speakers: frozenset[Speaker] = frozenset()
    at_home: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """It may begin from `first` to `last` (instants) on `day`, a day at the host."""

    day: date
    first: int
    last: int
    minutes: int
    tz: str

    @property
    def at(self) -> str:
        return clock(wall(self.first, self.tz)[1])

    @property
    def words(self) -> str:
        """Such as "09:00" or "09:00 to 11:30"."""
        if self.last == self.first:
            return self.at
        return f"{self.at} to {clock(wall(self.last, self.tz)[1])}"


def subtract(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What is left of `spans` without `holes`. Both may be in any order."""
    left = sorted(spans)
    for first, last in sorted(holes):
        rest = []
        for a, b in left:
            if last <= a or first >= b:
                rest.append((a, b))
                continue
            if a < first:
                rest.append((a, first))
            if last < b:
                rest.append((last, b))
        left = rest
    return left


def windows(board: Board, wish: Wish, days: Sequence[date]) -> list[Window]:
    """When a session as wished could begin on each of `days`, at quarters of an hour."""
    busy = list(_busy(board, wish))
    theirs = [slot for slot in board.own if _shares(board, slot.audience, wish.audience)]
    found: list[Window] = []
    for day in days:
        if why_not(board, day):
            continue
        spans = subtract(_worked(board, wish, day), busy)
        starts = [at for a, b in spans for at in _steps(a, b, wish.minutes)]
        good = [at for at in starts if _meals(board, wish, theirs, day, at)]
        found += _runs(day, good, wish.minutes, board.tz)
    return found


def why_not(board: Board, day: date) -> str:
    """Why nothing is held on this day at all: a holiday or weekend at the host, travel; "" for other days."""
    if day in board.hours.travel:
        return "travel day"
    national = [h for h in board.holidays.get((board.host, day), ()) if not h.region]
    if national:
        return "; ".join(h.words for h in national)
    return "weekend" if day.weekday() in board.weekends.get(board.host, frozenset()) else ""


def _steps(first: int, last: int, minutes: int) -> Iterator[int]:
    at = -(-first // STEP) * STEP
    while at + minutes <= last:
        yield at
        at += STEP


def _runs(day: date, starts: list[int], minutes: int, tz: str) -> Iterator[Window]:
    """Beginnings that follow each other, as one window."""
    run: list[int] = []
    for at in starts:
        if run and at != run[-1] + STEP:
            yield Window(day, run[0], run[-1], minutes, tz)
            run = []
        run.append(at)
    if run:
        yield Window(day, run[0], run[-1], minutes, tz)


def _shares(board: Board, one: Audience, other: Audience) -> bool:
    if one is None or other is None or one == other:
        return True
    return bool(board.audience(one) & board.audience(other))


def _busy(board: Board, wish: Wish) -> Iterator[Span]:
    for slot in board.slots:
        taken = (
            (wish.room is not None and slot.room == wish.room)
            or bool(slot.speakers & wish.speakers)
            or (not slot.foreign and _shares(board, slot.audience, wish.audience))
        )
        if taken:
            yield slot.starts, slot.ends
    for key in wish.speakers:
        for starts, ends, _ in board.teachers[key].away if key in board.teachers else ():
            yield starts, ends


def _worked(board: Board, wish: Wish, day: date) -> list[Span]:
    """Working hours of everyone on a day at the host, without prayers."""
    hours = board.hours
    spans = [
        (instant_of(day, hours.work_first, board.tz), instant_of(day, hours.work_last, board.tz)),
    ]
    zones = {board.tz}
    if wish.at_home:
        zones = {zone for zone, _ in board.homes(wish.audience)}
        zones |= {board.teachers[k].zone for k in wish.speakers if k in board.teachers} - {""}
        for zone in zones:
            spans = [s for span in spans for s in _within(board, span, zone, day, wish)]
    return subtract(spans, _prayed(board, wish, day, zones))


def _within(board: Board, span: Span, zone: str, day: date, wish: Wish) -> Iterator[Span]:
    """The part of a span that is inside working hours of a zone, on days on which its people work."""
    for local in (day - DAY, day, day + DAY):
        states = {iso2 for z, iso2 in board.homes(wish.audience) if z == zone}
        if any(_closed(board, iso2, local) for iso2 in states):
            continue
        first = max(span[0], instant_of(local, board.hours.work_first, zone))
        last = min(span[1], instant_of(local, board.hours.work_last, zone))
        if first < last:
            yield first, last


def _closed(board: Board, iso2: str, day: date) -> bool:
    if any(not h.region for h in board.holidays.get((iso2, day), ())):
        return True
    return day.weekday() in board.weekends.get(iso2, frozenset())


def _prayed(board: Board, wish: Wish, day: date, zones: Iterable[str]) -> Iterator[Span]:
    homes = board.homes(wish.audience)
    for prayer in board.hours.prayers:
        for zone in zones:
            there = [iso2 for z, iso2 in homes if not wish.at_home or z == zone]
            if prayer.states and not prayer.states.intersection(there):
                continue
            for local in (day - DAY, day, day + DAY) if wish.at_home else (day,):
                if applies(board, prayer, local):
                    yield instant_of(local, prayer.first, zone), instant_of(local, prayer.last, zone)


def _meals(board: Board, wish: Wish, theirs: list[Slot], day: date, at: int) -> bool:
    """True where everyone still finds a hole to eat."""
    zones = {zone for zone, _ in board.homes(wish.audience)} if wish.at_home else {board.tz}
    for zone in zones or {board.tz}:
        local, first = wall(at, zone)
        spans = [(first, first + wish.minutes, 0)]
        for slot in theirs:
            there, begins = wall(slot.starts, zone) if wish.at_home else (slot.day, slot.first)
            if there == local:
                spans.append((begins, begins + slot.ends - slot.starts, slot.id))
        if any(longest_hole(meal, spans) < meal.minutes for meal in board.hours.meals):
            return False
    return True


def rooms_free(board: Board, window: Window, size: int) -> list[str]:
    """Names of rooms with enough seats that are free when the window opens, the smallest first."""
    ends = window.first + window.minutes
    taken = {s.room for s in board.slots if s.room is not None and s.starts < ends and s.ends > window.first}
    fitting = [
        (room.seats or 10_000, room.name)
        for key, room in board.rooms.items()
        if key not in taken and (room.seats is None or room.seats >= size)
    ]
    return [name for _, name in sorted(fitting)]
