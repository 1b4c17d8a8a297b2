"""One feed, from its files to canonical rows; decides whether it can carry a timetable."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa

from nagara.citylab.sources import Options
from nagara.citylab.sources.gtfs.calls import Calls, fill_times, judge_order, judge_use, read_calls
from nagara.citylab.sources.gtfs.days import ServiceDays, read_days
from nagara.citylab.sources.gtfs.fares import read_fares
from nagara.citylab.sources.gtfs.fields import NONE, Floats, Ints, codes_in
from nagara.citylab.sources.gtfs.files import Feed
from nagara.citylab.sources.gtfs.periods import period_table, read_periods
from nagara.citylab.sources.gtfs.shapes import (
    judge_distance,
    no_shapes,
    read_shapes,
    shape_table,
    trip_metres,
)
from nagara.citylab.sources.gtfs.speeds import judge_speeds
from nagara.citylab.sources.gtfs.stops import MODE_NAMES, Routes, Stops, read_routes, read_stops
from nagara.citylab.sources.gtfs.trips import Trips, judge_services, judge_shapes, read_trips

CHUNK = 200_000
SCRAMBLED = 0.5
"""A feed is scrambled where more than this share of its trips go back in time (by less than half a day)."""


def read_feed(feed: Feed, options: Options, reference: date) -> Iterator[tuple[str, pa.Table]]:
    """Canonical rows of one feed without `feed_id`: stops, routes and shapes always, the rest if it can."""
    stops = read_stops(feed, options)
    routes = read_routes(feed, options)
    trips = read_trips(feed, routes)
    shapes = read_shapes(feed) if feed.has("shapes") else no_shapes()
    calls = read_calls(feed, trips, stops)
    days = read_days(feed, options.map.get("calendar", {}), trips.service, reference)
    judge_shapes(feed, trips, shapes.ids)
    yield "stop", _stop_table(stops, _modes(stops, trips, calls))
    yield "route", _route_table(routes)
    yield "shape", shape_table(shapes)
    if feed.has("fare_attributes"):
        yield "fare", read_fares(feed)
    judge_use(feed, calls, trips, stops)
    judge_distance(feed, trips, calls, stops, shapes)
    scrambled = judge_order(feed, calls, trips)
    metres = trip_metres(feed, trips, calls, stops, shapes)
    if not _carries_timetable(feed, trips, calls, days, scrambled):
        return
    calls = fill_times(feed, calls)
    judge_speeds(feed, trips, calls, stops, metres)
    judge_services(feed, trips, days.ids)
    yield "trip", _trip_table(trips, metres)
    yield from _chunks("service_day", _day_table(days))
    for start in range(0, len(calls), CHUNK):
        yield (
            "stop_time",
            _call_table(calls.take(np.arange(start, min(start + CHUNK, len(calls)))), trips, stops),
        )
    if feed.has("frequencies"):
        yield "frequency", period_table(read_periods(feed, trips, calls), trips.ids)


def _chunks(name: str, table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    for start in range(0, table.num_rows, CHUNK):
        yield name, table.slice(start, CHUNK)


def _carries_timetable(feed: Feed, trips: Trips, calls: Calls, days: ServiceDays, scrambled: float) -> bool:
    """Whether there is a timetable in it; a refuse finding for each reason why not."""
    clinic = feed.clinic
    whys = []
    if not len(trips) or not len(calls):
        whys.append(("timetable-without-trips", "stop_times" if len(trips) else "trips"))
    elif not ((calls.arr != NONE) | (calls.dep != NONE)).any():
        clinic.say(
            "timetable-without-times", calls.file, rows=calls.rows, count=calls.read, column="arrival_time"
        )
        whys.append(("", ""))
    if not len(days.days):
        whys.append(("timetable-without-calendar", "calendar"))
    elif len(trips) and not (codes_in(trips.service, days.ids) != NONE).any():
        judge_services(feed, trips, days.ids)
        whys.append(("timetable-without-calendar", "trips"))
    if scrambled > SCRAMBLED:
        whys.append(("timetable-scrambled", "stop_times"))
    for rule, file in whys:
        if rule:
            clinic.say(rule, feed.label(file))
    return not whys


def _modes(stops: Stops, trips: Trips, calls: Calls) -> Ints:
    """The mode of each stop: of the largest vehicles that call there."""
    mode = np.full(len(stops), len(MODE_NAMES) - 1, np.int32)
    np.minimum.at(mode, calls.stop, trips.mode[calls.trip])
    parents = stops.parent != NONE
    np.minimum.at(mode, stops.parent[parents], mode[parents])
    return mode


def _coordinate(values: Floats) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))


def _stop_table(stops: Stops, mode: Ints) -> pa.Table:
    parent = pa.array(stops.parent, mask=stops.parent == NONE)
    names = pa.array([name or None for name in MODE_NAMES], pa.string())
    return pa.table(
        {
            "stop_id": stops.ids,
            "name": stops.name,
            "lon": _coordinate(stops.lon),
            "lat": _coordinate(stops.lat),
            "parent_id": stops.ids.take(parent),
            "location_type": stops.kind,
            "mode": names.take(pa.array(mode)),
        }
    )


def _route_table(routes: Routes) -> pa.Table:
    return pa.table(
        {
            "route_id": routes.ids,
            "agency": routes.agency,
            "short_name": routes.short_name,
            "long_name": routes.long_name,
            "route_type": pa.array(routes.kind, mask=routes.kind == NONE),
        }
    )


def _trip_table(trips: Trips, metres: Floats) -> pa.Table:
    return pa.table(
        {
            "trip_id": trips.ids,
            "route_id": trips.route_id.text(),
            "service_id": trips.service.text(),
            "direction_id": pa.array(trips.direction.astype(np.int8), mask=trips.direction == NONE),
            "headsign": trips.headsign,
            "shape_id": trips.shape.text(),
            "metres": _coordinate(metres),
        }
    )


def _day_table(days: ServiceDays) -> pa.Table:
    return pa.table(
        {"service_id": days.ids.take(pa.array(days.service)), "day": pa.array(days.days, pa.date32())}
    )


def _call_table(calls: Calls, trips: Trips, stops: Stops) -> pa.Table:
    return pa.table(
        {
            "trip_id": trips.ids.take(pa.array(calls.trip)),
            "stop_id": stops.ids.take(pa.array(calls.stop)),
            "seq": calls.seq,
            "arr_s": pa.array(calls.arr, mask=calls.arr == NONE),
            "dep_s": pa.array(calls.dep, mask=calls.dep == NONE),
            "timed": calls.timed,
        }
    )
