"""Clashes of places and persons: rooms, speakers, people in two sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from nagara.campus.timetable.clashes import sweep
from nagara.campus.timetable.clashes.shapes import BAD, NOTE, WARN, Board, Finding, Slot, clock, wall

SHOWN = 3


def check(board: Board) -> Iterator[Finding]:
    """Everything about rooms and persons."""
    slots = {slot.id: slot for slot in board.slots}
    for first, others in _by_first(sweep.rooms_twice(board), slots):
        room = board.rooms[first.room].name if first.room is not None else ""
        words = f"{room} is booked twice: {first.title} ({first.when}) and {_list(others)}."
        yield _pair("room", BAD, words, first, others, "Give one of them another room or time.")
    speakers = sweep.speakers_twice(board)
    for first, others in _by_first(speakers, slots):
        names = {board.teachers[k].name for o in others for k in speakers[first.id, o.id]}
        words = (
            f"{', '.join(sorted(names))} would be in two places: {first.title} ({first.when}) and "
            f"{_list(others)}."
        )
        yield _pair("speaker", BAD, words, first, others, "Move one of them, or let someone else speak.")
    yield from _people(board, slots)
    for slot in board.own:
        yield from _room(board, slot)
        yield from _away(board, slot)


def _by_first(
    pairs: Mapping[sweep.Pair, Any], slots: Mapping[int, Slot]
) -> Iterator[tuple[Slot, list[Slot]]]:
    """Pairs gathered by their earlier session."""
    found: dict[int, list[Slot]] = defaultdict(list)
    for one, other in pairs:
        found[one].append(slots[other])
    for one, others in found.items():
        yield slots[one], others


def _list(slots: list[Slot]) -> str:
    shown = "; ".join(f"{slot.title} ({slot.when})" for slot in slots[:SHOWN])
    return shown + (f"; and {len(slots) - SHOWN} more" if len(slots) > SHOWN else "")


def _pair(kind: str, severity: str, words: str, first: Slot, others: list[Slot], mend: str) -> Finding:
    own = tuple(slot.id for slot in (first, *others) if not slot.foreign)
    return Finding(kind, severity, words, own, first.day, mend=mend)


def _people(board: Board, slots: Mapping[int, Slot]) -> Iterator[Finding]:
    pairs = sweep.people_twice(board)
    for first, others in _by_first(pairs, slots):
        most = max(pairs[first.id, other.id] for other in others)
        who = "1 person" if most == 1 else f"{most} people"
        bad = first.counts and any(other.counts for other in others)
        yield Finding(
            "people",
            BAD if bad else NOTE,
            f"{who} would be in two sessions: {first.title} ({first.when}) and {_list(others)}.",
            (first.id, *(other.id for other in others)),
            first.day,
            most,
            "Move one of them, or make it for another group.",
        )


def _room(board: Board, slot: Slot) -> Iterator[Finding]:
    size = len(board.audience(slot.audience))
    if slot.room is not None:
        room = board.rooms[slot.room]
        if room.seats is not None and room.seats < size:
            words = f"{room.name} has {room.seats} seats; {slot.title} ({slot.when}) is for {size} people."
            mend = "Choose a larger room, or split the people into groups."
            yield Finding("seats", BAD, words, (slot.id,), slot.day, size, mend)
    elif not slot.online:
        words = f"{slot.title} ({slot.when}) has no room and is not online."
        yield Finding(
            "no-room", NOTE, words, (slot.id,), slot.day, mend="Choose a room, or write where in the note."
        )


def _away(board: Board, slot: Slot) -> Iterator[Finding]:
    for key in sorted(slot.speakers, key=str):
        teacher = board.teachers[key]
        for starts, ends, reason in teacher.away:
            if starts < slot.ends and ends > slot.starts:
                why = f" ({reason})" if reason else ""
                words = f"{teacher.name} cannot come then{why}: {slot.title}, {slot.when}."
                yield Finding(
                    "away", BAD, words, (slot.id,), slot.day, mend="Move it, or let someone else speak."
                )
                break
        zone = teacher.zone if slot.online and teacher.zone else slot.tz
        first_day, first = wall(slot.starts, zone)
        last = first + slot.ends - slot.starts
        if zone != slot.tz and (first < board.hours.work_first or last > board.hours.work_last):
            words = (
                f"{slot.title} is at {clock(first)} to {clock(last)} in {place(zone)} for "
                f"{teacher.name} ({first_day:%A})."
            )
            yield Finding(
                "speaker-hours", WARN, words, (slot.id,), slot.day, mend="Ask whether this is all right."
            )


def place(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")
