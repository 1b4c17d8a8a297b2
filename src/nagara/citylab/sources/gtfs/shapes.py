"""shapes.txt: the lines that trips follow, and how long trips are."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from nagara.citylab.sources.gtfs.calls import Calls
from nagara.citylab.sources.gtfs.fields import NONE, Cells, Floats, Ints, Longs, Reader, codes_in
from nagara.citylab.sources.gtfs.files import Feed
from nagara.citylab.sources.gtfs.stops import EARTH_M, Stops
from nagara.citylab.sources.gtfs.trips import Trips

SHAPES = ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence")
FAR_FROM_SHAPE_M = 150.0
GEOD = Geod(ellps="WGS84")
UNITS = ((0.3048, "feet"), (1.0, "metres"), (1000.0, "kilometres"), (1609.344, "miles"))


@dataclass
class Shapes:
    """Lines of one feed, WGS 84; `metres` their length on the ellipsoid."""

    ids: pa.StringArray
    lines: NDArray[np.object_]
    metres: Floats
    middle: Floats = field(default_factory=lambda: np.empty(0))
    flat: NDArray[np.object_] = field(default_factory=lambda: np.empty(0, object))

    def __len__(self) -> int:
        return len(self.ids)


def read_shapes(feed: Feed) -> Shapes:
    """shapes.txt as lines, points in their order. Points without position or order are set aside."""
    reader = Reader(feed.clinic, feed.label("shapes"), feed.sheet("shapes", SHAPES, SHAPES))
    named = reader.ids("shape_id")
    lat, lon = reader.floats("shape_pt_lat"), reader.floats("shape_pt_lon")
    order, ordered = reader.ints("shape_pt_sequence", quiet=True)
    bad = (named.codes == NONE) | ~ordered | ~(np.abs(lat) <= 90) | ~(np.abs(lon) <= 180)
    reader.clinic.set_aside("shape-point", reader.file, reader.rows[bad], example=named.example(bad))
    good = np.flatnonzero(~bad)
    sort = good[np.lexsort((order[good], named.codes[good]))]
    sort = _once(reader, named, order, lat, lon, sort)
    code, lat, lon = named.codes[sort], lat[sort], lon[sort]
    count = np.bincount(code, minlength=len(named.values))
    short = count == 1
    if short.any():
        example = named.values.filter(pa.array(short))[0].as_py()
        reader.clinic.say("shape-too-short", reader.file, count=int(short.sum()), example=example)
    drawn = count >= 2
    keep = drawn[code]
    place = np.cumsum(drawn) - 1
    position = place[code[keep]]
    lines = (
        shapely.linestrings(np.column_stack([lon[keep], lat[keep]]), indices=position) if keep.any() else []
    )
    metres = _lengths(lon[keep], lat[keep], position, int(drawn.sum()))
    return Shapes(named.values.filter(pa.array(drawn)), np.asarray(lines, dtype=object), metres)


def _once(
    reader: Reader, named: Cells, order: Longs, lat: Floats, lon: Floats, sort: NDArray[np.int64]
) -> NDArray[np.int64]:
    """One point a shape and place in its order: the first; copies count once, others are set aside."""
    code, place = named.codes[sort], order[sort]
    again = np.zeros(len(sort), bool)
    again[1:] = (code[1:] == code[:-1]) & (place[1:] == place[:-1])
    if not again.any():
        return sort
    leader = sort[np.maximum.accumulate(np.where(again, 0, np.arange(len(sort))))]
    same = again & (lat[sort] == lat[leader]) & (lon[sort] == lon[leader])
    column = "shape_pt_sequence"
    reader.clinic.say("row-repeated", reader.file, rows=np.sort(reader.rows[sort[same]]), column=column)
    differ = again & ~same
    reader.clinic.set_aside(
        "id-repeated",
        reader.file,
        np.sort(reader.rows[sort[differ]]),
        "shape_id and shape_pt_sequence stand more than once with other places: the first point is kept",
        column=column,
        example=named.take(sort).example(differ),
    )
    return sort[~again]


def _lengths(lon: Floats, lat: Floats, line: NDArray[np.int64], count: int) -> Floats:
    """Length of each line in metres on the WGS 84 ellipsoid."""
    if len(lon) < 2:
        return np.zeros(count)
    _, _, step = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    step = np.where(line[1:] == line[:-1], step, 0.0)
    return np.asarray(np.bincount(line[1:], weights=step, minlength=count), np.float64)


def _flatten(shapes: Shapes) -> None:
    """Lines in metres on a plane of their own, true to scale at the line's middle latitude."""
    if len(shapes.flat) == len(shapes) or not len(shapes):
        return
    coords, which = shapely.get_coordinates(shapes.lines, return_index=True)
    bounds = shapely.bounds(shapes.lines)
    shapes.middle = (bounds[:, 1] + bounds[:, 3]) / 2
    scale = np.radians(1.0) * EARTH_M
    x = coords[:, 0] * scale * np.cos(np.radians(shapes.middle[which]))
    shapes.flat = np.asarray(
        shapely.linestrings(np.column_stack([x, coords[:, 1] * scale]), indices=which), dtype=object
    )


def _points(shapes: Shapes, shape: Ints, lon: Floats, lat: Floats) -> NDArray[np.object_]:
    """Stops on the plane of their shape; unknown places lie at 0, 0 and are not looked at."""
    scale = np.radians(1.0) * EARTH_M
    x = np.nan_to_num(lon) * scale * np.cos(np.radians(shapes.middle[shape]))
    return np.asarray(shapely.points(x, np.nan_to_num(lat) * scale), dtype=object)


def trip_metres(feed: Feed, trips: Trips, calls: Calls, stops: Stops, shapes: Shapes) -> Floats:
    """Length of each trip in metres, NaN where unknown.

    First choice: shape_dist_traveled at the trip's ends (its unit found by comparing with coordinates).
    Second: its shape, between the points nearest to first and last stop; the whole shape where it crosses
    itself or the stops lie in the wrong order. Third: great circles from stop to stop.
    """
    metres = np.full(len(trips), np.nan)
    if not len(calls):
        return metres
    start = np.flatnonzero(calls.first)
    end = np.append(start[1:], len(calls)) - 1
    trip = calls.trip[start]
    crow = np.add.reduceat(np.nan_to_num(calls.hop), start)
    gaps = np.add.reduceat(np.isnan(calls.hop).astype(int), start) > 0
    by_stops = np.where(gaps | (start == end), np.nan, crow)
    by_shape = _along_shape(trips, calls, stops, shapes, trip, start, end)
    by_feed = _along_feed(feed, calls, start, end, np.where(gaps, np.nan, crow), by_shape)
    best = np.where(np.isfinite(by_feed), by_feed, np.where(np.isfinite(by_shape), by_shape, by_stops))
    metres[trip] = best
    ways = {
        "shape_dist_traveled": np.isfinite(by_feed),
        "the shape": np.isfinite(by_shape) & ~np.isfinite(by_feed),
        "stop to stop": np.isfinite(by_stops) & ~np.isfinite(by_shape) & ~np.isfinite(by_feed),
    }
    told = ", ".join(f"{int(mask.sum()):,} by {way}" for way, mask in ways.items() if mask.any())
    if told:
        message = f"length of trips: {told}"
        feed.clinic.say("trip-length", trips.file, message, count=int(np.isfinite(best).sum()))
    lost = np.zeros(len(trips), bool)
    lost[trip] = ~np.isfinite(best)
    feed.clinic.say("trip-length-unknown", trips.file, rows=trips.rows[lost], example=trips.example(lost))
    return metres


def _along_shape(
    trips: Trips,
    calls: Calls,
    stops: Stops,
    shapes: Shapes,
    trip: Ints,
    start: NDArray[np.int64],
    end: NDArray[np.int64],
) -> Floats:
    """Length along the shape between first and last stop, for each trip with stop times."""
    shape = codes_in(trips.shape, shapes.ids)[trip]
    metres = np.full(len(trip), np.nan)
    drawn = np.flatnonzero(shape != NONE)
    if not len(drawn):
        return metres
    _flatten(shapes)
    ends = np.column_stack([shape[drawn], calls.stop[start[drawn]], calls.stop[end[drawn]]])
    unique, back = np.unique(ends, axis=0, return_inverse=True)
    line, a, b = unique.T
    flat = shapes.flat[line]
    known = np.isfinite(stops.lon[a] + stops.lon[b])
    located = [
        shapely.line_locate_point(flat, _points(shapes, line, stops.lon[s], stops.lat[s]), normalized=True)
        for s in (a, b)
    ]
    part = located[1] - located[0]
    usable = known & shapely.is_simple(flat) & (part > 0)
    whole = shapes.metres[line]
    metres[drawn] = np.where(usable, part * whole, whole)[back.ravel()]
    return metres


def _along_feed(
    feed: Feed,
    calls: Calls,
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    crow: Floats,
    by_shape: Floats,
) -> Floats:
    """Length by shape_dist_traveled in metres; NaN where it is empty, goes back or has no known unit."""
    said = calls.along[end] - calls.along[start]
    back = np.zeros(len(calls), bool)
    back[1:] = (calls.along[1:] < calls.along[:-1]) & ~calls.first[1:]
    feed.clinic.say(
        "distance-decreases", calls.file, rows=np.sort(calls.rows[back]), column="shape_dist_traveled"
    )
    wrong = np.logical_or.reduceat(back, start)
    usable = np.isfinite(said) & (said > 0) & ~wrong
    if not usable.any():
        return np.full(len(start), np.nan)
    scale, name = _unit(said[usable], crow[usable], by_shape[usable])
    if not scale:
        feed.clinic.say("distance-unit-unknown", calls.file, column="shape_dist_traveled")
        return np.full(len(start), np.nan)
    message = f"shape_dist_traveled is in {name}, as the coordinates show"
    feed.clinic.say("distance-unit", calls.file, message, column="shape_dist_traveled", example=name)
    return np.where(usable, said * scale, np.nan)


def _unit(said: Floats, crow: Floats, by_shape: Floats) -> tuple[float, str]:
    """Which unit makes `said` a length: near the shape's, or from 1 to 2 times the great circles' one."""
    for measure, low, high in ((by_shape, 0.8, 1.25), (crow, 0.98, 2.2)):
        known = np.isfinite(measure) & (measure > 100)
        if not known.any():
            continue
        ratio = float(np.median(said[known] / measure[known]))
        fits = [(scale, name) for scale, name in UNITS if low <= ratio * scale <= high]
        if fits:
            return min(fits, key=lambda unit: abs(np.log(ratio * unit[0] / 1.1)))
    return 0.0, ""


def judge_distance(feed: Feed, trips: Trips, calls: Calls, stops: Stops, shapes: Shapes) -> None:
    """Findings on stops far from the line of their trips; each pair of stop and shape is looked at once."""
    shape = codes_in(trips.shape, shapes.ids)[calls.trip]
    drawn = (shape != NONE) & np.isfinite(stops.lon[calls.stop])
    if not drawn.any():
        return
    _flatten(shapes)
    pairs = shape[drawn].astype(np.int64) * len(stops) + calls.stop[drawn]
    unique, first = np.unique(pairs, return_index=True)
    line, stop = unique // len(stops), unique % len(stops)
    away = shapely.distance(shapes.flat[line], _points(shapes, line, stops.lon[stop], stops.lat[stop]))
    far = away > FAR_FROM_SHAPE_M
    if far.any():
        worst = int(np.argmax(away))
        rows = np.sort(calls.rows[drawn][first[far]])
        example = (
            f"stop {stops.ids[int(stop[worst])]}: {away[worst]:,.0f} m from {shapes.ids[int(line[worst])]}"
        )
        feed.clinic.say("stop-far-from-shape", calls.file, rows=rows, column="stop_id", example=example)


def shape_table(shapes: Shapes) -> pa.Table:
    """Canonical columns of `shape`."""
    wkb = shapely.to_wkb(shapes.lines) if len(shapes) else np.empty(0, object)
    return pa.table(
        {"shape_id": shapes.ids, "geom_wkb": pa.array(wkb, pa.binary()), "metres": pa.array(shapes.metres)}
    )


def no_shapes() -> Shapes:
    return Shapes(pa.array([], pa.string()), np.empty(0, object), np.empty(0))
