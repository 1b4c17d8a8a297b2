"""Results of a run as files, read back by other tools."""

import csv
import json

import pyarrow.parquet as pq
import pytest
import shapely

from nagara.citylab import runs
from nagara.citylab.findings import CityLabError
from nagara.citylab.lake import Lake
from nagara.citylab.lake.licences import Share, recognise
from nagara.citylab.result_files import write_results
from nagara.citylab.simulate import simulate


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    lake = Lake(tmp_path_factory.mktemp("lake"))
    simulate(lake, "harbour", seed=3, days=3, sensors=8)
    return lake.city("harbour")


def test_csv_has_every_result_and_the_names_of_units(city, tmp_path):
    made = runs.run(city, "points-by-zone")
    assert write_results(city, made, tmp_path / "out.csv") == made.rows.num_rows
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == made.rows.num_rows
    names = {z["zone_id"]: z["name"] for z in city.newest().table("zone").to_pylist()}
    zones = [r for r in rows if r["unit_kind"] == "zone"]
    assert zones and all(r["unit_name"] == names[r["unit_id"]] for r in zones)
    city_rows = {r["indicator"]: float(r["value"]) for r in rows if r["unit_kind"] == "city" and r["value"]}
    assert all(r["reason"] for r in rows if not r["value"])
    assert city_rows["things"] + city_rows["things_outside"] == city.newest().table("thing").num_rows


def test_parquet_carries_the_geometry_of_zones_and_cells(city, tmp_path):
    made = runs.run(city, "street-form")
    write_results(city, made, tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    told = json.loads(table.schema.metadata[b"geo"])
    assert told["version"] == "1.1.0" and told["primary_column"] == "geometry"
    assert table.schema.metadata[b"digest"].decode() == made.digest
    drawn = {row["unit_kind"]: row["geometry"] for row in table.to_pylist() if row["geometry"]}
    assert shapely.from_wkb(drawn["cell"]).area > 0
    assert all(row["geometry"] is None for row in table.to_pylist() if row["unit_kind"] == "city")


def test_what_may_not_be_passed_on_is_not_drawn(city, tmp_path):
    made = runs.run(city, "points-by-zone", {"kind": "stop"})
    write_results(city, made, tmp_path / "out.parquet")
    licences = {s["source_id"]: s["licence"] for s in city.newest().table("source").to_pylist()}
    of_zone = {z["zone_id"]: z["source_id"] for z in city.newest().table("zone").to_pylist()}
    for row in pq.read_table(tmp_path / "out.parquet").to_pylist():
        if row["unit_kind"] == "zone":
            free = recognise(licences[of_zone[row["unit_id"]]]).share is not Share.FORBIDDEN
            assert (row["geometry"] is not None) == free


def test_another_ending_is_refused_in_words(city, tmp_path):
    made = runs.run(city, "points-by-zone", {"kind": "stop"})
    with pytest.raises(CityLabError) as caught:
        write_results(city, made, tmp_path / "out.shp")
    assert ".csv or .parquet" in caught.value.mend
