"""Clashes of days and hours: holidays, weekends, travel, working hours, prayers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from nagara.campus.programmes.calendars import ESTIMATED, Holiday
from nagara.campus.timetable.clashes.places import place
from nagara.campus.timetable.clashes.shapes import BAD, NOTE, WARN, Board, Finding, Prayer, Slot, clock, wall

SHOWN = 3
"""So many regions of a holiday are named."""


def check(board: Board) -> Iterator[Finding]:
    """Everything about days and hours."""
    yield from _host_days(board)
    yield from _away_days(board)
    for slot in board.own:
        yield from _span(board, slot)
        yield from _hours(board, slot)
        yield from _prayers(board, slot)


def _by_day(slots: list[Slot]) -> dict[date, list[Slot]]:
    found: dict[date, list[Slot]] = defaultdict(list)
    for slot in slots:
        found[slot.day].append(slot)
    return dict(sorted(found.items()))


def _titles(slots: list[Slot]) -> str:
    names = list(dict.fromkeys(slot.title for slot in slots))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def day_words(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _host_days(board: Board) -> Iterator[Finding]:
    """Holidays and weekends at the host, and travel days: one finding a day."""
    for day, slots in _by_day(board.own).items():
        ids = tuple(slot.id for slot in slots)
        if day in board.hours.travel:
            counting = [slot for slot in slots if slot.counts]
            note = board.hours.travel[day]
            if counting:
                words = (
                    f"{day_words(day)} is a travel day{f' ({note})' if note else ''}: {_titles(counting)} "
                    "would count towards attendance."
                )
                counted = tuple(slot.id for slot in counting)
                yield Finding("travel", BAD, words, counted, day, mend="Move it, or let it not count.")
        if not board.host:
            continue
        host = board.states.get(board.host, board.host)
        on_site = any(not slot.at_home for slot in slots)
        there = board.holidays.get((board.host, day), ())
        if national := [h for h in there if not h.region]:
            words = f"{day_words(day)} is a holiday in {host}: {_said(national)}. {_titles(slots)}."
            yield Finding(
                "holiday", BAD if on_site else WARN, words, ids, day, mend="Move it to a working day."
            )
        elif day.weekday() in board.weekends.get(board.host, frozenset()):
            words = f"{day_words(day)} is a weekend in {host}: {_titles(slots)}."
            yield Finding(
                "weekend", BAD if on_site else WARN, words, ids, day, mend="Move it to a working day."
            )


def _said(holidays: list[Holiday]) -> str:
    """Holidays in words; one that many regions have stands once."""
    regions: dict[tuple[str, bool], list[str]] = {}
    for holiday in holidays:
        there = regions.setdefault((holiday.name, holiday.estimated), [])
        if holiday.region:
            there.append(holiday.region)
    said = []
    for (name, estimated), where in regions.items():
        many = ", ".join(where[:SHOWN]) + (f" and {len(where) - SHOWN} more" if len(where) > SHOWN else "")
        said.append(name + (f" ({many} only)" if where else "") + (ESTIMATED if estimated else ""))
    return "; ".join(said)


def _away_days(board: Board) -> Iterator[Finding]:
    """Holidays and weekends where people live: a warning where they join from home, else a note."""
    for home in (True, False):
        groups: dict[tuple[date, str], tuple[list[Slot], int]] = {}
        for slot in board.own:
            if slot.at_home is not home:
                continue
            for (zone, iso2), count in board.homes(slot.audience).items():
                if iso2 == board.host:
                    continue
                day = wall(slot.starts, zone)[0] if home else slot.day
                slots, most = groups.get((day, iso2), ([], 0))
                if not slots or slots[-1] is not slot:
                    slots = [*slots, slot]
                groups[day, iso2] = (slots, max(most, count))
        for (day, iso2), (slots, people) in sorted(groups.items()):
            yield from _elsewhere(board, day, iso2, slots, people, home=home)


def _elsewhere(
    board: Board, day: date, iso2: str, slots: list[Slot], people: int, *, home: bool
) -> Iterator[Finding]:
    name = board.states.get(iso2, iso2)
    ids = tuple(slot.id for slot in slots)
    there = list(board.holidays.get((iso2, day), ()))
    who = "1 person" if people == 1 else f"{people} people"
    if there:
        national = any(not h.region for h in there)
        words = f"{day_words(day)} is a holiday in {name} ({who}): {_said(there)}. {_titles(slots)}."
        kind = "holiday-home" if national else "holiday-region"
        yield Finding(kind, WARN if home and national else NOTE, words, ids, day, people)
    elif home and day.weekday() in board.weekends.get(iso2, frozenset()):
        words = f"{day_words(day)} is a weekend in {name} ({who}): {_titles(slots)}."
        yield Finding("weekend-home", WARN, words, ids, day, people)


def _span(board: Board, slot: Slot) -> Iterator[Finding]:
    if not slot.at_home and not board.first_day <= slot.day <= board.last_day:
        words = f"{slot.title} ({slot.when}) is outside the days of the batch."
        mend = "Move it, or hold it online."
        yield Finding("outside", WARN, words, (slot.id,), slot.day, mend=mend)


def _hours(board: Board, slot: Slot) -> Iterator[Finding]:
    """Outside working hours: at the host, or in each zone from which people join."""
    hours = board.hours
    if not slot.at_home:
        if slot.counts and (slot.first < hours.work_first or slot.last > hours.work_last):
            words = (
                f"{slot.title} ({slot.when}) is outside working hours "
                f"({clock(hours.work_first)} to {clock(hours.work_last)})."
            )
            yield Finding("hours", WARN, words, (slot.id,), slot.day)
        return
    zones: dict[str, int] = defaultdict(int)
    for (zone, _), count in board.homes(slot.audience).items():
        zones[zone] += count
    late = []
    for zone, count in zones.items():
        _, first = wall(slot.starts, zone)
        last = first + slot.ends - slot.starts
        if first < hours.work_first or last > hours.work_last:
            late.append((first, f"{clock(first)} to {clock(last)} in {place(zone)} ({count})", count))
    if late:
        people = sum(count for _, _, count in late)
        said = ", ".join(words for _, words, _ in sorted(late))
        who = "1 person" if people == 1 else f"{people} people"
        words = f"{slot.title} ({slot.when}) is outside working hours for {who}: {said}."
        mend = "Look for a free time for everyone."
        yield Finding("zone-hours", WARN, words, (slot.id,), slot.day, people, mend)


def concerned(board: Board, prayer: Prayer, slot: Slot) -> int:
    """For how many people a session falls into the window, in the clock where they are."""
    count = 0
    for (zone, iso2), people in board.homes(slot.audience).items():
        if prayer.states and iso2 not in prayer.states:
            continue
        day, first = wall(slot.starts, zone) if slot.at_home else (slot.day, slot.first)
        last = first + slot.ends - slot.starts
        if first < prayer.last and last > prayer.first and applies(board, prayer, day):
            count += people
    return count


def applies(board: Board, prayer: Prayer, day: date) -> bool:
    """True where the window holds on this day."""
    if prayer.days and day.weekday() not in prayer.days:
        return False
    return not prayer.season or board.in_season(prayer.season, day)


def _prayers(board: Board, slot: Slot) -> Iterator[Finding]:
    for prayer in board.hours.prayers:
        people = concerned(board, prayer, slot)
        if people:
            who = "1 person" if people == 1 else f"{people} people"
            words = (
                f"{prayer.name} ({clock(prayer.first)} to {clock(prayer.last)}) of {who} falls into "
                f"{slot.title} ({slot.when})."
            )
            mend = "Begin after it, or make a break."
            yield Finding("prayer", WARN, words, (slot.id,), slot.day, people, mend)
