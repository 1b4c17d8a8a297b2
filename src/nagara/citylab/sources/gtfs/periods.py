"""frequencies.txt: trips that repeat at a headway. Kept as periods; recipes expand them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from nagara.citylab.sources.gtfs.calls import Calls
from nagara.citylab.sources.gtfs.fields import NONE, Cells, Ints, Mask, Reader, codes_in
from nagara.citylab.sources.gtfs.files import Feed
from nagara.citylab.sources.gtfs.rules import Rows
from nagara.citylab.sources.gtfs.trips import Trips

COLUMNS = ("trip_id", "start_time", "end_time", "headway_secs", "exact_times")
SHORT_S = 30


@dataclass(frozen=True)
class Periods:
    """Rows of frequencies.txt: `trip` counts into the trips' ids; times and headway in seconds."""

    rows: Rows
    trip: Ints
    start: Ints
    end: Ints
    headway: NDArray[np.int64]
    exact: Mask

    def __len__(self) -> int:
        return len(self.rows)


def read_periods(feed: Feed, trips: Trips, calls: Calls) -> Periods:
    """frequencies.txt: periods of known trips with a usable headway, each once."""
    reader = Reader(feed.clinic, feed.label("frequencies"), feed.sheet("frequencies", COLUMNS, COLUMNS[:4]))
    named = reader.cells("trip_id")
    trip = codes_in(named, trips.ids)
    start, end = (reader.times(name, clock=False) for name in ("start_time", "end_time"))
    headway, given = reader.ints("headway_secs", quiet=True)
    exact, said = reader.ints("exact_times", quiet=True)
    orphan = trip == NONE
    period = ~orphan & ((start == NONE) | (end == NONE) | (end <= start))
    silent = ~orphan & ~period & (~given | (headway <= 0))
    for rule, mask, column in (
        ("frequency-orphan", orphan, "trip_id"),
        ("frequency-period", period, "end_time"),
        ("frequency-headway", silent, "headway_secs"),
    ):
        feed.clinic.set_aside(
            rule, reader.file, reader.rows[mask], column=column, example=named.example(mask)
        )
    odd = said & (exact != 0) & (exact != 1)
    feed.clinic.say("frequency-exact-times", reader.file, rows=reader.rows[odd], column="exact_times")
    _judge_repeats(feed, reader, named, start, end, trip, trips, calls)
    keep = ~(orphan | period | silent)
    kept = Periods(
        reader.rows[keep], trip[keep], start[keep], end[keep], headway[keep], said[keep] & (exact[keep] == 1)
    )
    kept = _once(feed, reader, kept)
    _judge(feed, reader, kept, trips, calls)
    return kept


def _once(feed: Feed, reader: Reader, periods: Periods) -> Periods:
    key = (periods.trip.astype(np.int64) << 32) | periods.start
    order = np.argsort(key, kind="stable")
    again = np.zeros(len(key), bool)
    again[order[1:]] = key[order[1:]] == key[order[:-1]]
    if not again.any():
        return periods
    first = dict(zip(key[~again].tolist(), np.flatnonzero(~again).tolist(), strict=True))
    leader = np.array([first[k] for k in key.tolist()])
    same = again & (periods.end == periods.end[leader]) & (periods.headway == periods.headway[leader])
    feed.clinic.say("row-repeated", reader.file, rows=periods.rows[same], column="start_time")
    feed.clinic.set_aside("id-repeated", reader.file, periods.rows[again & ~same], column="start_time")
    keep = ~again
    return Periods(*(getattr(periods, n)[keep] for n in ("rows", "trip", "start", "end", "headway", "exact")))


def _judge(feed: Feed, reader: Reader, periods: Periods, trips: Trips, calls: Calls) -> None:
    """Findings on headways, overlaps and patterns without stop times."""

    def say(rule: str, mask: Mask, example: str) -> None:
        feed.clinic.say(
            rule,
            reader.file,
            rows=periods.rows[mask],
            column="headway_secs",
            example=example if mask.any() else "",
        )

    if not len(periods):
        return
    long = periods.headway > (periods.end - periods.start)
    worst = int(np.argmax(periods.headway))
    name = trips.ids[int(periods.trip[worst])].as_py()
    say("headway-longer-than-period", long, f"{name}: {int(periods.headway[worst]):,} s")
    say("headway-very-short", periods.headway < SHORT_S, f"{int(periods.headway.min())} s")
    calling = np.zeros(len(trips), bool)
    calling[calls.trip[calls.arr != NONE]] = True
    mute = ~calling[periods.trip]
    example = str(trips.ids[int(periods.trip[np.flatnonzero(mute)[0]])].as_py()) if mute.any() else ""
    feed.clinic.say(
        "frequency-without-stop-times",
        reader.file,
        rows=periods.rows[mute],
        column="trip_id",
        example=example,
    )
    order = np.lexsort((periods.start, periods.trip))
    trip, start, end = periods.trip[order], periods.start[order], periods.end[order]
    over = np.zeros(len(order), bool)
    over[order[1:]] = (trip[1:] == trip[:-1]) & (start[1:] < end[:-1])
    feed.clinic.say("frequency-overlap", reader.file, rows=periods.rows[over], column="start_time")


def _pattern(trips: Trips, calls: Calls) -> NDArray[np.int64]:
    """First stop, last stop and number of stops of each trip, in one number; NONE without stop times."""
    pattern = np.full(len(trips), NONE, np.int64)
    if len(calls):
        start = np.flatnonzero(calls.first)
        end = np.append(start[1:], len(calls)) - 1
        keys = np.column_stack([calls.stop[start], calls.stop[end], end - start])
        pattern[calls.trip[start]] = np.unique(keys, axis=0, return_inverse=True)[1].ravel()
    return pattern


def _judge_repeats(
    feed: Feed,
    reader: Reader,
    named: Cells,
    start: Ints,
    end: Ints,
    trip: Ints,
    trips: Trips,
    calls: Calls,
) -> None:
    """Frequencies that say again what written-out trips say: the double counting trap.

    A period repeats trips where written-out trips of the same route and the same stops start within it. A
    period that names no trip but a route repeats every trip of that route.
    """
    explicit = np.ones(len(trips), bool)
    explicit[trip[trip != NONE]] = False
    pattern = _pattern(trips, calls)
    begins = np.full(len(trips), NONE, np.int64)
    first = np.flatnonzero(calls.first)
    begins[calls.trip[first]] = calls.dep[first]
    as_route = codes_in(named, trips.route_id.values)
    repeated = np.zeros(len(trips), bool)
    guilty = np.zeros(len(trip), bool)
    for row in range(len(trip)):
        if trip[row] == NONE:
            same = explicit & (trips.route_id.codes == as_route[row]) & (as_route[row] != NONE)
        else:
            one = int(trip[row])
            same = explicit & (trips.route_id.codes == trips.route_id.codes[one]) & (pattern == pattern[one])
            same &= (pattern != NONE) & (begins >= start[row]) & (begins < end[row])
            same &= trips.service.codes == trips.service.codes[one]
        if same.any():
            guilty[row] = True
            repeated |= same
    count = int(repeated.sum())
    message = f"{int(guilty.sum()):,} frequencies repeat {count:,} trips that are also written out"
    feed.clinic.say(
        "frequency-repeats-trips",
        reader.file,
        message,
        rows=reader.rows[guilty],
        column="trip_id",
        example=named.example(guilty),
    )


def period_table(periods: Periods, trip_ids: pa.StringArray) -> pa.Table:
    """Canonical columns of `frequency`."""
    return pa.table(
        {
            "trip_id": trip_ids.take(pa.array(periods.trip)),
            "start_s": periods.start.astype(np.int32),
            "end_s": periods.end.astype(np.int32),
            "headway_s": periods.headway.astype(np.int32),
            "exact": periods.exact,
        }
    )
