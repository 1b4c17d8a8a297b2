"""The simulated city fills every table, keeps its promises, and is the same for the same seed."""

import json

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from nagara.citylab.evidence import digest_of
from nagara.citylab.findings import CityLabError
from nagara.citylab.lake import Lake
from nagara.citylab.simulate import build, simulate
from nagara.citylab.tables import BOOKKEEPING, TABLES, conform


@pytest.fixture(scope="module")
def city():
    return build(seed=3, days=14, sensors=40)


def every_table(sources):
    return {table: rows for tables in sources.values() for table, rows in tables.items()}


def test_every_canonical_table_that_sources_fill_is_filled(city):
    tables = every_table(city[0])
    assert set(tables) == set(TABLES) - BOOKKEEPING
    assert all(rows.num_rows for rows in tables.values())


def test_rows_are_canonical_and_keys_are_unique(city):
    for name, rows in every_table(city[0]).items():
        full = conform(name, rows, source_id="sim")
        keys = full.select([*TABLES[name].key, "scenario_id"])
        assert keys.group_by(keys.column_names).aggregate([]).num_rows == full.num_rows, name


def test_the_same_seed_makes_the_same_city_and_another_seed_another():
    first, again, other = (every_table(build(seed, 7, 12)[0]) for seed in (1, 1, 2))
    for name in first:
        assert digest_of(conform(name, first[name], source_id="s")) == digest_of(
            conform(name, again[name], source_id="s")
        )
    assert digest_of(conform("post", first["post"], source_id="s")) != digest_of(
        conform("post", other["post"], source_id="s")
    )


def test_people_of_groups_wards_and_districts_add_up_to_the_truth(city):
    sources, truth = city
    population = sources["sim-land"]["population"].to_pylist()
    total = [r["n"] for r in population if r["unit_id"] == "S" and r["group_id"] == "total"]
    groups = [r["n"] for r in population if r["unit_id"] == "S" and r["group_id"] != "total"]
    wards = [r["n"] for r in population if len(r["unit_id"]) == 4 and r["group_id"] == "total"]
    assert total == [sum(groups)] == [sum(wards)] == [truth["people"]]


def test_cell_shares_of_a_zone_sum_to_one(city):
    shares = city[0]["sim-land"]["cell"].group_by("zone_id").aggregate([("share", "sum")])
    assert all(abs(total - 1) < 1e-6 for total in shares.column("share_sum").to_pylist())


def test_the_flood_wave_passes_the_gates_from_the_hills_to_the_sea(city):
    lags = city[1]["flood"]["lag_hours"]
    assert lags == sorted(lags)
    assert lags[0] == 0
    assert lags[-1] > 2


def test_reports_burst_before_the_official_marking(city):
    assert city[1]["voices"]["burst_starts"] < city[1]["official_marking_starts"]


def test_every_injected_fault_is_in_the_rows(city):
    sources, truth = city
    observation = sources["sim-sensors"]["observation"]
    assert truth["faults"]
    for fault in truth["faults"]:
        mine = observation.filter(pc.equal(observation.column("datastream_id"), fault["datastream_id"]))
        at = mine.column("ts").cast(pa.string())
        low, high = fault["start"].replace("T", " ")[:19], fault["end"].replace("T", " ")[:19]
        inside = mine.filter(
            pc.and_(pc.greater_equal(at, low), pc.less_equal(pc.utf8_slice_codeunits(at, 0, 19), high))
        )
        expected = 0 if fault["kind"] == "gap" else fault["values"]
        assert inside.num_rows == expected, fault


def test_one_thing_has_no_known_place_and_is_kept(city):
    assert city[0]["sim-sensors"]["thing"].column("lon").null_count == 1


def test_it_is_kept_as_simulated_can_be_made_again_and_spares_real_cities(tmp_path, monkeypatch):
    monkeypatch.setenv("NAGARA_HOME", str(tmp_path))
    lake = Lake(tmp_path / "lake")
    made = simulate(lake, "demo", seed=1, days=7, sensors=10)
    snapshot = lake.city("demo").newest()
    assert set(snapshot.table("source").column("nature").to_pylist()) == {"simulated"}
    assert json.loads(made.truth_path.read_text())["people"] == made.truth["people"]
    again = simulate(lake, "demo", seed=1, days=7, sensors=10)
    assert (
        lake.city("demo").newest().rows("observation")
        == again.rows["observation"]
        == made.rows["observation"]
    )
    row = {"city_id": "real", "name": "Real", "country": "XX", "tz": "UTC", "epsg": 3857, "bbox": None}
    real = lake.create(row)
    source = {"source_id": "s", "kind": "places", "sha256": "x", "nature": "reported"}
    rows = pa.Table.from_pylist([source], schema=TABLES["source"].schema)
    real.commit(lambda draft: draft.replace("source", rows, source_id="s"))
    with pytest.raises(CityLabError, match="real data"):
        simulate(lake, "real", days=1, sensors=1)


@pytest.mark.parametrize(("days", "sensors"), [(1, 1), (2, 7), (40, 120)])
def test_small_and_large_cities_can_be_made(days, sensors):
    sources, truth = build(5, days, sensors)
    assert sources["sim-sensors"]["thing"].num_rows >= 7
    assert truth["days"] == days
