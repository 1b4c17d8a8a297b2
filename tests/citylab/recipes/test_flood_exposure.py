"""A city small enough to count by hand: two wards of two blocks each, one degree-hundredth square a block.

A1 A2 | B1 B2      A: 300 people, B: 100 people
B2 is three times as wide as the others.
"""

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest
import shapely

from nagara.citylab import evidence
from nagara.citylab.kernels import flood
from nagara.citylab.recipes import BadParameter, Context, load
from nagara.citylab.tables import TABLES

CITY = Context("here", "Here", "Asia/Yangon", 32647)
NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)
BLOCKS = {"A1": (0, 1), "A2": (1, 2), "B1": (2, 3), "B2": (3, 6)}


def rows_of(name, rows):
    schema = TABLES[name].schema
    return pa.Table.from_pylist(rows, schema=pa.schema([schema.field(c) for c in rows[0]]))


def box(low, high):
    return shapely.to_wkb(shapely.box(96 + low / 100, 16.0, 96 + high / 100, 16.01))


def zones():
    rows = [
        {
            "zone_id": z,
            "level": 2,
            "parent_id": z[0],
            "name": z,
            "geom_wkb": box(*x),
            "area_km2": float(x[1] - x[0]),
        }
        for z, x in BLOCKS.items()
    ]
    rows += [
        {
            "zone_id": "A",
            "level": 1,
            "parent_id": None,
            "name": "Ward A",
            "geom_wkb": box(0, 2),
            "area_km2": 2.0,
        },
        {
            "zone_id": "B",
            "level": 1,
            "parent_id": None,
            "name": "Ward B",
            "geom_wkb": box(2, 6),
            "area_km2": 4.0,
        },
    ]
    return rows_of("zone", rows)


def people(**n):
    rows = [{"unit_kind": "zone", "unit_id": u, "group_id": "total", "n": float(v)} for u, v in n.items()]
    return rows_of("population", rows)


def flag(prop="flood_prone", ts=None, unit=None, **values):
    rows = [
        {"zone_id": z, "ts": ts, "property": prop, "value": None if v is None else float(v), "unit": unit}
        for z, v in values.items()
    ]
    return rows_of("zone_value", rows)


def run(params=None, **tables):
    done = evidence.compute(load("flood-exposure"), {"zone": zones()} | tables, CITY, params)
    assert done.status == "done", done.reason
    return done


def got(done, indicator, unit="city"):
    (row,) = [r for r in done.rows.to_pylist() if r["indicator"] == indicator and r["unit_id"] == unit]
    return row["value"], row["lo"], row["hi"]


def test_people_are_spread_by_area_with_the_even_spread_as_the_other_end():
    done = run(zone_value=flag(A1=1, A2=0, B1=0, B2=1), population=people(A=300, B=100))
    # A1: 150 either way. B2: 75 by area (3 of 4 km2), 50 evenly.
    assert got(done, "flood_people") == (225.0, 200.0, 225.0)
    assert got(done, "flood_people", "A") == (150.0, 150.0, 150.0)
    assert got(done, "flood_people", "B") == (75.0, 50.0, 75.0)
    assert got(done, "flood_people_share") == (56.25, 50.0, 56.25)
    assert got(done, "flood_km2") == (4.0, 4.0, 4.0)
    assert got(done, "flood_zones") == (2.0, 2.0, 2.0)


def test_an_empty_flag_is_unknown_and_widens_only_the_high_end():
    done = run(zone_value=flag(A1=1, A2=None, B1=0), population=people(A=300, B=100))
    # unknown: A2 (empty flag, 150) and B2 (left out, 75 or 50)
    assert got(done, "flood_people") == (150.0, 150.0, 375.0)
    assert done.findings.of("unknown-flag")[0].count == 2


def test_zones_without_people_are_named_and_bounded_by_the_density_of_others():
    done = run(zone_value=flag(A1=1, A2=0, B1=1, B2=0), population=people(A=300))
    value, lo, hi = got(done, "flood_people")
    assert (value, lo) == (150.0, 150.0)
    assert hi == pytest.approx(150 + 150)  # B1: 1 km2 at 150 people a km2
    (row,) = [r for r in done.rows.to_pylist() if r["indicator"] == "flood_people" and r["unit_id"] == "city"]
    assert "no population for: Ward B" in row["reason"]
    assert row["coverage"] == 0.5
    (ward,) = [r for r in done.rows.to_pylist() if r["indicator"] == "flood_people" and r["unit_id"] == "B"]
    assert ward["value"] is None
    assert ward["reason"] == "no population is known here"


def test_people_counted_in_the_zone_itself_are_exact():
    done = run(zone_value=flag(A1=1, A2=0, B1=0, B2=1), population=people(A1=10, A2=20, B1=30, B2=40))
    assert got(done, "flood_people") == (50.0, 50.0, 50.0)


def test_people_of_cells_count_by_the_part_of_the_cell_in_the_zone():
    cells = rows_of(
        "cell",
        [{"h3": 1, "zone_id": "A1", "land_share": 0.25}, {"h3": 1, "zone_id": "A2", "land_share": 0.5}],
    )
    counted = rows_of("population", [{"unit_kind": "cell", "unit_id": "1", "group_id": "total", "n": 80.0}])
    done = run(zone_value=flag(A1=1, A2=0, B1=0, B2=0), population=counted, cell=cells)
    assert got(done, "flood_people") == (20.0, 20.0, 20.0)


def test_classes_of_depth_come_with_their_people():
    marks = flag("flood_depth_class", NOON, A1=2, B1=4, B2=1)
    done = run(zone_value=marks, population=people(A=300, B=100))
    assert got(done, "flood_people_class_2") == (150.0, 150.0, 150.0)
    assert got(done, "flood_people_class_4") == (25.0, 25.0, 50.0)
    labels = {r["class"]: r["label"] for r in done.steps["by_class"].to_pylist()}
    assert labels == {"1": "depth unknown", "2": "10-70 cm", "4": "over 150 cm"}


def test_depths_are_put_into_classes():
    done = run(
        zone_value=flag("flood_depth", NOON, "cm", A1=55, A2=120, B1=400), population=people(A=300, B=100)
    )
    found = {r["zone_id"]: r["class"] for r in done.steps["flooded"].to_pylist()}
    assert found == {"A1": "2", "A2": "3", "B1": "4", "B2": ""}


def test_the_worst_moment_is_taken_or_the_one_asked_for():
    later = datetime(2020, 1, 1, 15, tzinfo=UTC)
    marks = pa.concat_tables(
        [flag("flood_depth_class", NOON, A1=2), flag("flood_depth_class", later, A1=2, A2=2, B1=2)]
    )
    assert got(run(zone_value=marks), "flood_zones")[0] == 3.0
    asked = run({"moment": "2020-01-01T13:00:00"}, zone_value=marks)
    assert got(asked, "flood_zones") == (1.0, 1.0, 1.0)  # what a marking leaves out is dry


def test_places_stops_and_trips_are_counted_where_they_stand():
    place = rows_of(
        "place",
        [
            {"place_id": "p1", "category": "school", "lon": 96.005, "lat": 16.005},  # A1
            {"place_id": "p2", "category": "school", "lon": 96.045, "lat": 16.005},  # B2
            {"place_id": "p3", "category": "school", "lon": 97.5, "lat": 16.005},  # nowhere
        ],
    )
    stops = rows_of(
        "stop",
        [
            {"feed_id": "f", "stop_id": "s1", "lon": 96.006, "lat": 16.005},
            {"feed_id": "f", "stop_id": "s2", "lon": 96.025, "lat": 16.005},
        ],
    )
    calls = rows_of(
        "stop_time",
        [
            {"feed_id": "f", "trip_id": t, "stop_id": s, "seq": i}
            for t, through in (("t1", ["s1", "s2"]), ("t2", ["s2"]))
            for i, s in enumerate(through)
        ],
    )
    done = run(zone_value=flag(A1=1, A2=0, B1=0, B2=None), place=place, stop=stops, stop_time=calls)
    assert got(done, "flood_places_school") == (1.0, 1.0, 2.0)
    assert got(done, "flood_stops_stop") == (1.0, 1.0, 1.0)
    assert got(done, "flood_trips_cut") == (1.0, 1.0, 1.0)
    assert done.findings.of("outside")[0].count == 1


def test_without_a_marking_the_recipe_refuses():
    done = evidence.compute(load("flood-exposure"), {"zone": zones()}, CITY)
    assert done.status == "refused"
    assert "Import zones with a flood flag" in done.reason


def test_bad_classes_say_how_to_write_them():
    with pytest.raises(BadParameter, match="classes"):
        flood.classes_of("[1]")


def test_stops_by_area_are_those_that_geopandas_counts(data):
    import shapefile

    from nagara.citylab.zones.polygons import wkb_of

    expected = json.loads((data / "_expected/spatial_oracle_geopandas.json").read_text())["jakarta_stops_rw"]
    reader = shapefile.Reader(str(data / "jakarta/districts/rw_jakarta_update.shp"))
    shapes = shapely.make_valid([shapely.geometry.shape(s.__geo_interface__) for s in reader.shapes()])
    town = [r.as_dict()["KAB_NAME"] for r in reader.records()]
    names = [f"z{i}" for i in range(len(town))]
    zone = pa.table(
        {"zone_id": names, "level": pa.array([1] * len(names), pa.int8()), "geom_wkb": wkb_of(shapes)}
    )
    import pyarrow.csv as pa_csv

    stops = pa_csv.read_csv(data / "jakarta/gtfs_transjakarta_2025/stops.txt")
    spot = pa.table(
        {
            "kind": ["stop"] * stops.num_rows,
            "category": ["stop"] * stops.num_rows,
            "id": [str(i) for i in range(stops.num_rows)],
            "lon": stops.column("stop_lon"),
            "lat": stops.column("stop_lat"),
        }
    )
    tables = {"spot": spot, "flooded": pa.table({"zone_id": names}), "zone": zone}
    found = flood.located(tables, {}, CITY)
    counts: dict[str, int] = {}
    for name in found.column("zone_id").to_pylist():
        where = town[int(name[1:])]
        counts[where] = counts.get(where, 0) + 1
    assert counts == {k: v for k, v in expected["by_kab"].items() if k != "nan"}
    assert stops.num_rows - found.num_rows == expected["by_kab"]["nan"]
