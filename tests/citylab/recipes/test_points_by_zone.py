"""Two wards side by side, each of two blocks; points put down by hand, and a real city counted by geopandas."""

import json

import pyarrow as pa
import pytest
import shapely

from nagara.citylab import evidence
from nagara.citylab.recipes import BadParameter, Context, load
from nagara.citylab.tables import TABLES

CITY = Context("here", "Here", "Asia/Yangon", 32647)
BLOCKS = {"A1": (0, 1), "A2": (1, 2), "B1": (2, 3), "B2": (3, 4)}


def rows_of(name, rows):
    schema = TABLES[name].schema
    return pa.Table.from_pylist(rows, schema=pa.schema([schema.field(c) for c in rows[0]]))


def box(low, high):
    return shapely.to_wkb(shapely.box(96 + low / 100, 16.0, 96 + high / 100, 16.01))


def zones():
    blocks = [
        {"zone_id": z, "level": 2, "parent_id": z[0], "name": z, "geom_wkb": box(*x)}
        for z, x in BLOCKS.items()
    ]
    wards = [
        {"zone_id": z, "level": 1, "parent_id": None, "name": z, "geom_wkb": box(*x)}
        for z, x in {"A": (0, 2), "B": (2, 4)}.items()
    ]
    return rows_of("zone", blocks + wards)


def stop(name, x, kind=0, source="feed"):
    return {
        "feed_id": "f",
        "stop_id": name,
        "lon": None if x is None else 96 + x / 100,
        "lat": None if x is None else 16.005,
        "location_type": kind,
        "source_id": source,
    }


def post(name, zone, author=None):
    return {"post_id": name, "zone_id": zone, "author_hash": author, "category": "flood", "source_id": "app"}


def run(params=None, **tables):
    done = evidence.compute(load("points-by-zone"), {"zone": zones()} | tables, CITY, params)
    assert done.status == "done"
    return {(r["unit_id"], r["indicator"]): r for r in done.rows.to_pylist()}


STOPS = rows_of(
    "stop",
    [stop("a", 0.5), stop("b", 0.6), stop("c", 2.5), stop("d", 3.5, kind=1), stop("e", 9), stop("f", None)],
)


def test_points_are_counted_in_their_zone_and_in_every_unit_above():
    got = run(stop=STOPS)
    count = {unit: got[unit, "stops"]["value"] for unit in ("A1", "A2", "B1", "B2", "A", "B", "here")}
    assert count == {"A1": 2, "A2": 0, "B1": 1, "B2": 1, "A": 2, "B": 2, "here": 4}
    assert got["B2", "stops_station"]["value"] == 1 and ("B1", "stops_station") not in got


def test_points_outside_and_points_without_a_place_are_told():
    got = run(stop=STOPS)
    assert got["here", "stops_outside"]["value"] == 2
    assert got["here", "stops"]["hi"] == 6 and got["here", "stops"]["coverage"] == pytest.approx(4 / 6)


def test_a_point_on_a_border_is_counted_once():
    got = run(stop=rows_of("stop", [stop("a", 1)]))
    assert (got["A1", "stops"]["value"], got["A2", "stops"]["value"]) == (1, 0)


def test_reports_of_few_authors_are_not_shown():
    many = [post(f"p{i}", "A1") for i in range(20)] + [post(f"q{i}", "B1", "one") for i in range(20)]
    got = run(post=rows_of("post", [*many, post("r", None)]))
    assert got["A1", "posts"]["value"] == 20 and got["here", "posts"]["value"] == 40
    assert got["B1", "posts"]["value"] is None and "fewer than 20 authors" in got["B1", "posts"]["reason"]
    assert got["B1", "posts"]["n"] is None and got["B1", "posts"]["hi"] is None
    assert got["here", "posts_outside"]["value"] == 1
    assert run({"least_authors": 1}, post=rows_of("post", many))["B1", "posts"]["value"] == 20


def test_one_source_and_one_kind_can_be_asked_for():
    both = rows_of("stop", [stop("a", 0.5), stop("b", 0.5, source="older")])
    things = rows_of("thing", [{"thing_id": "t", "lon": 96.005, "lat": 16.005, "source_id": "feed"}])
    got = run({"kind": "stop", "source": "feed"}, stop=both, thing=things)
    assert got["A1", "stops"]["value"] == 1
    assert not any(indicator.startswith("things") for _, indicator in got)
    with pytest.raises(BadParameter):
        run({"kind": "river"}, stop=both)


def test_a_city_without_points_gives_no_numbers():
    assert run() == {}


def test_bus_stops_are_where_geopandas_finds_them(shared):
    """5,200 bus stops in 55 planning areas, read by a few lines of this test: no reader of ours."""
    folder = shared / "data/singapore"
    areas = json.loads((folder / "districts/2-planning-area.geojson").read_text(encoding="utf-8"))["features"]
    points = json.loads((folder / "bus/stops.min.geojson").read_text(encoding="utf-8"))["features"]
    known = json.loads((shared / "data/_expected/spatial_oracle_geopandas.json").read_text(encoding="utf-8"))
    zone = rows_of(
        "zone",
        [
            {
                "zone_id": f["properties"]["name"],
                "level": 1,
                "parent_id": None,
                "geom_wkb": shapely.to_wkb(shapely.from_geojson(json.dumps(f["geometry"]))),
            }
            for f in areas
        ],
    )
    rows = [
        stop(str(i), None) | {"lon": f["geometry"]["coordinates"][0], "lat": f["geometry"]["coordinates"][1]}
        for i, f in enumerate(points)
    ]
    got = run(zone=zone, stop=rows_of("stop", rows))
    assert got["here", "stops"]["value"] == known["sg_busstops_pa"]["inside"]
    for name, n in known["sg_busstops_pa"]["top5"].items():
        assert got[name, "stops"]["value"] == n
