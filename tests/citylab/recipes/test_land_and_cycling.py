"""Green, mixed use and room for bicycles: squares and streets of known size."""

import math

import pyarrow as pa
import pytest
import shapely

from nagara.citylab import evidence
from nagara.citylab.recipes import Context, load
from nagara.citylab.recipes.subset import check_recipe
from nagara.citylab.tables import conform

CITY = Context("here", "Here", "Asia/Jakarta", 32648)
X, Y = 105.0, 0.0
E_M, N_M = 1 / 111_275.0, 1 / 110_530.0  # degrees in a metre of EPSG:32648 at its middle on the equator


def square(west, south, east, north):
    return shapely.to_wkb(shapely.box(X + west * E_M, Y + south * N_M, X + east * E_M, Y + north * N_M))


def areas(*rows):
    made = [
        {"area_id": str(i), "category": use, "geom_wkb": square(*box), "m2": 1.0}
        for i, (use, *box) in enumerate(rows)
    ]
    return {"area": conform("area", pa.Table.from_pylist(made), source_id="a")}


def people(n):
    row = {"unit_kind": "zone", "unit_id": "z", "group_id": "total", "n": n}
    return {"population": conform("population", pa.Table.from_pylist([row]), source_id="c")}


def zones(*rows):
    made = [{"zone_id": name, "level": 1, "geom_wkb": square(*box)} for name, *box in rows]
    return {"zone": conform("zone", pa.Table.from_pylist(made), source_id="z")}


def run(recipe, tables):
    found = evidence.compute(load(recipe), tables, CITY)
    assert found.status == "done", found.reason
    return {(r["unit_kind"], r["unit_id"], r["indicator"]): r for r in found.rows.to_pylist()}


def test_overlapping_green_counts_once_and_twice_in_the_high_end():
    tables = (
        areas(("green", 0, 0, 1000, 1000), ("green", 500, 0, 1500, 1000))
        | people(50_000.0)
        | zones(("z", 0, 0, 4000, 1000))
    )
    got = run("land-use", tables)["city", "city", "I12"]
    assert got["value"] == pytest.approx(150 / 0.5, rel=0.005)
    assert got["hi"] == pytest.approx(200 / 0.5, rel=0.005)
    assert got["n"] == 2


def test_land_beyond_the_zones_is_cut_off():
    tables = areas(("green", 0, 0, 2000, 1000)) | people(100_000.0) | zones(("z", 0, 0, 500, 1000))
    got = run("land-use", tables)
    assert got["city", "city", "I12"]["value"] == pytest.approx(50, rel=0.005)
    assert got["zone", "z", "area_green"]["value"] == pytest.approx(0.5, rel=0.005)


def test_without_zones_land_is_cut_at_what_the_map_covers():
    got = run("land-use", areas(("green", 0, 0, 2000, 1000), ("map_extent", 0, 0, 500, 1000)))
    assert got["city", "city", "area_green"]["value"] == pytest.approx(0.5, rel=0.005)
    assert ("city", "city", "area_map_extent") not in got


def test_green_without_people_says_why_there_is_no_number():
    got = run("land-use", areas(("green", 0, 0, 100, 100)))["city", "city", "I12"]
    assert got["value"] is None and got["reason"] == "no population in the data"
    got = run("land-use", areas(("water", 0, 0, 100, 100)) | people(1.0))["city", "city", "I12"]
    assert got["value"] is None and got["reason"] == "no green area in the data"


def test_mix_is_nought_for_one_use_and_the_entropy_of_shares_for_more():
    uses = areas(
        ("residential", 0, 0, 300, 100), ("commercial", 400, 0, 500, 100), ("residential", 2000, 0, 2100, 100)
    )
    got = run("land-use", uses | zones(("mixed", -50, -50, 600, 150), ("plain", 1900, -50, 2200, 150)))
    expected = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)) / math.log(6)
    assert got["zone", "mixed", "I22"]["value"] == pytest.approx(expected, rel=1e-4)
    assert got["zone", "mixed", "I22"]["coverage"] == pytest.approx(0.04 / (0.65 * 0.2), rel=0.01)
    assert got["zone", "plain", "I22"]["value"] == 0


def edges(*rows):
    made = [
        {"edge_id": i, "u": i, "v": i + 1, "metres": m, "class": c, "cycle_sides": sides, "modes": "wbc"}
        for i, (m, c, sides) in enumerate(rows)
    ]
    return {"street_edge": conform("street_edge", pa.Table.from_pylist(made), source_id="s")}


def test_each_side_of_a_street_counts_and_the_low_end_counts_them_once():
    streets = edges(
        (1000.0, "primary", 2),
        (500.0, "cycleway", 1),
        (4000.0, "secondary", 0),
        (9000.0, "residential", None),
    )
    got = run("cycling", streets | people(200_000.0) | zones(("z", 0, 0, 1, 1)))
    per_head = got["city", "city", "I07"]
    assert (per_head["value"], per_head["lo"]) == pytest.approx((2.5 / 2, 1.5 / 2))
    assert got["city", "city", "I08"]["value"] == pytest.approx(2.5 / 5)


def test_a_map_without_lanes_is_not_a_city_without_lanes():
    got = run("cycling", edges((1000.0, "primary", 0)))
    assert "perhaps nobody drew them" in got["city", "city", "cycle_length"]["reason"]
    assert got["city", "city", "I07"]["value"] is None


@pytest.mark.parametrize("recipe", ["land-use", "cycling", "street-form", "fifteen-minute", "access"])
def test_the_sql_is_portable(recipe):
    assert check_recipe(load(recipe)) == []
