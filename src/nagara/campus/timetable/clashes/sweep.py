"""Which spans of time overlap: one pass over their beginnings, never all pairs."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator

from nagara.campus.timetable.clashes.shapes import Audience, Board, Slot, Speaker


def overlaps(slots: Iterable[Slot]) -> Iterator[tuple[Slot, Slot]]:
    """Pairs that overlap, the earlier one first. Spans that only touch do not overlap."""
    open_: list[tuple[int, int, Slot]] = []
    for number, slot in enumerate(sorted(slots, key=lambda s: (s.starts, s.id))):
        while open_ and open_[0][0] <= slot.starts:
            heapq.heappop(open_)
        for _, _, other in open_:
            yield other, slot
        heapq.heappush(open_, (slot.ends, number, slot))


Pair = tuple[int, int]


def rooms_twice(board: Board) -> dict[Pair, int]:
    """Pairs of sessions in one room at one time: the room."""
    by_room: dict[int, list[Slot]] = defaultdict(list)
    for slot in board.slots:
        if slot.room is not None:
            by_room[slot.room].append(slot)
    return {
        (one.id, other.id): room
        for room, slots in by_room.items()
        for one, other in overlaps(slots)
        if not (one.foreign and other.foreign)
    }


def speakers_twice(board: Board) -> dict[Pair, list[Speaker]]:
    """Pairs of sessions that have a speaker in two places: the speakers."""
    by_speaker: dict[Speaker, list[Slot]] = defaultdict(list)
    for slot in board.slots:
        for speaker in slot.speakers:
            by_speaker[speaker].append(slot)
    found: dict[Pair, list[Speaker]] = defaultdict(list)
    for speaker, slots in by_speaker.items():
        for one, other in overlaps(slots):
            if not (one.foreign and other.foreign):
                found[one.id, other.id].append(speaker)
    return dict(found)


def people_twice(board: Board) -> dict[Pair, int]:
    """Pairs of sessions for which the same people are expected: how many. Two that both do not count are a
    choice, no clash."""
    by_audience: dict[Audience, list[Slot]] = defaultdict(list)
    for slot in board.own:
        by_audience[slot.audience].append(slot)
    found: dict[Pair, int] = defaultdict(int)
    for groups, people in board.classes.items():
        theirs = [*by_audience.get(None, ()), *(slot for g in groups for slot in by_audience.get(g, ()))]
        for one, other in overlaps(theirs):
            if one.counts or other.counts:
                found[one.id, other.id] += len(people)
    return dict(found)
