"""The slice of places, on real files and on damaged ones."""

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
from nagara.citylab.privacy import scan
from nagara.citylab.sources import Options, places
from nagara.citylab.tables import TABLES, conform

ROOT = Path(__file__).resolve().parents[3]
BOX = (100.3, 13.4, 101.0, 14.0)


def read(path: Path, mapping: dict[str, Any], **known: Any) -> tuple[pa.Table, Findings]:
    findings = Findings()
    bbox = known.pop("bbox", BOX)
    options = Options("a", "Asia/Bangkok", 32647, "src", bbox=bbox, map=mapping, known=known)
    parts = [conform(n, t, source_id="src") for n, t in places.read([path], options, findings)]
    return pa.concat_tables(parts), findings


def mapping(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "examples" / f"{name}.toml").read_text("utf-8"))


def write(folder: Path, text: str, name: str = "p.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.fixture(scope="module")
def districts(data: Path) -> pa.Table:
    found = json.loads((data / "bangkok/districts/district.geojson").read_text("utf-8"))["features"]
    rows = [
        {
            "zone_id": str(f["properties"]["dcode"]),
            "level": 1,
            "name": f["properties"]["dname"],
            "geom_wkb": shapely.geometry.shape(f["geometry"]).wkb,
        }
        for f in found
    ]
    return pa.Table.from_pylist(rows, schema=TABLES["zone"].schema)


def test_every_health_facility_lies_in_the_district_that_it_names(data: Path, districts: pa.Table) -> None:
    path = data / "bangkok/poi/health_facilities.csv"
    table, findings = read(path, mapping("bangkok/maps/health_facilities"), zone=districts)
    (agrees,) = findings.of("zone-agrees")
    assert agrees.count == 5282
    assert not findings.has("zone-disagrees")
    (twice,) = findings.of("duplicate-row")
    assert table.num_rows + twice.count == 5282
    assert table["lon"].null_count == 0
    assert set(Counter(table["category"].to_pylist())) == {"clinic", "hospital", "pharmacy"}
    assert len(set(table["place_id"].to_pylist())) == table.num_rows


def test_shipped_words_alone_know_the_kinds_of_health_facilities(data: Path) -> None:
    table, findings = read(data / "bangkok/poi/health_facilities.csv", {"category": {"column": "type"}})
    assert not findings.has("category-unknown")
    assert set(table["category"].to_pylist()) == {"clinic", "hospital", "pharmacy"}


@pytest.mark.parametrize(
    ("file", "name", "rows", "category"),
    [
        ("market.csv", "markets", 873, "market"),
        ("public_park.csv", "park_places", 522, "park"),
        ("sportfield.csv", "sportfields", 597, "sports"),
    ],
)
def test_places_without_coordinates_are_kept_by_zone(
    data: Path, districts: pa.Table, file: str, name: str, rows: int, category: str
) -> None:
    table, findings = read(data / "bangkok/poi" / file, mapping(f"bangkok/maps/{name}"), zone=districts)
    assert table.num_rows == rows
    assert set(table["category"].to_pylist()) == {category}
    assert table["zone_id"].null_count == 0
    (nowhere,) = findings.of("no-coordinates")
    assert nowhere.count == rows


@pytest.mark.parametrize(("name", "rows"), [("pumps", 67), ("floodgates", 28)])
def test_a_postgis_dump_gives_places(data: Path, name: str, rows: int) -> None:
    path = data / f"jakarta/infrastructure_osm_sql/{name}.data.sql"
    table, _ = read(path, mapping(f"jakarta/maps/{name}"), bbox=(106.5, -6.5, 107.1, -5.9))
    assert table.num_rows == rows
    assert table["lon"].null_count == 0
    assert json.loads(table["attributes"][0].as_py())["tags"]["instance_region_code"] == "jbd"


MAP = {"category": {"value": "school"}, "columns": {"id": "id", "name": "name"}}


@pytest.mark.parametrize(
    ("text", "rule", "rows"),
    [
        ("id,name,lon,lat\n1,A,100.5,13.7\n1,A,100.5,13.7\n", "duplicate-row", 1),
        ("id,name,lon,lat\n1,A,100.5,13.7\n1,B,100.6,13.7\n", "duplicate-id", 2),
        ("id,name,lon,lat\n1,A,100.5,13.7\n2,a,100.5001,13.7\n", "near-duplicate", 2),
        ("id,name,lon,lat\n1,A,13.7,100.5\n", "coordinates-swapped", 1),
        ("id,name,lon,lat\n1,A,0,0\n", "zero-coordinates", 1),
        ("id,name,lon,lat\n1,A,100.5,\n", "half-coordinates", 1),
        ("id,name,lon,lat\n1,A,100.5,x13\n", "not-a-number", 1),
        ("id,name,lon,lat\n1,A,100.5,-13.7\n", "outside-city", 1),
        ("id,name,lon,lat\n1,A,100.5,95\n2,B,100.5,13\n", "coordinates-outside-globe", 2),
        ("id,name,lon,lat\n1,A,,\n", "no-coordinates", 1),
        ("id,name,lon,lat,capacity\n1,A,100.5,13.7,-4\n", "negative-capacity", 1),
        ("id,name,lon,lat,capacity\n1,A,100.5,13.7,many\n", "not-a-number", 1),
        ("id,name,lon,lat,z\n1,A,100.5,13.7,Nowhere\n", "zones-unknown", 1),
    ],
)
def test_odd_rows_are_found_and_kept(tmp_path: Path, text: str, rule: str, rows: int) -> None:
    columns = {**MAP["columns"], **({"zone": "z"} if ",z\n" in text else {})}
    table, findings = read(write(tmp_path, text), {**MAP, "columns": columns})
    assert findings.has(rule), findings.as_dicts()
    assert table.num_rows == rows
    assert all(f.row and f.file == "p.csv" for f in findings.of(rule))


def test_swapped_coordinates_are_put_right(tmp_path: Path) -> None:
    table, _ = read(write(tmp_path, "id,name,lon,lat\n1,A,13.7,100.5\n2,B,100.5,13.7\n"), MAP)
    assert table["lon"].to_pylist() == [100.5, 100.5]
    assert table["lat"].to_pylist() == [13.7, 13.7]


@pytest.mark.parametrize(
    ("text", "changes", "rule"),
    [
        ("id,name,lon,lat\n1,A,100.5,13.7\n", {"category": {}}, "no-category"),
        ("id,name,lon,lat\n1,A,100.5,13.7\n", {"category": {"value": "shcool"}}, "unknown-category"),
        ("id,name,lon,lat\n1,A,665432.1,1517234.9\n", {}, "no-crs"),
        ('id,name,p\n1,A,"13.7, 100.5"\n', {"columns": {"point": "p"}}, "which-axis"),
        ("id,name,lon,lat\n1,A,100.5,13.7\n", {"columns": {"lon": "x", "lat": "lat"}}, "missing-column"),
        ("id,name,lon,lat\n1,A,100.5,13.7\n", {"columns": {"lon": "lon"}}, "half-mapped"),
        ("id,name,lon,lat\n1,A,100.5,13.7\n", {"read": {"crs": "EPSG:0"}}, "unknown-crs"),
        ("", {}, ""),
    ],
)
def test_what_is_not_said_is_asked(tmp_path: Path, text: str, changes: dict[str, Any], rule: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(write(tmp_path, text), {**MAP, **changes})
    assert caught.value.mend or not rule
    assert not rule or caught.value.findings.has(rule)


def test_metric_coordinates_are_brought_to_degrees(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name,x,y\n1,A,500000,0\n")
    table, _ = read(path, {**MAP, "read": {"crs": "EPSG:32647"}})
    assert table["lon"][0].as_py() == pytest.approx(99)  # central meridian of zone 47
    assert table["lat"][0].as_py() == pytest.approx(0)


def test_one_column_may_hold_both_coordinates(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,name,p\n1,A,"13.7, 100.5"\n2,B,nowhere\n')
    table, _ = read(path, {**MAP, "columns": {"point": "p"}, "read": {"axes": "lat lon"}})
    assert table.select(["lon", "lat"]).to_pylist() == [
        {"lon": 100.5, "lat": 13.7},
        {"lon": None, "lat": None},
    ]


def test_degrees_minutes_and_seconds_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, "id;name;lon;lat\n1;A;100°30'00\";6°12'36\"S\n")
    table, _ = read(path, MAP, bbox=None)
    assert table["lat"][0].as_py() == pytest.approx(-6.21)
    assert table["lon"][0].as_py() == pytest.approx(100.5)


def test_tags_in_columns_tell_the_category(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name,lon,lat,amenity,shop\n1,A,100.5,13.7,pharmacy,\n2,B,100.5,13.7,,bakery\n")
    table, _ = read(path, {})
    assert table["category"].to_pylist() == ["pharmacy", "grocery"]
    assert table["subcategory"].to_pylist() == ["amenity=pharmacy", "shop=bakery"]


def test_a_polygon_is_kept_by_a_point_inside(tmp_path: Path) -> None:
    ring = [[100.5, 13.7], [100.51, 13.7], [100.51, 13.71], [100.5, 13.7]]
    feature = {
        "type": "Feature",
        "properties": {"id": "1", "name": "A"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path = write(tmp_path, json.dumps({"type": "FeatureCollection", "features": [feature]}), "p.geojson")
    table, findings = read(path, MAP)
    assert findings.has("point-inside")
    assert shapely.geometry.Polygon(ring).contains(
        shapely.Point(table["lon"][0].as_py(), table["lat"][0].as_py())
    )


def test_a_place_in_another_zone_than_it_names_is_found(tmp_path: Path) -> None:
    rows = [
        {"zone_id": z, "level": 1, "name": n, "geom_wkb": shapely.box(100 + i, 13, 101 + i, 14).wkb}
        for i, (z, n) in enumerate([("01", "Nuea"), ("02", "Tai")])
    ]
    zones = pa.Table.from_pylist(rows, schema=TABLES["zone"].schema)
    path = write(tmp_path, "id,name,lon,lat,z\n1,A,100.5,13.7,01\n2,B,100.5,13.7,Tai\n3,C,100.5,13.7,Tay\n")
    table, findings = read(path, {**MAP, "columns": {**MAP["columns"], "zone": "z"}}, zone=zones)
    assert table["zone_id"].to_pylist() == ["01", "02", None]
    (differs,) = findings.of("zone-disagrees")
    assert (differs.row, differs.count) == (3, 1)
    assert findings.has("zone-not-found")


def test_the_same_file_gives_the_same_ids(tmp_path: Path) -> None:
    path = write(tmp_path, "name,lon,lat\nA,100.5,13.7\nB,100.5,13.7\n")
    said = {"category": {"value": "park"}}
    assert read(path, said)[0].equals(read(path, said)[0])


def test_attributes_keep_the_other_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name,lon,lat,area,owner\n1,A,100.5,13.7,12,x\n")
    table, _ = read(path, {**MAP, "attributes": {"drop": ["owner"]}})
    assert json.loads(table["attributes"][0].as_py()) == {"area": "12"}


def test_sniffing_knows_places_from_other_tables(data: Path) -> None:
    assert places.sniff(data / "bangkok/poi/health_facilities.csv").confidence > 0.5
    assert places.sniff(data / "jakarta/sensors_water/tma_2020.csv").confidence < 0.5
    assert places.sniff(data / "bangkok/poi/market.csv").confidence == 0
    assert places.sniff(data / "nowhere.csv").confidence == 0


def test_a_survey_of_people_does_not_pass_as_places(tmp_path: Path) -> None:
    rows = "".join(
        f"{i},{('Siti Aminah', 'Budi Santoso', 'Dewi Lestari')[i % 3]},100.5,13.7,0812345678{i},{20 + i},f,yes\n"
        for i in range(10, 40)
    )
    path = write(tmp_path, "id,name,lon,lat,phone,age,sex,diabetes\n" + rows)
    table, _ = read(path, {"category": {"value": "clinic"}})
    assert {f.rule for f in scan("place", table)} == {"personal-names-with-phones", "personal-health"}
