"""The zone_values slice: wide, long, by place, times from columns and names; and the real tables."""

import json
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import shapely

from citylab.sources.statistics.taking import geojson, neighbourhoods, square, take
from nagara.citylab.findings import Refusal
from nagara.citylab.sources import zone_values
from nagara.citylab.sources.zone_values.plan import slug

GRID = {"columns": {"id": "id"}, "zones": {"level": 1, "level_name": "block"}}


def grid(tmp_path, n=3):
    path = geojson(tmp_path / "zones.geojson", [({"id": f"z{i}"}, square(i)) for i in range(n)])
    return take(path, GRID)[0]


def values(tmp_path, text, mapping, known=None, name="a.csv"):
    (tmp_path / name).write_text(text, "utf-8")
    got, findings = take(tmp_path / name, mapping, slice_=zone_values, known=known)
    rows = [
        (r["zone_id"], r["ts"], r["property"], r["value"], r["quality"])
        for r in got["zone_value"].to_pylist()
    ]
    return rows, findings


def test_properties_side_by_side_with_units_and_codes(tmp_path):
    text = "zone,rate,risk\nz0,7.5,low\nz1,,high\nz2,x,?\n"
    mapping = {
        "columns": {"zone": "zone"},
        "property": {"rate": {"unit": "%"}, "risk": {"codes": {"low": 1, "high": 2}}},
    }
    rows, findings = values(tmp_path, text, mapping, grid(tmp_path))
    assert rows == [
        ("z0", None, "rate", 7.5, 1),
        ("z1", None, "rate", None, 9),
        ("z2", None, "rate", None, 3),
        ("z0", None, "risk", 1.0, 1),
        ("z1", None, "risk", 2.0, 1),
        ("z2", None, "risk", None, 3),
    ]
    assert findings.has("not-a-number") and findings.of("unknown-code")[0].example == "?"


def test_one_property_a_row_split_by_sex_with_weeks(tmp_path):
    text = "week,what,sex,n\n2012-W01,Dengue Fever,male,3\n2012-W01,Dengue Fever,female,4\n2012-W99,Dengue Fever,male,1\n"
    mapping = {
        "zone": {"zone_id": "z0"},
        "time": {"column": "week", "format": "iso_week", "tz": "Asia/Singapore"},
        "long": {"property": "what", "value": "n", "unit": "{case}", "by": ["sex"]},
    }
    rows, findings = values(tmp_path, text, mapping)
    monday = datetime(2012, 1, 1, 16, tzinfo=UTC)
    assert [(r[1], r[2], r[3]) for r in rows] == [
        (monday, "dengue_fever:male", 3.0),
        (monday, "dengue_fever:female", 4.0),
    ]
    assert findings.of("bad-time")[0].row == 4 and findings.rejected[0].row == 4


def test_epidemiological_weeks_begin_on_sunday_and_a_year_may_have_53(tmp_path):
    mapping = {
        "zone": {"zone_id": "z0"},
        "time": {"column": "week", "format": "epi_week", "tz": "UTC"},
        "property": {"n": {"unit": "{case}"}},
    }
    rows, findings = values(tmp_path, "week,n\n2014-W53,1\n2015-W01,2\n2015-W53,3\n", mapping)
    assert [r[1].date().isoformat() for r in rows] == ["2014-12-28", "2015-01-04"]
    assert findings.of("bad-time")[0].example == "2015-W53"


def test_what_is_not_said_is_asked(tmp_path):
    text = "zone,year,v\nz0,2566,1\n"
    base = {"columns": {"zone": "zone"}, "property": {"v": {"unit": "%"}}}
    for more, match in (
        ({"property": {}}, "which columns hold the values"),
        ({"property": {"v": {}}}, "no unit is given"),
        ({"property": {"v": {"unit": "parrots"}}}, "not known"),
        ({"property": {"w": {"unit": "%"}}}, "no column 'w'"),
        ({"time": {"year": "year"}}, "Buddhist"),
        ({"time": {"year": "year", "calendar": "buddhist"}}, "no zone"),
        ({"long": {"property": "zone", "value": "v"}}, "'z0' has no unit"),
        ({"columns": {}}, "which zone"),
        ({"zone": {"by": "geometry"}}, "no zones yet"),
    ):
        with pytest.raises(Refusal, match=match):
            values(tmp_path, text, base | more)
    said = base | {"time": {"year": "year", "calendar": "buddhist", "tz": "city"}}
    assert values(tmp_path, text, said)[0][0][1] == datetime(2022, 12, 31, 17, tzinfo=UTC)


def test_repeated_values_count_once_and_conflicting_ones_are_set_aside(tmp_path):
    mapping = {"columns": {"zone": "zone"}, "property": {"v": {"unit": "%"}}}
    rows, findings = values(tmp_path, "zone,v\nz0,1\nz0,1\nz0,2\nz9,5\n", mapping, grid(tmp_path))
    assert [(r[0], r[3]) for r in rows] == [("z0", 1.0)]
    assert (
        findings.has("duplicate-row")
        and findings.of("conflict")[0].row == 4
        and findings.of("no-zone")[0].row == 5
    )
    assert sorted(r.row for r in findings.rejected) == [4, 5]


def test_polygons_of_another_edition_find_their_zones_and_the_hour_stands_in_the_name(tmp_path):
    known = grid(tmp_path)
    wide = shapely.box(101.0, 3.0, 101.2, 3.1)  # two zones in one polygon
    part = shapely.box(101.2, 3.0, 101.26, 3.1)  # 60 % of a zone
    sliver = shapely.box(101.19, 3.0, 101.2, 3.1)  # a tenth of a zone, but wholly in it
    far = square(20)
    point = shapely.Point(101.05, 3.05)
    folder = tmp_path / "hours"
    folder.mkdir()
    geojson(
        folder / "flood_2017-02-21T13.geojson",
        [({"state": 2}, wide), ({"state": 3}, part), ({"state": 4}, sliver), ({"state": 1}, far)],
    )
    geojson(folder / "flood_2017-02-21T14.geojson", [({"state": 1}, point)])
    geojson(folder / "flood_2017-02-21T15.geojson", [])
    (folder / "about.xml").write_text("<x/>")
    mapping = {
        "zone": {"by": "geometry", "level": "block"},
        "time": {"from_filename": "flood_%Y-%m-%dT%H.geojson", "tz": "Asia/Jakarta"},
        "property": {"depth": {"column": "state", "unit": "1"}},
    }
    got, findings = take([folder], mapping, slice_=zone_values, known=known)
    rows = {(r["zone_id"], r["ts"].hour): r["value"] for r in got["zone_value"].to_pylist()}
    assert rows == {("z0", 6): 2, ("z1", 6): 2, ("z2", 6): 3, ("z0", 7): 1}
    assert findings.of("conflict")[0].row == 4  # the sliver says 4 where the wide polygon says 2
    assert findings.of("no-zone")[0].row == 5 and findings.has("several-zones")
    assert findings.has("left-out") and findings.has("no-features")
    with pytest.raises(Refusal, match="gives no time"):
        take(
            [folder],
            mapping | {"time": {"from_filename": "x_%H.geojson", "tz": "UTC"}},
            slice_=zone_values,
            known=known,
        )


def test_names_of_properties_keep_the_letters_of_every_script():
    assert (
        slug(" Hand, Foot & Mouth ") == "hand_foot_mouth"
        and slug("อัตรา ก") == "อัตรา_ก"
        and slug("--") == "value"
    )


def test_hourly_flood_maps_of_a_folder(data, shared):
    facts = json.loads((shared / "data/_expected/facts.json").read_text())["jakarta_floods"]
    zones, _ = neighbourhoods(data)
    got, findings = take(
        [data / "jakarta/flood_areas_hourly_2017"],
        "jakarta/maps/flood_areas.toml",
        slice_=zone_values,
        known=zones,
        epsg=32748,
    )
    hours = (
        got["zone_value"]
        .group_by("ts")
        .aggregate([("zone_id", "count")])
        .sort_by([("zone_id_count", "descending")])
    )
    assert hours.num_rows == facts["files"]
    top = hours.to_pylist()[0]
    assert top["ts"] == datetime(2017, 2, 21, 6, tzinfo=UTC)  # 13:00 local time
    assert facts["max_areas"][0] <= top["zone_id_count"] <= facts["max_areas"][0] * 1.05
    assert not findings.rejected and not findings.has("conflict")
    assert set(pc.unique(got["zone_value"].column("value")).to_pylist()) == {1.0, 2.0, 3.0, 4.0}


def test_real_statistics_by_district_year_and_week(data):
    zones, _ = take(data / "bangkok/districts/district.geojson", "bangkok/maps/districts.toml")
    folder = data / "bangkok/indicators"
    got, _ = take(
        folder / "traffic_death_rate_all_62_66.csv",
        "bangkok/maps/traffic_deaths.toml",
        slice_=zone_values,
        known=zones,
    )
    years = pc.unique(
        pc.year(pc.add(got["zone_value"].column("ts"), pa.scalar(86_400_000_000, pa.duration("us"))))
    )
    assert sorted(years.to_pylist()) == [2019, 2020, 2021, 2022, 2023] and got["zone_value"].num_rows == 250
    got, _ = take(
        folder / "smoke_rate_by_sex_66_68.csv",
        "bangkok/maps/smoke_rate_by_sex.toml",
        slice_=zone_values,
        known=zones,
    )
    lgbt = got["zone_value"].filter(pc.equal(got["zone_value"].column("property"), "smoking:lgbt"))
    assert lgbt.num_rows and set(lgbt.column("quality").to_pylist()) <= {1, 9}
    path = data / "singapore/health/weekly-infectious-disease-bulletin-cases.csv"
    got, findings = take(path, "singapore/maps/disease.toml", slice_=zone_values, tz="Asia/Singapore")
    assert got["zone_value"].num_rows == 20_070 and findings.counts()["refuse"] == 0
