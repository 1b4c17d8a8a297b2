from datetime import UTC, datetime

import pyarrow as pa
import pytest
import shapely

from nagara.citylab import evidence
from nagara.citylab.findings import CityLabError
from nagara.citylab.recipes import BadParameter, Context, load
from nagara.citylab.tables import TABLES

CITY = Context("here", "Here", "Asia/Yangon", 32647)
SIDE = 6


def rows_of(name, rows):
    schema = TABLES[name].schema
    return pa.Table.from_pylist(rows, schema=pa.schema([schema.field(c) for c in rows[0]]))


def zones(gap=0.0):
    """A chequerboard of SIDE x SIDE blocks; the left half is ward L, the right half ward R."""
    size = 0.01
    rows = []
    for x in range(SIDE):
        for y in range(SIDE):
            shape = shapely.box(
                96 + x * size, 16 + y * size, 96 + (x + 1) * size - gap, 16 + (y + 1) * size - gap
            )
            rows.append(
                {
                    "zone_id": f"{x}{y}",
                    "level": 2,
                    "parent_id": "L" if x < SIDE // 2 else "R",
                    "name": f"{x}{y}",
                }
                | {"geom_wkb": shapely.to_wkb(shape), "area_km2": 1.0}
            )
    return rows_of("zone", rows)


def people(of):
    rows = [
        {"unit_kind": "zone", "unit_id": f"{x}{y}", "group_id": "total", "n": float(of(x, y))}
        for x in range(SIDE)
        for y in range(SIDE)
    ]
    return rows_of("population", rows)


def run(params=None, **tables):
    done = evidence.compute(load("inequality"), {"zone": zones()} | tables, CITY, params)
    assert done.status == "done", done.reason
    return done


def city(done):
    return {r["indicator"]: r for r in done.rows.to_pylist() if r["unit_kind"] == "city"}


def test_equal_zones_are_equal():
    got = city(run(population=people(lambda x, y: 100)))
    assert got["gini"]["value"] == pytest.approx(0)
    assert got["theil"]["value"] == pytest.approx(0)
    assert got["moran_i"]["value"] is None
    assert "do not differ" in got["moran_i"]["reason"]


def test_two_even_halves_differ_only_between_the_wards_and_lie_together():
    done = run(population=people(lambda x, y: 300 if x < SIDE // 2 else 100))
    got = city(done)
    assert got["theil_between_share"]["value"] == pytest.approx(100)
    assert got["theil_within"]["value"] == pytest.approx(0, abs=1e-12)
    assert got["moran_i"]["value"] > 0.6
    assert got["moran_p"]["value"] <= 0.01
    clusters = {r["zone_id"]: r["cluster"] for r in done.steps["lisa"].to_pylist()}
    assert clusters["02"] == "high among high"
    assert clusters["52"] == "low among low"


def test_zones_touch_across_a_drawing_gap():
    halves = people(lambda x, y: 300 if x < SIDE // 2 else 100)
    apart = evidence.compute(load("inequality"), {"zone": zones(gap=0.0001), "population": halves}, CITY)
    assert city(apart)["moran_i"]["n"] == SIDE * SIDE
    strict = {"reach_m": 1}
    none = evidence.compute(
        load("inequality"), {"zone": zones(gap=0.0001), "population": halves}, CITY, strict
    )
    assert city(none)["moran_i"]["value"] is None
    assert none.findings.of("no-neighbour")[0].count == SIDE * SIDE


def test_places_for_a_thousand_people():
    place = rows_of(
        "place",
        [
            {"place_id": "a", "category": "school", "lon": 96.005, "lat": 16.005},
            {"place_id": "b", "category": "clinic", "lon": 96.005, "lat": 16.005},
        ],
    )
    params = {"measure": "places_per_1000", "category": "school"}
    done = run(params, population=people(lambda x, y: 500), place=place)
    values = {r["unit_id"]: r["value"] for r in done.rows.to_pylist() if r["indicator"] == "measure"}
    assert values["00"] == 2.0
    assert sum(values.values()) == 2.0
    assert city(done)["gini"]["value"] == pytest.approx(1 - 1 / 36)


def test_a_property_of_zones_can_be_the_measure():
    at = datetime(2020, 1, 1, tzinfo=UTC)
    later = datetime(2021, 1, 1, tzinfo=UTC)
    rows = [
        {"zone_id": f"{x}{y}", "ts": t, "property": "rent", "value": v * (x + 1)}
        for x in range(SIDE)
        for y in range(SIDE)
        for t, v in ((at, 100.0), (later, 1.0))
    ]
    done = run({"measure": "property:rent"}, zone_value=rows_of("zone_value", rows))
    values = {r["unit_id"]: r["value"] for r in done.rows.to_pylist() if r["indicator"] == "measure"}
    assert values["00"] == 1.0
    assert values["50"] == 6.0


def test_an_indicator_of_another_run_can_be_the_measure():
    rows = [
        {"run_id": run_id, "unit_kind": "zone", "unit_id": f"{x}{y}", "indicator": "I21", "value": v + x}
        for x in range(SIDE)
        for y in range(SIDE)
        for run_id, v in (("old", 50.0), ("new", 1.0))
    ]
    runs = [
        {"run_id": "old", "started": datetime(2020, 1, 1, tzinfo=UTC)},
        {"run_id": "new", "started": datetime(2021, 1, 1, tzinfo=UTC)},
    ]
    done = run({"measure": "indicator:I21"}, result=rows_of("result", rows), run=rows_of("run", runs))
    values = {r["unit_id"]: r["value"] for r in done.rows.to_pylist() if r["indicator"] == "measure"}
    assert values["30"] == 4.0
    assert done.rows.num_rows < 100


def test_a_measure_that_does_not_exist_is_refused_with_what_there_is():
    with pytest.raises(BadParameter, match="is no measure"):
        run({"measure": "happiness"}, population=people(lambda x, y: 1))
    with pytest.raises(CityLabError, match="known for no zone"):
        run()


def test_zones_without_people_are_told():
    some = people(lambda x, y: 100).slice(0, 30)
    done = run(population=some)
    assert done.findings.of("no-value")[0].count == 6
    assert city(done)["gini"]["coverage"] == pytest.approx(30 / 36)
