"""A square city: two wards of 2 km x 2 km side by side, near the equator, so that metres are easy."""

from datetime import date
from math import pi

import pyarrow as pa
import pyproj
import pytest
import shapely

from nagara.citylab import evidence
from nagara.citylab.recipes import Context, load
from nagara.citylab.tables import TABLES

CITY = Context("here", "Here", "Asia/Yangon", 32648)
TO_DEGREES = pyproj.Transformer.from_crs(32648, 4326, always_xy=True)
EAST, NORTH = 500_000, 200_000


def rows_of(name, rows):
    schema = TABLES[name].schema
    return pa.Table.from_pylist(rows, schema=pa.schema([schema.field(c) for c in rows[0]]))


def place(x, y):
    return TO_DEGREES.transform(EAST + x, NORTH + y)


def ward(name, low, high):
    ring = [place(low, 0), place(high, 0), place(high, 2000), place(low, 2000)]
    return {"zone_id": name, "level": 1, "name": name, "geom_wkb": shapely.to_wkb(shapely.Polygon(ring))}


def stop(name, x, y):
    lon, lat = place(x, y)
    return {"feed_id": "f", "stop_id": name, "lon": lon, "lat": lat, "location_type": 0}


def city(**more):
    return {
        "zone": rows_of("zone", [ward("west", 0, 2000), ward("east", 2000, 4000)]),
        "population": rows_of(
            "population",
            [
                {"unit_kind": "zone", "unit_id": "west", "group_id": "total", "n": 300.0},
                {"unit_kind": "zone", "unit_id": "east", "group_id": "total", "n": 100.0},
            ],
        ),
    } | more


def timetable(trips, frequencies=()):
    """trips: {trip: [(stop, hour), ...]}, all on one Monday."""
    calls = [
        {"feed_id": "f", "trip_id": t, "stop_id": s, "seq": i, "arr_s": int(h * 3600), "dep_s": int(h * 3600)}
        for t, through in trips.items()
        for i, (s, h) in enumerate(through)
    ]
    made = {
        "trip": rows_of("trip", [{"feed_id": "f", "trip_id": t, "service_id": "s"} for t in trips]),
        "service_day": rows_of("service_day", [{"feed_id": "f", "service_id": "s", "day": date(2024, 1, 1)}]),
        "stop_time": rows_of("stop_time", calls),
    }
    if frequencies:
        made["frequency"] = rows_of("frequency", list(frequencies))
    return made


def got(done, indicator, unit="city"):
    (row,) = [r for r in done.rows.to_pylist() if (r["indicator"], r["unit_id"]) == (indicator, unit)]
    return row


CIRCLE = pi * 500**2 / 4_000_000


def test_people_in_the_circle_are_those_of_its_part_of_the_ward():
    stops = rows_of("stop", [stop("a", 1000, 1000)])
    done = evidence.compute(load("near-transit"), city(stop=stops), CITY)
    row = got(done, "I01")
    assert row["value"] == pytest.approx(100 * 300 * CIRCLE / 400, rel=0.01)
    assert (row["lo"], row["hi"]) == (0.0, 75.0)
    assert got(done, "I01", "west")["value"] == pytest.approx(100 * CIRCLE, rel=0.01)
    assert got(done, "I03")["value"] is None
    assert "no timetable" in got(done, "I03")["reason"]


def test_circles_that_overlap_count_once():
    stops = rows_of("stop", [stop("a", 1000, 1000), stop("b", 1000, 1000)])
    done = evidence.compute(load("near-transit"), city(stop=stops), CITY)
    assert got(done, "I01", "west")["value"] == pytest.approx(100 * CIRCLE, rel=0.01)


def test_a_ward_wholly_within_reach_is_certain():
    stops = rows_of("stop", [stop("a", 1000, 1000)])
    done = evidence.compute(load("near-transit"), city(stop=stops), CITY, {"reach_m": 1500})
    row = got(done, "I01", "west")
    assert (row["value"], row["lo"], row["hi"]) == (pytest.approx(100, abs=0.1), 100.0, 100.0)
    assert got(done, "I01")["lo"] == 75.0


def test_only_stops_served_often_count_for_frequent_service():
    stops = rows_of("stop", [stop("a", 1000, 1000), stop("b", 3000, 1000)])
    often = {f"t{i}": [("a", 6 + i / 3)] for i in range(42)}  # 3 an hour for 14 hours
    seldom = {f"u{i}": [("b", 6 + i / 3)] for i in range(41)}
    done = evidence.compute(load("near-transit"), city(stop=stops) | timetable(often | seldom), CITY)
    assert got(done, "I03", "west")["value"] == pytest.approx(100 * CIRCLE, rel=0.01)
    assert got(done, "I03", "east")["value"] == 0
    assert got(done, "I01", "east")["value"] == pytest.approx(100 * CIRCLE, rel=0.01)


@pytest.mark.parametrize(("headway_s", "often"), [(1200, True), (1260, False)])
def test_a_trip_with_a_headway_counts_each_departure(headway_s, often):
    stops = rows_of("stop", [stop("a", 1000, 1000)])
    repeats = {
        "feed_id": "f",
        "trip_id": "t",
        "start_s": 5 * 3600,
        "end_s": 21 * 3600,
        "headway_s": headway_s,
    }
    tables = city(stop=stops) | timetable({"t": [("a", 5)]}, [repeats])
    done = evidence.compute(load("near-transit"), tables, CITY)
    assert (got(done, "I03", "west")["value"] > 0) == often


def test_without_people_it_refuses():
    stops = rows_of("stop", [stop("a", 1000, 1000)])
    done = evidence.compute(load("near-transit"), {"stop": stops}, CITY)
    assert done.status == "refused"
    assert "Import population" in done.reason
