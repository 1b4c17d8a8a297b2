"""stop_times.txt: when a trip calls at a stop. Sorted, each once, empty times between timed stops filled."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nagara.citylab.sources.gtfs.fields import NONE, Floats, Ints, Mask, Reader, codes_in
from nagara.citylab.sources.gtfs.files import Batch, Feed, complete
from nagara.citylab.sources.gtfs.rules import Rows
from nagara.citylab.sources.gtfs.stops import Stops, metres_along
from nagara.citylab.sources.gtfs.trips import Trips

COLUMNS = (
    *("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"),
    *("shape_dist_traveled", "timepoint"),
)
EACH_ROW = ("rows", "trip", "stop", "seq", "arr", "dep", "along", "timed", "hop")
HALF_DAY = 12 * 3600


@dataclass(frozen=True)
class Calls:
    """Stop times in the order of trips and stops. `trip` and `stop` count into their ids.

    Times are seconds past midnight of the service day, NONE where unknown; `hop` is the distance from the
    stop before in metres (great circle; 0 at the first stop, NaN where a coordinate is missing); `along` is
    shape_dist_traveled in the feed's unit (NaN where empty). `read` counts all rows of the file, `called`
    tells which stops they name, also where rows were set aside.
    """

    file: str
    rows: Rows
    trip: Ints
    stop: Ints
    seq: Ints
    arr: Ints
    dep: Ints
    along: Floats
    timed: Mask
    hop: Floats
    read: int = 0
    called: Mask = field(default_factory=lambda: np.zeros(0, bool))

    def __len__(self) -> int:
        return len(self.trip)

    @property
    def first(self) -> Mask:
        """Where a trip begins."""
        starts = np.ones(len(self.trip), bool)
        starts[1:] = self.trip[1:] != self.trip[:-1]
        return starts

    def take(self, keep: NDArray[np.int64] | Mask) -> Calls:
        return replace(self, **{name: getattr(self, name)[keep] for name in EACH_ROW})


def read_calls(feed: Feed, trips: Trips, stops: Stops) -> Calls:
    """stop_times.txt as it stands, in order, without rows that belong nowhere. Times are not filled yet."""
    label = feed.label("stop_times")
    required = ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time")
    parts = [
        _read(feed, label, batch, trips, stops) for batch in feed.batches("stop_times", COLUMNS, required)
    ]
    parts = parts or [_read(feed, label, feed.sheet("nothing", COLUMNS), trips, stops)]
    columns: dict[str, Any] = {n: np.concatenate([getattr(p, n) for p in parts]) for n in EACH_ROW}
    called = np.logical_or.reduce([p.called for p in parts])
    calls = Calls(file=label, read=sum(p.read for p in parts), called=called, **columns)
    calls = _in_order(feed, calls)
    calls = _once(feed, calls, trips)
    return replace(calls, hop=_hops(calls, stops))


def _read(feed: Feed, label: str, batch: Batch, trips: Trips, stops: Stops) -> Calls:
    reader = Reader(feed.clinic, label, Batch(batch.rows, complete(batch.table, COLUMNS, len(batch.rows))))
    trip_id, stop_id = reader.cells("trip_id"), reader.cells("stop_id")
    trip, stop = codes_in(trip_id, trips.ids), codes_in(stop_id, stops.ids)
    seq, numbered = reader.ints("stop_sequence", quiet=True)
    numbered &= seq >= 0
    arr, dep = reader.times("arrival_time"), reader.times("departure_time")
    near, said = reader.ints("timepoint", quiet=True)
    orphan = trip == NONE
    strange = ~orphan & (stop == NONE)
    lost = ~orphan & ~strange & ~numbered
    for rule, mask, cells in (
        ("stop-time-orphan", orphan, trip_id),
        ("stop-time-stop", strange, stop_id),
        ("stop-time-sequence", lost, reader.cells("stop_sequence")),
    ):
        reader.clinic.set_aside(rule, label, reader.rows[mask], example=cells.example(mask))
    feed.clinic.say("time-approximate", label, rows=reader.rows[said & (near == 0)], column="timepoint")
    calls = Calls(
        file=label,
        rows=reader.rows,
        trip=trip,
        stop=stop,
        seq=seq.astype(np.int32),
        arr=arr,
        dep=dep,
        along=reader.floats("shape_dist_traveled"),
        timed=np.zeros(len(trip), bool),
        hop=np.zeros(len(trip)),
        read=len(trip),
        called=np.bincount(stop[stop != NONE], minlength=len(stops)) > 0,
    )
    return calls.take(~(orphan | strange | lost))


def _in_order(feed: Feed, calls: Calls) -> Calls:
    key = (calls.trip.astype(np.int64) << 32) | calls.seq
    falls = np.flatnonzero(key[1:] < key[:-1])
    if not len(falls):
        return calls
    # Trips may stand in any order; a note only where the stops of one trip do not follow each other.
    order = np.argsort(key, kind="stable")
    starts = int((calls.trip[1:] != calls.trip[:-1]).sum()) + 1
    within = (calls.trip[1:] == calls.trip[:-1]) & (calls.seq[1:] < calls.seq[:-1])
    torn = starts - len(np.unique(calls.trip))
    if torn or within.any():
        rows = calls.rows[1:][within] if within.any() else calls.rows[falls + 1]
        feed.clinic.say(
            "stop-times-unsorted",
            calls.file,
            rows=rows,
            count=max(torn, int(within.sum())),
            column="stop_sequence",
        )
    return calls.take(order)


def _once(feed: Feed, calls: Calls, trips: Trips) -> Calls:
    """One row a trip and stop_sequence: exact copies count once, others are set aside."""
    again = np.zeros(len(calls), bool)
    again[1:] = (calls.trip[1:] == calls.trip[:-1]) & (calls.seq[1:] == calls.seq[:-1])
    if not again.any():
        return calls
    leader = np.maximum.accumulate(np.where(again, 0, np.arange(len(calls))))
    same = again.copy()
    for values in (calls.stop, calls.arr, calls.dep):
        same &= values == values[leader]
    differ = again & ~same
    example = [str(trips.ids[int(calls.trip[i])].as_py()) for i in np.flatnonzero(again)[:1]]
    feed.clinic.say(
        "row-repeated", calls.file, rows=calls.rows[same], column="stop_sequence", example=example[0]
    )
    feed.clinic.set_aside(
        "id-repeated",
        calls.file,
        np.sort(calls.rows[differ]),
        "trip and stop_sequence stand more than once with other content: the first row is kept",
        column="stop_sequence",
        example=example[0],
    )
    return calls.take(~again)


def _hops(calls: Calls, stops: Stops) -> Floats:
    hop = np.zeros(len(calls))
    if len(calls) < 2:
        return hop
    hop[1:] = metres_along(stops.lon, stops.lat, calls.stop)
    hop[calls.first] = 0.0
    return hop


def fill_times(feed: Feed, calls: Calls) -> Calls:
    """One of arrival and departure stands for the other; empty times between timed stops are interpolated.

    By distance along the line where the feed gives it, else by distance from stop to stop, else by the
    number of stops. Stops before the first and after the last timed one stay without a time.
    """
    clinic = feed.clinic
    arr, dep = calls.arr.copy(), calls.dep.copy()
    one = (arr == NONE) != (dep == NONE)
    clinic.say("time-one-only", calls.file, rows=np.sort(calls.rows[one]), column="arrival_time")
    arr, dep = np.where(arr == NONE, dep, arr), np.where(dep == NONE, arr, dep)
    timed = arr != NONE
    if timed.all() or not timed.any():
        return replace(calls, arr=arr, dep=dep, timed=timed)
    here = np.arange(len(calls))
    before = np.maximum.accumulate(np.where(timed, here, -1))
    after = np.minimum.accumulate(np.where(timed, here, len(calls))[::-1])[::-1]
    low, high = np.maximum(before, 0), np.minimum(after, len(calls) - 1)
    inside = ~timed & (before >= 0) & (after < len(calls))
    inside &= (calls.trip[low] == calls.trip) & (calls.trip[high] == calls.trip)
    where = np.flatnonzero(inside)
    low, high = low[where], high[where]
    share = _share(calls, low, where, high)
    filled = np.round(dep[low] + share * (arr[high] - dep[low])).astype(np.int32)
    arr[where], dep[where] = filled, filled
    clinic.say("time-interpolated", calls.file, rows=np.sort(calls.rows[where]), column="arrival_time")
    open_end = ~timed & ~inside
    clinic.say("trip-ends-untimed", calls.file, rows=np.sort(calls.rows[open_end]), column="arrival_time")
    return replace(calls, arr=arr, dep=dep, timed=timed)


def _share(calls: Calls, low: NDArray[np.int64], here: NDArray[np.int64], high: NDArray[np.int64]) -> Floats:
    """How far `here` lies between `low` and `high`, 0-1, by the best measure that there is."""
    share = (here - low) / (high - low)
    unknown = np.cumsum(np.isnan(calls.hop))
    measured = unknown[low] == unknown[high]
    for measure, sound in ((np.nancumsum(calls.hop), measured), (calls.along, True)):
        start, at, end = measure[low], measure[here], measure[high]
        good = sound & np.isfinite(start + at + end) & (end > start) & (at >= start) & (at <= end)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(good, (at - start) / (end - start), share)
    return share


def judge_order(feed: Feed, calls: Calls, trips: Trips) -> float:
    """Findings on times that go back; gives the share of trips in which they do by less than half a day."""
    later = ~calls.first
    known = later & (calls.arr != NONE)
    known[1:] &= calls.dep[:-1] != NONE
    step = np.zeros(len(calls), np.int64)
    step[1:] = calls.arr[1:].astype(np.int64) - calls.dep[:-1]
    back = known & (step < 0)
    night = back & (step < -HALF_DAY)
    day = back & ~night
    for rule, mask in (
        ("time-falls-past-midnight", night),
        ("time-decreases", day),
        ("time-dwell-negative", (calls.dep < calls.arr) & (calls.dep != NONE)),
    ):
        if mask.any():
            touched = np.unique(calls.trip[mask])
            example = f"{trips.ids[int(touched[0])].as_py()} ({len(touched):,} trips)"
            feed.clinic.say(
                rule, calls.file, rows=np.sort(calls.rows[mask]), column="arrival_time", example=example
            )
    running = len(np.unique(calls.trip[later]))
    return len(np.unique(calls.trip[day])) / running if running else 0.0


def judge_use(feed: Feed, calls: Calls, trips: Trips, stops: Stops) -> None:
    """Findings on trips without stop times, with one stop, and on stops that no trip calls at."""
    count = np.bincount(calls.trip, minlength=len(trips))
    for rule, mask in (("trip-without-stop-times", count == 0), ("trip-one-stop", count == 1)):
        feed.clinic.say(
            rule, trips.file, rows=trips.rows[mask], column="trip_id", example=trips.example(mask)
        )
    timed = np.bincount(calls.trip[calls.arr != NONE], minlength=len(trips))
    silent = (count > 0) & (timed == 0)
    feed.clinic.say(
        "trip-without-times",
        trips.file,
        rows=trips.rows[silent],
        column="trip_id",
        example=trips.example(silent),
    )
    idle = ~calls.called
    if len(calls) and idle.any():
        example = stops.ids[int(np.flatnonzero(idle)[0])].as_py()
        others = int((idle & (stops.kind > 0)).sum())
        message = f"stops where no trip calls, {others:,} of them stations, entrances and the like"
        feed.clinic.say(
            "stop-unused", stops.file, message, rows=stops.rows[idle], column="stop_id", example=example
        )
    twice = np.zeros(len(calls), bool)
    twice[1:] = (calls.stop[1:] == calls.stop[:-1]) & ~calls.first[1:]
    feed.clinic.say("stop-twice-running", calls.file, rows=np.sort(calls.rows[twice]), column="stop_id")
