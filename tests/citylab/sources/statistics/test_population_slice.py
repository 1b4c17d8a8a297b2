"""The population slice: groups, totals, names, what is lost; and the real tables."""

import json

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citylab.sources.statistics.taking import neighbourhoods, take
from nagara.citylab.findings import Refusal
from nagara.citylab.sources import population
from nagara.citylab.sources.population.groups import OLDEST, age_of, partition, parts, sex_of
from nagara.citylab.zones import proposals_text

ZONES = pa.table(
    {
        "zone_id": ["z1", "z2", "z3"],
        "level": pa.array([1, 1, 1], pa.int8()),
        "level_name": ["town"] * 3,
        "parent_id": pa.nulls(3, pa.string()),
        "name": ["Alpha", "Bale Kambang", "Empty"],
        "name_local": pa.nulls(3, pa.string()),
        "geom_wkb": pa.nulls(3, pa.binary()),
    }
)


def people(tmp_path, text, mapping, accept=None, zones=ZONES, name="a.csv"):
    (tmp_path / name).write_text(text, "utf-8")
    got, findings = take(tmp_path / name, mapping, slice_=population, known={"zone": zones}, accept=accept)
    rows = [
        (r["unit_id"], r["date"] and str(r["date"]), r["group_id"], r["n"])
        for r in got["population"].to_pylist()
    ]
    return rows, findings


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("0  -  4 Years", "0-4"),
        ("15 to 64 years", "15-64"),
        ("65 years and older", "65+"),
        ("90 Years & Over", "90+"),
        ("over 64", "65+"),
        ("> 64", "65+"),
        (">=65", "65+"),
        ("100+", "100+"),
        ("age_0_14", "0-14"),
        ("under 5", "0-4"),
        ("<1", "0"),
        ("7", "7"),
        ("Total", ""),
        ("", ""),
        ("2.5", None),
        ("young", None),
        ("64-15", None),
    ],
)
def test_ages_as_sources_write_them(text, age):
    assert age_of(text) == age


def test_sexes_in_the_words_of_the_region_and_of_the_mapping():
    assert [sex_of(w, {}) for w in ("Male", "perempuan", "ชาย", "", "Robot")] == ["m", "f", "m", "t", None]
    assert sex_of("Robot", {"Robot": "x"}) == "x"


@settings(deadline=None)
@given(st.lists(st.integers(1, 20), min_size=5, max_size=30), st.booleans())
def test_ages_in_a_row_add_up_and_with_one_left_out_they_do_not(widths, open_ended):
    groups, low = [], 0
    for width in widths:
        groups.append(f"t:{low}-{low + width - 1}" if width > 1 else f"t:{low}")
        low += width
    groups.append(f"t:{low}+" if open_ended or low <= 80 else f"t:{low}")
    assert set(partition(groups) or []) == set(groups)
    broken = [g for g in groups if g != groups[2]]
    assert partition(broken) is None
    assert all(parts(g)[2] <= OLDEST for g in groups)


def test_overlapping_groups_are_counted_once():
    groups = [f"t:{a}-{a + 4}" for a in range(0, 90, 5)] + ["t:90+", "t:65+", "t:70+"]
    assert partition(groups) == [f"t:{a}-{a + 4}" for a in range(0, 90, 5)] + ["t:90+"]
    assert partition(["f", "m", "f:0-14", "t:0-14"]) == ["f", "m"]
    assert partition(["m", "m:0-14"]) is None


def test_long_tables_by_sex_and_age_get_a_total(tmp_path):
    lines = [
        "zone,year,sex,age,n",
        *(f"z1,2020,{s},{a},{n}" for s, n in (("male", 1), ("female", 2)) for a in ("0-14", "15-64", "65+")),
    ]
    mapping = {"columns": {"zone": "zone", "year": "year", "sex": "sex", "age": "age", "n": "n"}}
    rows, findings = people(tmp_path, "\n".join(lines), mapping)
    assert len(rows) == 7 and rows[-1] == ("z1", "2020-01-01", "total", 9.0)
    assert findings.has("total-computed")


def test_wide_tables_by_groups_side_by_side(tmp_path):
    text = 'zone,all,men,women\nz1,"1,234",600,634\nz2,10,4,5\n'
    mapping = {
        "columns": {"zone": "zone"},
        "groups": {"total": "all", "m": "men", "f": "women"},
        "time": {"date": "2020-12-31"},
    }
    rows, findings = people(tmp_path, text, mapping)
    assert ("z1", "2020-12-31", "total", 1234.0) in rows and len(rows) == 6
    assert "9 and 10" in findings.of("total-differs")[0].example


def test_a_group_column_may_hold_ages_alone(tmp_path):
    rows, findings = people(
        tmp_path,
        "zone,band,n\nz1,0-14,3\nz1,15-64,4\n",
        {"columns": {"zone": "zone", "group": "band", "n": "n"}},
    )
    assert rows == [("z1", None, "t:0-14", 3.0), ("z1", None, "t:15-64", 4.0)]
    assert findings.has("no-total")


def test_units_that_match_no_zone_are_set_aside_whole_and_counted(tmp_path):
    text = "town,n\nAlpha,100\nBalekambang,20\nFar Island,3\n,4\n"
    mapping = {"columns": {"name": "town", "n": "n"}}
    rows, findings = people(tmp_path, text, mapping)
    assert rows == [("z1", None, "total", 100.0)]
    lost = findings.of("no-zone")[0]
    assert "3 units with 27 people" in lost.message and str(lost.severity) == "refuse"
    assert [(r.row, "Balekambang" in r.raw) for r in findings.rejected] == [(3, True), (4, False), (5, False)]
    assert [json.loads(r.raw) for r in findings.rejected] == [
        {"town": "Balekambang", "n": "20"},
        {"town": "Far Island", "n": "3"},
        {"n": "4"},
    ]
    assert findings.of("name-proposed")[0].count == 1
    assert '# "Balekambang" = "z2"' in proposals_text(findings)
    assert "Bale Kambang, Empty" in findings.of("zone-without-people")[0].message
    rows, findings = people(tmp_path, text, mapping, accept={"Balekambang": "z2"})
    assert ("z2", None, "total", 20.0) in rows
    assert findings.of("name-confirmed")[0].message.endswith("confirmed: Balekambang = Bale Kambang.")


def test_repeated_rows_count_once_and_conflicting_ones_are_set_aside(tmp_path):
    rows, findings = people(tmp_path, "zone,n\nz1,5\nz1,5\nz1,6\n", {"columns": {"zone": "zone", "n": "n"}})
    assert rows == [("z1", None, "total", 5.0)]
    assert findings.of("duplicate-row")[0].row == 3 and findings.of("conflict")[0].row == 4
    assert findings.rejected[0].row == 4


def test_numbers_that_cannot_be_people_are_set_aside(tmp_path):
    text = "zone,sex,n\nz1,m,-5\nz1,f,many\nz2,robot,3\nz2,m,\n"
    rows, findings = people(
        tmp_path, text + "z2,f,2\n", {"columns": {"zone": "zone", "sex": "sex", "n": "n"}}
    )
    assert rows == [("z2", None, "f", 2.0)]
    for rule in ("negative", "not-a-number", "unknown-group", "blank-number"):
        assert findings.has(rule)
    assert sorted(r.row for r in findings.rejected) == [2, 3, 4]


def test_what_the_mapping_does_not_say_is_asked(tmp_path):
    for mapping, match in (
        ({"columns": {"n": "n"}}, "which zone"),
        ({"columns": {"zone": "zone"}}, "which column holds the people"),
        ({"columns": {"zone": "zone", "n": "count"}}, "no column 'count'"),
        ({"columns": {"zone": "zone"}, "groups": {"boys": "n"}}, "'boys' is no group"),
    ):
        with pytest.raises(Refusal, match=match):
            people(tmp_path, "zone,n\nz1,1\n", mapping)
    with pytest.raises(Refusal, match="Buddhist"):
        people(tmp_path, "zone,y,n\nz1,2566,1\n", {"columns": {"zone": "zone", "year": "y", "n": "n"}})
    mapping = {"columns": {"zone": "zone", "year": "y", "n": "n"}, "time": {"calendar": "buddhist"}}
    assert people(tmp_path, "zone,y,n\nz1,2566,1\n", mapping)[0] == [("z1", "2023-01-01", "total", 1.0)]
    with pytest.raises(Refusal, match="no zones yet"):
        people(tmp_path, "t,n\nx,1\n", {"columns": {"name": "t", "n": "n"}}, zones=ZONES.slice(0, 0))


def test_ids_that_a_spreadsheet_made_numbers_are_mended(tmp_path):
    numbers = ZONES.set_column(0, "zone_id", pa.array(["1001", "1002", "0103"]))
    rows, findings = people(
        tmp_path, "zone,n\n1001.0,5\n", {"columns": {"zone": "zone", "n": "n"}}, zones=numbers
    )
    assert rows == [("1001", None, "total", 5.0)] and findings.has("name-normalised")


def total(got, day=None):
    rows = got["population"].filter(pc.equal(got["population"].column("group_id"), "total"))
    if day:
        rows = rows.filter(pc.equal(pc.cast(rows.column("date"), pa.string()), day))
    return rows.num_rows, pc.sum(rows.column("n")).as_py()


def test_spellings_to_confirm_and_islands_without_a_polygon(data, shared):
    facts = json.loads((shared / "data/_expected/facts.json").read_text())["jakarta_rw"]
    zones, _ = neighbourhoods(data)
    path = data / "jakarta/districts/jakarta_population_kelurahan_2024.csv"
    got, findings = take(path, "jakarta/maps/population.toml", slice_=population, known=zones)
    assert got["population"].num_rows == facts["kel_in_both"] == 244
    assert len(findings.rejected) == len(facts["pop_not_in_shp"]) == 23
    assert {p.zone_name for p in findings.proposals} == set(facts["shp_not_in_pop"]) - {"TMII"}
    assert {p.name for p in findings.proposals} | {
        n for n in facts["pop_not_in_shp"] if n.startswith("PULAU")
    } == set(facts["pop_not_in_shp"])
    accept = {p.key: p.zone_id for p in findings.proposals}
    got, findings = take(path, "jakarta/maps/population.toml", slice_=population, known=zones, accept=accept)
    assert total(got) == (261, facts["pop_total"] - 30_334)
    assert "6 units with 30,334 people" in findings.of("no-zone")[0].message
    assert findings.of("zone-without-people")[0].message.endswith("TMII.")


def test_every_person_of_real_tables_is_counted(data, shared):
    facts = json.loads((shared / "data/_expected/facts.json").read_text())
    density = json.loads((shared / "data/_expected/spatial_oracle_geopandas.json").read_text())[
        "bangkok_density"
    ]
    zones, _ = take(data / "bangkok/districts/district.geojson", "bangkok/maps/districts.toml")
    got, _ = take(
        data / "bangkok/districts/district_population.csv",
        "bangkok/maps/population.toml",
        slice_=population,
        known=zones,
    )
    assert total(got) == (50, facts["bkk"]["pop_total"]) and got["population"].num_rows == 10_300 + 50
    n = {r["unit_id"]: r["n"] for r in got["population"].to_pylist() if r["group_id"] == "total"}
    dense = {r["name"]: n[r["zone_id"]] / r["area_km2"] for r in zones["zone"].to_pylist()}
    assert max(dense, key=dense.get) == density["max"]["dname"]
    assert min(dense.values()) == pytest.approx(density["min"]["dens"], rel=1e-6)
    districts = data / "malaysia_admin/census/census_district.csv"
    got, _ = take(districts, "malaysia/maps/population.toml", slice_=population)
    assert total(got, "2020-01-01") == (160, facts["my"]["pop2020"])


def test_data_wrapped_in_javascript_give_people_by_subzone(data):
    zones, _ = take(
        data / "singapore/districts/subzones_js/GeoSG.js", "singapore/maps/subzones.toml", epsg=3414
    )
    assert zones["zone"].num_rows == 323
    path = data / "singapore/districts/subzones_js/Population.js"
    got, findings = take(path, "singapore/maps/subzone_population.toml", slice_=population, known=zones)
    assert got["population"].num_rows > 250 and findings.has("javascript") and findings.has("na-marker")
