"""Who reaches what by timetable: all origins and all departure minutes of a window in one pass.

For each departure minute the answer is that of RAPTOR (Delling, Pajor and Werneck 2015: earliest arrival with
at most so many rides). It is found the other way round, as in profile searches over connections (Dibbelt,
Pajor, Strasser and Wagner 2018): time runs forward once, and every stop keeps, for every origin at once, the
latest departure minute that can have brought one there by now. So one row of bytes holds all origins.

Walking from a vehicle to another takes the way on foot, and at least `change_s`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

MOST_MINUTES = 240
"""A window's minutes are kept in one byte, 0 being never."""
_BOARD, _ALIGHT, _WALK = 0, 1, 2


@dataclass(frozen=True)
class Calls:
    """Calls of vehicles at stops, in the order of each run: seconds since the window's begin."""

    run: Longs
    stop: Longs
    arr: Longs
    dep: Longs


@dataclass(frozen=True)
class Ways:
    """Ways on foot as (from, to, seconds), ordered by `at`; `start` tells where each `at` begins."""

    at: Longs
    to: Longs
    seconds: Longs

    @classmethod
    def of(cls, at: Longs, to: Longs, seconds: Longs) -> Ways:
        order = np.lexsort((to, at))
        return cls(at[order], to[order], seconds[order])

    def starts(self, n: int) -> Longs:
        return np.searchsorted(self.at, np.arange(n + 1)).astype(np.int64)


@dataclass(frozen=True)
class Search:
    """One question: `stops` stops, `minutes` departure minutes (the window), rides at most, change time.

    `access`: origin -> stop; `between`: stop -> other stop, for changing.
    """

    stops: int
    origins: int
    minutes: int
    rides: int
    change_s: int
    access: Ways
    between: Ways


@dataclass(frozen=True)
class Arrivals:
    """Arrivals by vehicle: where (ordered by stop, then time), when, and for each origin the latest
    departure minute + 1 that brings one there (0: none)."""

    stop: Longs
    at: Longs
    minute: Bytes


def in_order(calls: Calls) -> Calls:
    """Calls with runs cut where their time falls back, numbered anew from 0; ordered by run."""
    cut = np.ones(len(calls.run), bool)
    if len(cut) > 1:
        same = calls.run[1:] == calls.run[:-1]
        falls = (calls.arr[1:] < calls.dep[:-1]) | (calls.dep[:-1] < calls.arr[:-1])
        cut[1:] = ~same | falls
    return Calls(np.cumsum(cut).astype(np.int64) - 1, calls.stop, calls.arr, np.maximum(calls.dep, calls.arr))


def arrivals(calls: Calls, ask: Search) -> Arrivals:
    """What comes of the search, for every origin. `calls` as `in_order` gives them."""
    walkers = Ways.of(ask.access.to, ask.access.at, ask.access.seconds)  # by stop: who walks there
    first = walkers.starts(ask.stops).tolist()
    here = np.zeros((ask.stops, ask.rides, ask.origins), np.uint8)  # by at most so many rides
    aboard: dict[int, Bytes] = {}
    carried: dict[int, Bytes] = {}
    kept: list[int] = []
    rows: list[Bytes] = []
    run, stop = calls.run.tolist(), calls.stop.tolist()
    for time, kind, what, place, is_last in _events(calls, ask):
        if kind == _WALK:
            seat = carried.pop(what, None) if is_last else carried.get(what)
            if seat is not None:  # what came by ride k may be boarded as ride k + 1
                np.maximum(here[place, 1:], seat[:-1], out=here[place, 1:])
        elif kind == _BOARD:
            at = stop[what]
            seat = aboard.get(run[what])
            if seat is None:
                seat = aboard[run[what]] = here[at].copy()
            else:
                np.maximum(seat, here[at], out=seat)
            lo, hi = first[at], first[at + 1]
            if hi > lo:
                minute = np.minimum(np.maximum((time - walkers.seconds[lo:hi]) // 60 + 1, 0), ask.minutes)
                minute = minute.astype(np.uint8)
                who = walkers.to[lo:hi]
                seat[:, who] = np.maximum(seat[:, who], minute)
        else:
            seat = aboard.pop(run[what]) if is_last else aboard[run[what]]
            if seat[-1].any():
                kept.append(what)
                rows.append(seat[-1].copy())
                if ask.rides > 1:
                    carried[what] = seat.copy()
    return _sorted(calls, kept, rows, ask.origins)


def _sorted(calls: Calls, kept: list[int], rows: list[Bytes], origins: int) -> Arrivals:
    index = np.array(kept, np.int64)
    order = np.lexsort((index, calls.arr[index], calls.stop[index]))
    minute = np.stack([rows[i] for i in order]) if rows else np.zeros((0, origins), np.uint8)
    return Arrivals(calls.stop[index[order]], calls.arr[index[order]], minute)


def _events(calls: Calls, ask: Search) -> Iterator[tuple[int, int, int, int, bool]]:
    """Boarding, alighting and walks in order of time: (time, kind, call, stop walked to, the last of its
    kind for this run or call). Walks that end at a time come before vehicles that leave then."""
    n = len(calls.run)
    number = np.arange(n)
    begins = np.r_[True, calls.run[1:] != calls.run[:-1]][:n]
    ends = np.r_[calls.run[1:] != calls.run[:-1], True][:n]
    board, alight = number[~ends], number[~begins]
    start = ask.between.starts(ask.stops)
    near = (start[1:] - start[:-1])[calls.stop[alight]] if ask.rides > 1 else np.zeros(len(alight), np.int64)
    from_call = np.repeat(alight, near)
    way = np.repeat(start[calls.stop[alight]], near) + _counted(near)
    walk = np.r_[alight, from_call] if ask.rides > 1 else np.zeros(0, np.int64)
    seconds = np.r_[np.zeros(len(alight), np.int64), ask.between.seconds[way]][: len(walk)]
    place = np.r_[calls.stop[alight], ask.between.to[way]][: len(walk)]
    time = np.r_[calls.arr[walk] + np.maximum(seconds, ask.change_s), calls.dep[board], calls.arr[alight]]
    kind = np.repeat(np.array([_WALK, _BOARD, _ALIGHT]), [len(walk), len(board), len(alight)])
    what = np.r_[walk, board, alight]
    to = np.r_[place, np.full(len(board) + len(alight), -1)]
    turn = np.r_[np.full(len(walk), -1), 2 * board + 1, 2 * alight]  # in the order of the run
    order = np.lexsort((to, what, turn, time))
    time, kind, what, to = time[order], kind[order], what[order], to[order]
    last = np.where(kind == _ALIGHT, ends[what], False)
    walks = np.flatnonzero(kind == _WALK)[::-1]
    last[walks[np.unique(what[walks], return_index=True)[1]]] = True
    return zip(time.tolist(), kind.tolist(), what.tolist(), to.tolist(), last.tolist(), strict=True)


def _counted(lengths: Longs) -> Longs:
    """0, 1, ... for each length, one after the other."""
    total = int(lengths.sum())
    return np.arange(total) - np.repeat(np.cumsum(lengths) - lengths, lengths)


@dataclass(frozen=True)
class Profile:
    """Arrivals at one destination, by vehicle and the walk from its stop: times in order, and for each the
    latest departure minute + 1 of every origin by then."""

    at: Longs
    minute: Bytes


def profile(found: Arrivals, starts: Longs, stops: Longs, seconds: Longs) -> Profile:
    """The arrivals at a place `seconds` on foot from `stops`; `starts` bounds each stop's rows in `found`."""
    lengths = starts[stops + 1] - starts[stops]
    rows = np.repeat(starts[stops], lengths) + _counted(lengths)
    at = found.at[rows] + np.repeat(seconds, lengths)
    order = np.argsort(at, kind="stable")
    minute = found.minute[rows[order]]
    for row in range(1, len(minute)):  # by rows: far faster than `accumulate` down the columns
        np.maximum(minute[row], minute[row - 1], out=minute[row])
    return Profile(at[order], minute)


def minutes_within(found: Profile, budget_s: int) -> Longs:
    """In how many departure minutes of the window each origin arrives within `budget_s` of leaving."""
    if not len(found.at):
        return np.zeros(found.minute.shape[1], np.int64)
    earliest = np.clip(-((budget_s - found.at) // 60), 0, 255).astype(np.uint8)  # minutes that left too early
    gain = np.maximum(found.minute, earliest[:, None])
    gain[0] -= earliest[0]
    gain[1:] -= np.maximum(found.minute[:-1], earliest[1:, None])
    return np.add.reduce(gain, axis=0, dtype=np.uint8).astype(np.int64)


def travel_seconds(found: Profile, minutes: int) -> npt.NDArray[np.float64]:
    """Seconds from leaving to arriving, minutes x origins; infinity where one never arrives."""
    out = np.full((minutes, found.minute.shape[1]), np.inf)
    for minute in range(minutes if len(found.at) else 0):
        there = found.minute > minute
        some = there.any(axis=0)
        out[minute, some] = found.at[there[:, some].argmax(axis=0)] - 60.0 * minute
    return out
