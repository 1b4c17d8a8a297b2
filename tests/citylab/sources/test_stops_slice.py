"""The slice of stops, on real layers."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import shapely.geometry

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import Options, stops
from nagara.citylab.tables import TABLES, conform
from nagara.citylab.zones import points_in_zones

ROOT = Path(__file__).resolve().parents[3]


def read(path: Path, said: dict[str, Any] | str) -> tuple[pa.Table, Findings]:
    findings = Findings()
    if isinstance(said, str):
        said = tomllib.loads((ROOT / "examples" / f"{said}.toml").read_text("utf-8"))
    options = Options("a", "Asia/Bangkok", 32647, "src", map=said)
    parts = [conform(n, t, source_id="src") for n, t in stops.read([path], options, findings)]
    return pa.concat_tables(parts), findings


def zones(path: Path, key: str) -> pa.Table:
    found = json.loads(path.read_text("utf-8"))["features"]
    rows = [
        {
            "zone_id": str(f["properties"][key]),
            "level": 1,
            "geom_wkb": shapely.geometry.shape(f["geometry"]).wkb,
        }
        for f in found
    ]
    return pa.Table.from_pylist(rows, schema=TABLES["zone"].schema)


def test_namtang_stops_by_mode_and_inside_the_city(data: Path) -> None:
    table, _ = read(data / "bangkok/transit_json/namtang_stops.json", "bangkok/maps/namtang_stops")
    assert Counter(table["mode"].to_pylist()) == {"bus": 8128, "commuter_train": 183, "boat": 163, "brt": 13}
    assert set(table["feed_id"].to_pylist()) == {"src"}
    districts = zones(data / "bangkok/districts/district.geojson", "dcode")
    inside = points_in_zones(table["lon"], table["lat"], districts)
    assert len(inside) - inside.null_count == 5303


def test_singapore_bus_stops_by_planning_area(data: Path, shared: Path) -> None:
    table, _ = read(data / "singapore/bus/stops.min.geojson", "singapore/maps/bus_stops")
    expected = json.loads((shared / "data/_expected/spatial_oracle_geopandas.json").read_text())[
        "sg_busstops_pa"
    ]
    assert table.num_rows == expected["n"] == 5200
    found = points_in_zones(
        table["lon"], table["lat"], zones(data / "singapore/districts/2-planning-area.geojson", "name")
    )
    counts = Counter(z for z in found.to_pylist() if z)
    assert counts.total() == expected["inside"]
    assert dict(counts.most_common(5)) == expected["top5"]
    assert "01012" in table["stop_id"].to_pylist()


def test_rail_stations(data: Path) -> None:
    table, _ = read(data / "bangkok/transit_json/stations.json", "bangkok/maps/rail_stations")
    assert table.num_rows == 194
    assert set(table["mode"].to_pylist()) == {"rail"}


def test_stations_without_coordinates_are_kept(data: Path) -> None:
    table, findings = read(data / "jakarta/gtfs_krl_2025_broken/StasiunKRL.csv", "jakarta/maps/krl_stations")
    assert table.num_rows == 109
    assert table["lon"].null_count == 109
    (nowhere,) = findings.of("no-coordinates")
    assert nowhere.count == 109


def test_modes_may_be_renamed(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("stop_id,stop_name,lon,lat,type\n01,A,100,13,ferry\n02,B,100,13,tram\n,C,100,13,\n")
    table, _ = read(path, {"mode": {"values": {"ferry": "boat"}}})
    assert table["mode"].to_pylist() == ["boat", "tram", None]
    assert table["stop_id"].to_pylist()[:2] == ["01", "02"]
    assert table["stop_id"][2].as_py().startswith("~")


def test_location_types_beyond_the_standard_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("stop_id,stop_name,lon,lat,lt,up\n1,A,100,13,1,\n2,B,100,13,9,1\n3,C,100,13,x,1\n")
    table, findings = read(path, {"columns": {"location_type": "lt", "parent": "up"}})
    assert table["location_type"].to_pylist() == [1, None, None]
    assert table["parent_id"].to_pylist() == [None, "1", "1"]
    assert findings.of("location-type-unknown")[0].row == 3
    assert findings.has("not-a-number")


def test_a_stop_that_stands_twice_is_counted_once(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("stop_id,stop_name,lon,lat\n1,A,100,13\n1,A,100,13\n1,B,100,13.1\n2,A,100,13\n")
    table, findings = read(path, {})
    assert table["stop_id"].to_pylist() == ["1", "1#2", "2"]
    assert findings.of("duplicate-row")[0].row == 3
    assert findings.of("duplicate-id")[0].row == 4
    assert findings.of("near-duplicate")[0].row == 5


def test_a_column_that_is_not_there_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(Refusal):
        read(path, {"columns": {"name": "nom"}})


def test_sniffing_knows_stop_layers(data: Path) -> None:
    assert stops.sniff(data / "bangkok/transit_json/namtang_stops.json").confidence >= 0.6
    assert stops.sniff(data / "singapore/bus/stops.min.geojson").confidence >= 0.6
    assert stops.sniff(data / "jakarta/gtfs_krl_2025_broken/StasiunKRL.csv").confidence >= 0.6
    assert stops.sniff(data / "jakarta/gtfs_transjakarta_2025/stops.txt").confidence == 0
    assert stops.sniff(data / "singapore/sensors_met/stations_compiled.csv").confidence < 0.7
    assert stops.sniff(data / "bangkok/poi/market.csv").confidence == 0
