"""Built-up land, road safety, citizens' requests, open data: cases that can be reckoned by hand."""

import json
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
import shapely

from nagara.citylab import evidence
from nagara.citylab.recipes import Context, load
from nagara.citylab.recipes.subset import check_recipe
from nagara.citylab.tables import conform

CITY = Context("here", "Here", "Asia/Bangkok", 32648)
X, Y = 105.0, 0.0
E_M, N_M = 1 / 111_275.0, 1 / 110_530.0  # degrees in a metre of EPSG:32648 at its middle on the equator


def table(name, rows, source="s"):
    return {name: conform(name, pa.Table.from_pylist(rows), source_id=source)}


def square(west, south, east, north):
    return shapely.to_wkb(shapely.box(X + west * E_M, Y + south * N_M, X + east * E_M, Y + north * N_M))


def areas(*rows):
    made = [
        {"area_id": str(i), "category": use, "geom_wkb": square(*box)} for i, (use, *box) in enumerate(rows)
    ]
    return table("area", made)


def people(**zones):
    rows = [{"unit_kind": "zone", "unit_id": z, "group_id": "total", "n": float(n)} for z, n in zones.items()]
    return table("population", rows)


def zones(**boxes):
    return table("zone", [{"zone_id": z, "level": 1, "geom_wkb": square(*box)} for z, box in boxes.items()])


def street(metres, modes="wbc"):
    row = {"edge_id": 1, "u": 1, "v": 2, "metres": float(metres), "modes": modes}
    return table("street_edge", [row, row | {"edge_id": 2, "modes": "w"}])


def run(recipe, tables, **params):
    found = evidence.compute(load(recipe), tables, CITY, params)
    assert found.status == "done", found.reason
    return {(r["unit_kind"], r["unit_id"], r["indicator"]): r for r in found.rows.to_pylist()}


@pytest.mark.parametrize("name", ["built-up", "road-safety", "citizen-requests", "open-data"])
def test_their_sql_is_portable(name):
    assert check_recipe(load(name)) == []


def test_built_up_land_of_every_use_counts_once_and_people_live_on_it():
    tables = (
        areas(
            ("residential", 0, 0, 1000, 1000), ("commercial", 500, 0, 1500, 1000), ("green", 0, 0, 1000, 1000)
        )
        | zones(z=(0, 0, 1000, 1000), y=(1000, 0, 2000, 1000))
        | people(z=6000, y=1500)
    )
    got = run("built-up", tables)
    assert got["city", "city", "area_built"]["value"] == pytest.approx(1.5, rel=0.005)
    assert got["city", "city", "I18"]["value"] == pytest.approx(5000, rel=0.005)
    assert got["zone", "z", "I18"]["value"] == pytest.approx(6000, rel=0.005)
    assert got["zone", "y", "I18"]["value"] == pytest.approx(3000, rel=0.005)
    assert "no streets" in got["city", "city", "I11"]["reason"]


def test_open_space_is_public_space_and_the_streets_that_cars_use():
    tables = areas(("built_up", 0, 0, 1000, 800), ("public_space", 0, 800, 1000, 900)) | street(10_000)
    got = run("built-up", tables, street_width=10.0)["city", "city", "I11"]
    assert got["value"] == pytest.approx(100 * (0.1 + 0.1) / (0.8 + 0.1 + 0.1), rel=0.005)
    assert got["lo"] == pytest.approx(100 * 0.15 / 0.95, rel=0.005)
    assert got["hi"] == pytest.approx(100 * 0.25 / 1.05, rel=0.005)


def test_a_map_with_more_streets_than_built_up_land_gives_no_share():
    got = run("built-up", areas(("built_up", 0, 0, 100, 100)) | street(10_000))["city", "city", "I11"]
    assert (got["value"], got["quality"]) == (None, "not reported")
    assert "not drawn" in got["reason"]


def deaths(unit, name, **values):
    at = datetime(2019, 12, 31, 17, tzinfo=UTC)  # 1 January 2020 in Bangkok
    rows = [
        {"zone_id": z, "ts": at, "property": name, "value": float(v), "unit": unit} for z, v in values.items()
    ]
    return table("zone_value", rows)


def test_counts_and_rates_of_road_deaths_give_the_same_numbers():
    here = people(a=200_000, b=50_000)
    counted = run("road-safety", deaths("{deaths}", "traffic_deaths", a=20, b=10) | here)
    rated = run("road-safety", deaths("10*-5", "traffic_death_rate", a=10, b=20) | here)
    for got in (counted, rated):
        assert got["city", "city", "I28"]["value"] == pytest.approx(100_000 * 30 / 250_000)
        assert got["city", "city", "road_deaths"]["value"] == pytest.approx(30)
        assert got["zone", "b", "I28"]["value"] == pytest.approx(20)
    # 95 % Poisson interval of 30: 20.24 to 42.83
    assert counted["city", "city", "road_deaths"]["lo"] == pytest.approx(20.24, abs=0.05)
    assert counted["city", "city", "road_deaths"]["hi"] == pytest.approx(42.83, abs=0.05)


def test_a_zone_without_people_is_left_out_of_the_city_s_rate_and_said():
    tables = deaths("{deaths}", "traffic_deaths", a=20, b=10) | people(a=200_000)
    found = evidence.compute(load("road-safety"), tables, CITY)
    got = {(r["unit_id"], r["indicator"]): r for r in found.rows.to_pylist()}
    assert got["city", "I28"]["value"] == pytest.approx(10)
    assert got["city", "I28"]["coverage"] == pytest.approx(0.5)
    assert got["b", "I28"]["quality"] == "not reported"
    assert found.findings.has("no-people")


def posts(*rows):
    made = [
        {
            "post_id": str(i),
            "author_hash": str(i),
            "zone_id": zone,
            "category": what,
            "ts": datetime(2026, 1, 1, 12, tzinfo=UTC),
            "attributes": None if closed is None else json.dumps({"closed": closed}),
        }
        for i, (zone, what, closed) in enumerate(rows)
    ]
    return table("post", made)


def test_requests_are_counted_by_people_and_their_wait_is_the_middle_one():
    rows = [
        ("z", "road", "2026-01-01T20:00:00"),  # local time: 13:00 UTC, 1 hour
        ("z", "road", "2026-01-01T15:00:00+00:00"),  # 3 hours
        ("z", "light", "2026-01-11T12:00:00Z"),  # 10 days
        ("z", "light", ""),  # still open
        ("z", "light", None),  # says nothing
    ]
    tables = posts(*rows) | people(z=2000) | zones(z=(0, 0, 1000, 1000))
    got = run("citizen-requests", tables, least_authors=1)
    assert got["city", "city", "I24"]["value"] == pytest.approx(2.5)
    assert got["zone", "z", "I24"]["value"] == pytest.approx(2.5)
    assert got["city", "city", "I24_hours"]["value"] == pytest.approx(3)
    assert got["city", "city", "I24_hours"]["coverage"] == pytest.approx(0.8)
    assert got["city", "city", "I24_in_target"]["value"] == pytest.approx(50)
    assert got["city", "city", "requests_light"]["value"] == 3
    assert got["city", "city", "wait_road"]["value"] == pytest.approx(2)


def test_few_people_behind_requests_stay_hidden():
    tables = posts(*[("z", "road", "2026-01-01T20:00:00")] * 19) | people(z=2000)
    got = run("citizen-requests", tables)
    assert all(row["value"] is None for row in got.values())
    assert got["city", "city", "I24"]["reason"] == "fewer than 20 people stand behind it"


def test_a_data_set_is_open_where_its_licence_is_known_to_be_and_its_days_are_new():
    at = datetime(2026, 6, 1, tzinfo=UTC)
    made = [
        ("a", "CC BY 4.0", date(2026, 5, 1)),
        ("b", "CC BY 4.0", date(2020, 5, 1)),
        ("c", "ask us", date(2026, 5, 1)),
        ("d", "ODbL-1.0", None),
    ]
    rows = [
        {"source_id": s, "kind": "places", "sha256": s, "imported_at": at, "licence": licence,
         "valid_to": day, "nature": "reported"} for s, licence, day in made
    ]  # fmt: skip
    tables = {"source": conform("source", pa.Table.from_pylist(rows))}
    got = run("open-data", tables)
    assert (got["city", "city", "I26"]["value"], got["city", "city", "I26"]["hi"]) == (25, 50)
    assert got["city", "city", "open_licence"]["value"] == 75
    assert run("open-data", tables, inventory=40)["city", "city", "I26"]["value"] == 2.5
