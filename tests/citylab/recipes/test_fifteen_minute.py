"""What people reach on foot: streets of known lengths, by hand."""

import pyarrow as pa
import pytest
import shapely

from nagara.citylab import evidence
from nagara.citylab.cells import cells_of
from nagara.citylab.findings import Findings
from nagara.citylab.recipes import Context, load
from nagara.citylab.sources import Options, osm
from nagara.citylab.tables import conform

CITY = Context("here", "Here", "Asia/Jakarta", 32748)
LON, LAT = 106.8, -6.2
M = 1 / 110_900  # degrees of longitude or latitude in a metre, near enough here
SMALL = {"least_part": 1}
ALL = ["market", "hospital", "school", "park", "transit", "library", "sports", "bank"]


def street(length_m, step_m=100, border=()):
    """One straight street to the east with a node every `step_m`."""
    count = length_m // step_m + 1
    nodes = pa.table(
        {
            "node_id": pa.array(range(count), pa.int64()),
            "lon": [LON + i * step_m * M for i in range(count)],
            "lat": [LAT] * count,
            "border": [i in border for i in range(count)],
        }
    )
    edges = pa.table(
        {
            "edge_id": pa.array(range(count - 1), pa.int64()),
            "u": pa.array(range(count - 1), pa.int64()),
            "v": pa.array(range(1, count), pa.int64()),
            "metres": [float(step_m)] * (count - 1),
            "modes": ["wbc"] * (count - 1),
        }
    )
    return {"street_node": conform("street_node", nodes, source_id="s"), "street_edge": conform("street_edge", edges, source_id="s")}  # fmt: skip


def places(*at, subcategory=None):
    """Places (category, metres along the street), on the street itself."""
    rows = [
        {"place_id": str(i), "category": c, "lon": LON + x * M, "lat": LAT, "subcategory": subcategory}
        for i, (c, x) in enumerate(at)
    ]
    return {"place": conform("place", pa.Table.from_pylist(rows), source_id="p")}


def zone(name, west, east):
    shape = shapely.to_wkb(shapely.box(LON + west * M, LAT - 100 * M, LON + east * M, LAT + 100 * M))
    return {"zone_id": name, "level": 1, "name": name, "geom_wkb": shape}


def run(recipe, tables, **params):
    found = evidence.compute(load(recipe), tables, CITY, params)
    assert found.status == "done", found.reason
    return {(r["unit_kind"], r["unit_id"], r["indicator"]): r for r in found.rows.to_pylist()}


def city(got, indicator):
    return next(r for (kind, _, name), r in got.items() if kind == "city" and name == indicator)


def test_the_share_within_reach_grows_with_the_speed():
    # Nodes every 100 m over 3 km; the market at the west end: 900, 1125 and 1350 m are 10, 12 and 14 of 31.
    got = run("fifteen-minute", street(3000) | places(*[(c, 0) for c in ALL]), **SMALL)
    food = city(got, "fifteen_food")
    assert (food["value"], food["lo"], food["hi"]) == pytest.approx(
        (100 * 12 / 31, 100 * 10 / 31, 100 * 14 / 31)
    )
    assert food["n"] == 31
    assert "no population: share of street nodes" in food["reason"]
    score = city(got, "I21")
    assert (score["value"], score["lo"], score["hi"]) == pytest.approx((12 / 31, 10 / 31, 14 / 31))


def test_people_count_where_they_live():
    tables = street(3000) | places(*[(c, 0) for c in ALL])
    near, far = (int(cells_of([LON + x * M], [LAT], 9)[0].as_py()) for x in (0, 3000))
    rows = [
        {"unit_kind": "cell", "unit_id": str(near), "group_id": "total", "n": 900.0},
        {"unit_kind": "cell", "unit_id": str(far), "group_id": "total", "n": 100.0},
    ]
    tables["population"] = conform("population", pa.Table.from_pylist(rows), source_id="c")
    got = run("fifteen-minute", tables, **SMALL)
    assert city(got, "fifteen_food")["value"] == pytest.approx(90)
    assert city(got, "fifteen_food")["n"] == 1000
    assert city(got, "I21")["reason"] is None
    assert got["cell", str(near), "I21"]["value"] == pytest.approx(1)
    assert got["cell", str(far), "I21"]["value"] == 0


def test_the_newest_count_of_the_finest_zones_is_spread_by_area():
    tables = street(3000) | places(*[(c, 0) for c in ALL])
    near, far = (int(cells_of([LON + x * M], [LAT], 9)[0].as_py()) for x in (0, 3000))
    tables["zone"] = conform("zone", pa.Table.from_pylist([{"zone_id": "whole", "level": 1}, {"zone_id": "ward", "level": 2}]), source_id="z")  # fmt: skip
    weights = [{"h3": near, "zone_id": "ward", "share": 0.25}, {"h3": far, "zone_id": "ward", "share": 0.75}, {"h3": far, "zone_id": "whole", "share": 1.0}]  # fmt: skip
    tables["cell"] = conform("cell", pa.Table.from_pylist(weights), source_id="z")
    day = {"unit_kind": "zone", "group_id": "total"}
    rows = [
        day | {"unit_id": "whole", "n": 9999.0},
        day | {"unit_id": "ward", "n": 1.0, "date": "2010-01-01"},
        day | {"unit_id": "ward", "n": 400.0, "date": "2020-01-01"},
    ]
    dates = pa.array([None, *[pa.scalar(r["date"]).cast(pa.date32()).as_py() for r in rows[1:]]], pa.date32())
    table = pa.Table.from_pylist([{k: v for k, v in r.items() if k != "date"} for r in rows]).append_column(
        "date", dates
    )
    tables["population"] = conform("population", table, source_id="c")
    got = run("fifteen-minute", tables, **SMALL)
    assert city(got, "fifteen_food")["value"] == pytest.approx(25)
    assert city(got, "fifteen_food")["n"] == 400


def test_people_far_from_every_street_lower_the_coverage():
    tables = street(3000) | places(*[(c, 0) for c in ALL])
    cells = [int(cells_of([LON + x * M], [LAT], 9)[0].as_py()) for x in (0, 40_000)]
    rows = [{"unit_kind": "cell", "unit_id": str(c), "group_id": "total", "n": 50.0} for c in cells]
    tables["population"] = conform("population", pa.Table.from_pylist(rows), source_id="c")
    score = city(run("fifteen-minute", tables, **SMALL), "I21")
    assert score["value"] == pytest.approx(1)
    assert score["coverage"] == pytest.approx(0.5)
    assert "where no street is mapped" in score["reason"]


def test_a_service_that_is_nowhere_in_the_data_is_named_and_widens_the_range():
    got = run(
        "fifteen-minute", street(500) | places(*[(c, 0) for c in ALL if c not in ("bank", "sports")]), **SMALL
    )
    score = city(got, "I21")
    assert (score["value"], score["lo"], score["hi"]) == pytest.approx((6 / 8, 6 / 8, 1))
    assert "no place in the data for: sport services" in score["reason"]
    assert city(got, "fifteen_sport")["value"] is None
    assert city(got, "fifteen_sport")["reason"] == "no place of this kind in the data"


def test_too_few_kinds_of_service_give_no_score():
    score = city(run("fifteen-minute", street(500) | places(("market", 0), ("bank", 0)), **SMALL), "I21")
    assert score["value"] is None
    assert "too few kinds of service" in score["reason"]


def test_walks_that_lead_out_of_the_data_are_not_certain():
    tables = street(3000, border=[30]) | places(*[(c, 0) for c in ALL])
    food = city(run("fifteen-minute", tables, **SMALL), "fifteen_food")
    # 30 nodes: 12 reach the market; the 11 within 1125 m of the end of the data may reach one beyond it.
    assert food["value"] == pytest.approx(100 * 12 / 30)
    assert food["coverage"] == pytest.approx(19 / 30)
    assert "lead out of the data" in food["reason"]


def test_a_large_green_area_counts_by_its_edge_and_a_small_one_does_not():
    tables = street(3000) | places(*[(c, 0) for c in ALL if c != "park"])
    for side, expected in ((100, 100 * 14 / 31), (60, None)):
        shape = shapely.to_wkb(shapely.box(LON - (side + 100) * M, LAT - 50 * M, LON - 100 * M, LAT + 50 * M))
        rows = [{"area_id": "a", "category": "green", "geom_wkb": shape, "m2": 1.0 * side * side}]
        got = run("fifteen-minute", tables | {"area": conform("area", pa.Table.from_pylist(rows), source_id="a")}, **SMALL, minutes=18)  # fmt: skip
        green = city(got, "fifteen_green")
        # 18 minutes at 4.5 km/h are 1,350 m, 100 m of them from the park's edge to the first node.
        assert green["value"] == (pytest.approx(100 * 13 / 31) if expected else None)


def test_stops_serve_transit_without_any_place():
    tables = street(500) | places(*[(c, 0) for c in ALL if c != "transit"])
    stops = [{"feed_id": "f", "stop_id": "1", "lon": LON, "lat": LAT}]
    tables["stop"] = conform("stop", pa.Table.from_pylist(stops), source_id="g")
    assert city(run("fifteen-minute", tables, **SMALL), "fifteen_transit")["value"] == 100


def test_zones_get_their_own_share():
    tables = street(3000) | places(*[(c, 0) for c in ALL])
    zones = [zone("near", -50, 1050), zone("far", 1050, 3050)]
    tables["zone"] = conform("zone", pa.Table.from_pylist(zones), source_id="z")
    got = run("fifteen-minute", tables, **SMALL)
    assert got["zone", "near", "fifteen_food"]["value"] == 100
    assert got["zone", "far", "fifteen_food"]["value"] == pytest.approx(100 * 1 / 20)


def test_without_places_or_streets_it_refuses():
    for tables in (street(500), places(("market", 0))):
        found = evidence.compute(load("fifteen-minute"), tables, CITY)
        assert found.status == "refused" and "Import" in found.reason


def test_access_compares_each_walk_with_its_standard():
    tables = street(3000) | places(("hospital", 0), ("school", 0), ("transit", 0))
    got = run("access", tables, **SMALL)
    assert city(got, "I02")["value"] == pytest.approx(100 * 6 / 31)
    assert (city(got, "I19")["value"], city(got, "I19")["lo"], city(got, "I19")["hi"]) == pytest.approx((100 * 21 / 31, 100 * 19 / 31, 100 * 23 / 31))  # fmt: skip
    assert city(got, "I20")["value"] == pytest.approx(100 * 11 / 31)
    assert city(got, "I13")["value"] is None
    assert "no green area" in city(got, "I13")["reason"]


def test_a_station_counts_from_twice_as_far_as_a_bus_stop():
    rail = places(("transit", 0), subcategory="railway=station")
    assert city(run("access", street(3000) | rail, **SMALL), "I02")["value"] == pytest.approx(100 * 11 / 31)
    stops = [{"feed_id": "f", "stop_id": "1", "lon": LON, "lat": LAT}]
    feed = {
        "stop": conform("stop", pa.Table.from_pylist(stops), source_id="g"),
        "route": conform("route", pa.table({"feed_id": ["f"], "route_id": ["m"], "route_type": [1]}), source_id="g"),
        "trip": conform("trip", pa.table({"feed_id": ["f"], "trip_id": ["t"], "route_id": ["m"]}), source_id="g"),
        "stop_time": conform("stop_time", pa.table({"feed_id": ["f"], "trip_id": ["t"], "stop_id": ["1"], "seq": [1]}), source_id="g"),
    }  # fmt: skip
    assert city(run("access", street(3000) | feed, **SMALL), "I02")["value"] == pytest.approx(100 * 11 / 31)
    bus = feed | {
        "route": conform(
            "route", pa.table({"feed_id": ["f"], "route_id": ["m"], "route_type": [3]}), source_id="g"
        )
    }
    assert city(run("access", street(3000) | bus, **SMALL), "I02")["value"] == pytest.approx(100 * 6 / 31)


@pytest.mark.parametrize("recipe", ["fifteen-minute", "access"])
def test_a_real_extract_gives_every_answer_once_and_the_same_twice(data, recipe):
    parts = {}
    for name, rows in osm.read(
        [data / "ho_chi_minh_city/osm/district1.osm.pbf"], Options("x", "UTC", 32648, "s"), Findings()
    ):
        parts.setdefault(name, []).append(conform(name, rows, source_id="s"))
    tables = {name: pa.concat_tables(rows) for name, rows in parts.items()}
    context = Context("here", "Here", "Asia/Ho_Chi_Minh", 32648)
    one = evidence.compute(load(recipe), tables, context, threads=1)
    two = evidence.compute(load(recipe), tables, context, threads=2)
    assert one.digest == two.digest
    keys = [(r["unit_kind"], r["unit_id"], r["indicator"]) for r in one.rows.to_pylist()]
    assert len(keys) == len(set(keys))
    for row in one.rows.to_pylist():
        if row["value"] is not None:
            assert row["lo"] <= row["value"] <= row["hi"] <= (1 if row["indicator"] == "I21" else 100)
            assert 0 <= row["coverage"] <= 1
