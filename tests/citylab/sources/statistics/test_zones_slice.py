"""The zones slice: levels, parents, ids, flags, lists without shapes; and the real maps with outside figures."""

import json

import pyarrow.compute as pc
import pytest
import shapely

from citylab.sources.statistics.taking import geojson, neighbourhoods, square, take
from nagara.citylab.findings import Refusal
from nagara.citylab.zones import points_in_zones

LEVELS = [
    {"name": "town", "id": ["town"], "name_column": "town", "prefix": "t "},
    {"name": "block", "id": ["town", "block"], "name_column": "block"},
]
BLOCKS = [
    ({"town": "A", "block": "1", "flag": "YES", "note": "n"}, square(0)),
    ({"town": "A", "block": "2", "flag": "NO"}, square(1)),
    ({"town": "B", "block": "1", "flag": "0"}, square(2)),
    ({"town": "B", "block": "2", "flag": ""}, square(3)),
]


def test_larger_zones_are_the_unions_of_the_smallest_and_their_parents(tmp_path):
    got, findings = take(geojson(tmp_path / "a.geojson", BLOCKS), {"level": LEVELS})
    rows = {row["zone_id"]: row for row in got["zone"].to_pylist()}
    assert set(rows) == {"t A", "t B", "A/1", "A/2", "B/1", "B/2"}
    assert [rows[z]["level"] for z in ("t A", "A/1")] == [1, 2]
    assert (rows["A/2"]["parent_id"], rows["A/2"]["level_name"]) == ("t A", "block")
    union = shapely.from_wkb(rows["t A"]["geom_wkb"])
    assert union.equals(shapely.union_all([square(0), square(1)]))
    assert rows["t A"]["area_km2"] == pytest.approx(rows["A/1"]["area_km2"] + rows["A/2"]["area_km2"])
    assert json.loads(rows["A/1"]["attributes"]) == {"flag": "YES", "note": "n"}
    assert rows["t A"]["attributes"] is None and findings.counts()["refuse"] == 0
    shares = got["cell"].group_by("zone_id").aggregate([("share", "sum")])
    assert shares.num_rows == 6 and pc.min(shares.column("share_sum")).as_py() == pytest.approx(1)


def test_codes_are_checked_and_kept_as_zone_values(tmp_path):
    mapping = {
        "level": LEVELS,
        "codes": {"flag": {"YES": "prone", "NO": "not"}},
        "property": {"prone": {"column": "flag", "codes": {"YES": 1, "NO": 0}, "date": "2013-01-01"}},
    }
    got, findings = take(geojson(tmp_path / "a.geojson", BLOCKS), mapping)
    values = [(r["zone_id"], r["value"], r["text"], r["quality"]) for r in got["zone_value"].to_pylist()]
    assert values == [
        ("A/1", 1, "YES", 1),
        ("A/2", 0, "NO", 1),
        ("B/1", None, "0", 3),
        ("B/2", None, None, 9),
    ]
    assert got["zone_value"].to_pylist()[0]["ts"].isoformat().startswith("2013-01-01")
    assert "'0' 1 times" in findings.of("unknown-code")[0].message and findings.of("blank-code")[0].row == 5


def test_ids_shared_by_two_levels_are_asked_about(tmp_path):
    rows = [({"town": "A", "block": "A"}, square(0))]
    levels = [{"name": "town", "id": "town"}, {"name": "block", "id": "block"}]
    with pytest.raises(Refusal, match="town and block have the same id, such as 'A'"):
        take(geojson(tmp_path / "a.geojson", rows), {"level": levels})


def test_rows_of_one_id_are_joined_numbered_or_set_aside(tmp_path):
    rows = [
        ({"id": "1", "name": "x"}, square(0)),
        ({"id": "1", "name": "x"}, square(2)),
        ({"id": "1", "name": "y"}, square(3)),
        ({"id": "1", "name": "x"}, square(0)),
    ]
    path = geojson(tmp_path / "a.geojson", rows)
    columns = {"id": "id", "name": "name"}
    got, findings = take(path, {"columns": columns})
    (zone,) = got["zone"].to_pylist()
    assert shapely.from_wkb(zone["geom_wkb"]).equals(shapely.union_all([square(0), square(2)]))
    assert findings.has("joined-parts") and findings.has("duplicate-row") and findings.has("duplicate-id")
    assert [r.row for r in findings.rejected] == [4]
    got, findings = take(path, {"columns": columns, "zones": {"repeated_id": "number"}})
    assert got["zone"].column("zone_id").to_pylist() == ["1", "1 (2)", "1 (3)"]
    assert findings.of("repeated-id")[0].count == 2


def test_rows_without_id_are_set_aside_and_shapes_that_are_missing_are_not(tmp_path):
    rows = [({"id": None, "name": "x"}, square(0)), ({"id": "2", "name": "y"}, None)]
    got, findings = take(geojson(tmp_path / "a.geojson", rows), {"columns": {"id": "id", "name": "name"}})
    (zone,) = got["zone"].to_pylist()
    assert (zone["zone_id"], zone["geom_wkb"], zone["area_km2"]) == ("2", None, None)
    assert findings.of("no-id")[0].row == 2 and findings.has("no-geometry")


def test_a_file_without_a_mapping_is_taken_by_plain_names_or_asked_about(tmp_path):
    got, findings = take(geojson(tmp_path / "a.geojson", [({"CODE": "1", "Name": "x"}, square(0))]))
    assert got["zone"].to_pylist()[0]["name"] == "x" and findings.has("columns-by-name")
    with pytest.raises(Refusal, match="which column is the id, which the name") as caught:
        take(geojson(tmp_path / "b.geojson", [({"DNAME": "x"}, square(0))]))
    assert "DNAME" in caught.value.what and "[columns]" in caught.value.mend


def test_columns_that_are_not_there_are_named_with_those_that_are(tmp_path):
    path = geojson(tmp_path / "a.geojson", [({"code": "1"}, square(0))])
    with pytest.raises(Refusal, match="no column 'kode'; the file has code"):
        take(path, {"columns": {"id": "kode"}})


def test_overlaps_gaps_and_namesakes_are_told_and_left_as_they_are(tmp_path):
    ring = shapely.box(101, 3, 101.3, 3.3).difference(shapely.box(101.1, 3.1, 101.2, 3.2))
    rows = [({"id": "1", "name": "Kota  Baru"}, ring), ({"id": "2", "name": "KOTA BARU"}, square(2, 2, 0.1))]
    got, findings = take(geojson(tmp_path / "a.geojson", rows), {"columns": {"id": "id", "name": "name"}})
    assert got["zone"].num_rows == 2
    assert "'1' and '2'" in findings.of("overlap")[0].example
    assert findings.of("gaps")[0].count == 1 and findings.has("same-name")


def test_parents_are_found_by_place_and_unknown_ones_are_told(tmp_path):
    big, _ = take(
        geojson(
            tmp_path / "big.geojson",
            [({"id": "W", "name": "w"}, square(0, 0, 0.2)), ({"id": "E", "name": "e"}, square(1, 0, 0.2))],
        ),
        {"columns": {"id": "id", "name": "name"}, "zones": {"level": 1, "level_name": "region"}},
    )
    small = geojson(
        tmp_path / "small.geojson",
        [({"id": "a", "p": "W"}, square(0)), ({"id": "b", "p": "?"}, square(3)), ({"id": "c"}, square(9))],
    )
    by_place = {"columns": {"id": "id"}, "zones": {"parent_from": "geometry", "parent_level": "region"}}
    got, findings = take(small, by_place, known=big)
    assert [(r["zone_id"], r["parent_id"], r["level"]) for r in got["zone"].to_pylist()] == [
        ("a", "W", 2),
        ("b", "E", 2),
        ("c", None, 2),
    ]
    assert findings.has("no-parent")
    _, findings = take(small, {"columns": {"id": "id", "parent": "p"}, "zones": {"level": 2}}, known=big)
    assert findings.of("unknown-parent")[0].example == "?"
    _, findings = take(tmp_path / "big.geojson", {"columns": {"id": "id", "name": "name"}}, known=big)
    assert findings.of("id-taken")[0].count == 2


# Real maps, with figures that others computed


def test_all_levels_of_a_city_from_one_shapefile(data, shared):
    facts = json.loads((shared / "data/_expected/facts.json").read_text())["jakarta_rw"]
    oracle = json.loads((shared / "data/_expected/spatial_oracle_geopandas.json").read_text())
    got, findings = neighbourhoods(data)
    zone = got["zone"]
    counts = {
        r["level"]: r["zone_id_count"]
        for r in zone.group_by("level").aggregate([("zone_id", "count")]).to_pylist()
    }
    assert counts == {1: 5, 2: facts["kec"], 3: facts["kel"], 4: facts["polygons"]}
    assert findings.of("invalid-geometry")[0].count == facts["invalid"]
    texts = got["zone_value"].group_by("text").aggregate([("zone_id", "count")]).to_pylist()
    assert {r["text"] or "(blank)": r["zone_id_count"] for r in texts} == facts["floodprone"]
    assert (findings.of("blank-code")[0].count, findings.of("unknown-code")[0].count) == (146, 13)
    shares = got["cell"].group_by("zone_id").aggregate([("share", "sum")]).column("share_sum")
    assert len(shares) == zone.num_rows and pc.min(shares).as_py() > 1 - 1e-9

    reports = []
    for path in sorted((data / "jakarta/citizen_reports_2017").rglob("*.geojson")):
        reports += json.loads(path.read_text("utf-8"))["features"]
    want = oracle["jakarta_reports_rw"]
    if len(reports) == want["n"]:
        lon, lat = zip(*[f["geometry"]["coordinates"][:2] for f in reports], strict=True)
        inside = points_in_zones(lon, lat, zone, level=1)
        by_kota = pc.value_counts(inside.drop_null()).to_pylist()
        assert {c["values"]: c["counts"] for c in by_kota} == want["by_kab"]


def test_the_stops_of_a_city_lie_where_another_library_finds_them(data, shared):
    import csv

    want = json.loads((shared / "data/_expected/spatial_oracle_geopandas.json").read_text())[
        "jakarta_stops_rw"
    ]
    zone = neighbourhoods(data)[0]["zone"]
    with (data / "jakarta/gtfs_transjakarta_2025/stops.txt").open(encoding="utf-8-sig") as stream:
        stops = list(csv.DictReader(stream))
    got = points_in_zones(
        [float(s["stop_lon"]) for s in stops], [float(s["stop_lat"]) for s in stops], zone, level=1
    )
    counted = {c["values"] or "nan": c["counts"] for c in pc.value_counts(got).to_pylist()}
    assert len(stops) == want["n"]
    for name, count in want["by_kab"].items():
        assert counted[name] == pytest.approx(count, abs=1)


def test_districts_measure_what_another_library_measured(data, shared):
    want = json.loads((shared / "data/_expected/spatial_oracle_geopandas.json").read_text())
    got, _ = take(data / "bangkok/districts/district.geojson", "bangkok/maps/districts.toml")
    assert got["zone"].num_rows == 50
    assert pc.sum(got["zone"].column("area_km2")).as_py() == pytest.approx(
        want["bangkok_density"]["area_km2"], abs=0.01
    )
    path = data / "singapore/districts/2-planning-area.geojson"
    areas, _ = take(path, "singapore/maps/planning_areas.toml", epsg=3414)
    assert areas["zone"].num_rows == 55
    assert pc.sum(areas["zone"].column("area_km2")).as_py() == pytest.approx(
        want["sg_busstops_pa"]["area_km2"], abs=0.01
    )


def test_lists_without_shapes_keep_codes_with_leading_zeros_and_both_names(data):
    got, findings = take(data / "cambodia_admin/CambodiaCommuneList2025.csv", "cambodia/maps/communes.toml")
    first = got["zone"].to_pylist()[0]
    assert (first["zone_id"], first["parent_id"], first["name"]) == ("010201", "0102", "Banteay Neang")
    assert first["name_local"] == "បន្ទាយនាង" and first["geom_wkb"] is None and "cell" not in got
    assert findings.counts()["refuse"] == 0
    got, _ = take(data / "thailand_admin/districts.json", "thailand/maps/districts.toml")
    assert got["zone"].num_rows == 928 and got["zone"].to_pylist()[0]["parent_id"] == "10"


def test_a_zone_of_the_whole_stands_above_all_others(tmp_path):
    whole = {"id": "SG", "name": "Singapore", "level_name": "country"}
    mapping = {"columns": {"id": "block", "name": "block"}, "zones": {"level": 1, "whole": whole}}
    rows = [({"block": "1"}, square(0)), ({"block": "2"}, square(1))]
    got, _ = take(geojson(tmp_path / "a.geojson", rows), mapping)
    found = {row["zone_id"]: row for row in got["zone"].to_pylist()}
    assert (found["SG"]["level"], found["SG"]["level_name"], found["SG"]["name"]) == (
        1,
        "country",
        "Singapore",
    )
    assert found["SG"]["parent_id"] is None
    assert (found["1"]["level"], found["1"]["parent_id"], found["2"]["parent_id"]) == (2, "SG", "SG")
    assert shapely.from_wkb(found["SG"]["geom_wkb"]).equals(shapely.union_all([square(0), square(1)]))


def test_a_zone_of_the_whole_without_an_id_is_asked_about(tmp_path):
    mapping = {"columns": {"id": "block", "name": "block"}, "zones": {"whole": {"name": "Singapore"}}}
    with pytest.raises(Refusal, match="no id"):
        take(geojson(tmp_path / "a.geojson", [({"block": "1"}, square(0))]), mapping)
