"""stops.txt and routes.txt (with agency.txt): where lines call, and what runs on them."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from nagara.citylab.sources import Options
from nagara.citylab.sources.gtfs.fields import (
    NONE,
    Cells,
    Floats,
    Ints,
    Longs,
    Mask,
    Reader,
    codes_in,
    first_of_each,
)
from nagara.citylab.sources.gtfs.files import Feed
from nagara.citylab.sources.gtfs.rules import Rows

EARTH_M = 6_371_008.8
FAR_M = 300_000.0
STOPS = ("stop_id", "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station")
ROUTES = ("route_id", "agency_id", "route_short_name", "route_long_name", "route_type")
AGENCY = ("agency_id", "agency_name", "agency_timezone")

MODES: dict[str, tuple[float, tuple[tuple[int, int], ...]]] = {
    # mode: (fastest plausible mean speed in km/h, ranges of route_type); largest capacity first
    "rail": (500.0, ((2, 2), (100, 199))),
    "metro": (150.0, ((1, 1), (400, 404))),
    "monorail": (150.0, ((12, 12), (405, 405))),
    "tram": (100.0, ((0, 0), (5, 5), (900, 999))),
    "ferry": (80.0, ((4, 4), (1000, 1099), (1200, 1299))),
    "air": (1200.0, ((1100, 1199),)),
    "bus": (150.0, ((3, 3), (11, 11), (200, 299), (700, 899))),
    "cableway": (50.0, ((6, 7), (1300, 1499))),
    "taxi": (150.0, ((1500, 1599),)),
}
"""Speeds: the usual limits of GTFS validators by kind of vehicle."""
MODE_NAMES = (*MODES, "")
FASTEST = np.array([speed for speed, _ in MODES.values()] + [200.0])


@dataclass(frozen=True)
class Stops:
    """Stops of one feed; lon and lat in degrees (WGS 84), NaN where not known."""

    file: str
    rows: Rows
    ids: pa.StringArray
    name: pa.StringArray
    lon: Floats
    lat: Floats
    kind: NDArray[np.int8]
    parent: Ints

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Routes:
    """Routes of one feed. `mode` counts into MODE_NAMES; `kind` is route_type, NONE where unknown."""

    file: str
    rows: Rows
    ids: pa.StringArray
    agency: pa.StringArray
    short_name: pa.StringArray
    long_name: pa.StringArray
    kind: Ints
    mode: Ints

    def __len__(self) -> int:
        return len(self.ids)


def metres_between(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Great-circle distances in metres on the mean sphere; NaN where a coordinate is missing."""
    lat_a, lat_b = np.radians(lat_a), np.radians(lat_b)
    half = np.sin((lat_b - lat_a) / 2) ** 2
    half += np.cos(lat_a) * np.cos(lat_b) * np.sin(np.radians(lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_M * np.arcsin(np.sqrt(half))


def metres_along(lon: Floats, lat: Floats, path: Ints) -> Floats:
    """Great-circle metres from each place of `path` (indexes of places) to the next; NaN where unknown.

    The same as `metres_between`, but the angles of each place are taken once, however often it comes.
    """
    x, y = np.radians(lon), np.radians(lat)
    chord = np.zeros(len(path) - 1)
    for part in (np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)):
        along = part[path]
        chord += (along[1:] - along[:-1]) ** 2
    return 2 * EARTH_M * np.arcsin(np.sqrt(chord) / 2)


def read_stops(feed: Feed, options: Options) -> Stops:
    """stops.txt. Every stop that has an id is kept, with or without coordinates."""
    reader = Reader(feed.clinic, feed.label("stops"), feed.sheet("stops", STOPS, ("stop_id",)))
    ids = reader.ids("stop_id")
    name = reader.cells("stop_name")
    others = {n: reader.cells(n) for n in ("stop_lat", "stop_lon", "stop_name")}
    keep, _ = first_of_each(reader, ids, others, "stop_id")
    lat, lon = reader.floats("stop_lat")[keep], reader.floats("stop_lon")[keep]
    rows = reader.rows[keep]
    kind, known = reader.ints("location_type")
    wrong = known & ((kind < 0) | (kind > 4))
    feed.clinic.say("stop-type", reader.file, rows=reader.rows[wrong], column="location_type")
    kind = np.where(known & ~wrong, kind, 0)[keep]
    codes = ids.take(keep)
    plain = codes.text()
    nameless = (name.codes[keep] == NONE) & (kind <= 2)
    feed.clinic.say("stop-name-missing", reader.file, rows=rows[nameless], column="stop_name")
    _judge_places(reader, rows, codes, lon, lat, kind, options)
    parent = _parents(reader, keep, plain)
    return Stops(reader.file, rows, plain, name.take(keep).text(), lon, lat, kind.astype(np.int8), parent)


def _parents(reader: Reader, keep: NDArray[np.int64], ids: pa.StringArray) -> Ints:
    named = reader.ids("parent_station").take(keep)
    parent = codes_in(named, ids)
    lost = (parent == NONE) & (named.codes != NONE)
    reader.clinic.say(
        "stop-parent",
        reader.file,
        rows=reader.rows[keep][lost],
        column="parent_station",
        example=named.example(lost),
    )
    return parent


def _judge_places(
    reader: Reader, rows: Rows, ids: Cells, lon: Floats, lat: Floats, kind: Longs, options: Options
) -> None:
    """Findings about coordinates; what cannot be a place becomes NaN in `lon` and `lat`."""

    def say(rule: str, mask: Mask) -> None:
        reader.clinic.say(rule, reader.file, rows=rows[mask], column="stop_lat", example=ids.example(mask))

    outside = (np.abs(lat) > 90) | (np.abs(lon) > 180)
    zero = (lat == 0) & (lon == 0)
    say("stop-outside-world", outside)
    say("stop-at-zero", zero)
    half = np.isnan(lat) | np.isnan(lon)
    say("stop-without-coordinates", half & (kind <= 2))
    lost = outside | zero | half
    lon[lost], lat[lost] = np.nan, np.nan
    if lost.all():
        return
    if options.bbox is not None:
        west, south, east, north = options.bbox
        inside = (lon >= west - 1) & (lon <= east + 1) & (lat >= south - 1) & (lat <= north + 1)
        turned = (lat >= west - 1) & (lat <= east + 1) & (lon >= south - 1) & (lon <= north + 1)
        if turned.sum() > 0.5 * (~lost).sum() and inside.sum() < 0.1 * (~lost).sum():
            say("stop-swapped", turned)
            return
    middle_lon, middle_lat = np.nanmedian(lon), np.nanmedian(lat)
    away = metres_between(lon, lat, np.full_like(lon, middle_lon), np.full_like(lat, middle_lat))
    say("stop-far-away", away > FAR_M)


def mode_of(kind: Ints) -> Ints:
    """route_type -> position in MODE_NAMES (the last, '', where unknown)."""
    mode = np.full(len(kind), len(MODES), np.int32)
    for position, (_, ranges) in enumerate(MODES.values()):
        for low, high in ranges:
            mode[(kind >= low) & (kind <= high)] = position
    return mode


def read_routes(feed: Feed, options: Options) -> Routes:
    """routes.txt with the names of agency.txt."""
    agency_id, agency_name = _read_agencies(feed, options)
    reader = Reader(
        feed.clinic, feed.label("routes"), feed.sheet("routes", ROUTES, ("route_id", "route_type"))
    )
    ids = reader.ids("route_id")
    names = {n: reader.cells(n) for n in ("agency_id", "route_short_name", "route_long_name", "route_type")}
    keep, _ = first_of_each(reader, ids, names, "route_id")
    number, known = reader.ints("route_type")
    kind = np.where(known, number, NONE)[keep].astype(np.int32)
    mode = mode_of(kind)
    rows = reader.rows[keep]
    odd = mode == len(MODES)
    feed.clinic.say(
        "route-type",
        reader.file,
        rows=rows[odd],
        column="route_type",
        example=names["route_type"].take(keep).example(odd),
    )
    agency = _agency_of(reader, names["agency_id"].take(keep), rows, agency_id, agency_name)
    short, long = names["route_short_name"].take(keep).text(), names["route_long_name"].take(keep).text()
    return Routes(reader.file, rows, ids.take(keep).text(), agency, short, long, kind, mode)


def _read_agencies(feed: Feed, options: Options) -> tuple[pa.StringArray, pa.StringArray]:
    reader = Reader(feed.clinic, feed.label("agency"), feed.sheet("agency", AGENCY, ("agency_timezone",)))
    for row, zone in zip(reader.rows, reader.cells("agency_timezone").text().to_pylist(), strict=True):
        at = np.array([row])
        if not _is_zone(zone):
            feed.clinic.say(
                "agency-timezone-unknown", reader.file, rows=at, column="agency_timezone", example=zone
            )
        elif zone != options.tz:
            feed.clinic.say(
                "agency-timezone",
                reader.file,
                f"the feed's times are in {zone}, the city's zone is {options.tz}",
                rows=at,
                column="agency_timezone",
                example=zone,
            )
    return reader.ids("agency_id").text(), reader.cells("agency_name").text()


def _is_zone(name: str | None) -> bool:
    try:
        ZoneInfo(name or "")
    except (KeyError, ValueError, OSError):
        return False
    return True


def _agency_of(
    reader: Reader, named: Cells, rows: Rows, ids: pa.StringArray, names: pa.StringArray
) -> pa.StringArray:
    """The name of each route's agency; where a feed has one agency, routes need not name it."""
    found = codes_in(named, ids)
    if len(ids) == 1:
        found = np.where(named.codes == NONE, 0, found)
    lost = (named.codes != NONE) & (found == NONE)
    reader.clinic.say(
        "agency-unknown", reader.file, rows=rows[lost], column="agency_id", example=named.example(lost)
    )
    by_name = pa.array([name or key for name, key in zip(names.to_pylist(), ids.to_pylist(), strict=True)])
    picked = Cells(found.astype(np.int32), by_name.cast(pa.string())).text()
    return pa.array(
        [a or b for a, b in zip(picked.to_pylist(), named.text().to_pylist(), strict=True)], pa.string()
    )
