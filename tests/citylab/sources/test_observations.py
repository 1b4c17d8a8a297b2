"""Observations of any layout: the real files' known facts, every question asked, every duplicate counted."""

from __future__ import annotations

import gzip
import json
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from damage import DAMAGES, SHEET_DAMAGES
from workbooks import workbook

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import Options
from nagara.citylab.sources import observations as slice_
from nagara.citylab.sources.observations import gather
from nagara.citylab.tables import TABLES, conform

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
MAP = """
[time]
column = "time"
tz = "Asia/Yangon"
[thing]
id = "station"
[property.level]
column = "value"
unit = "mm"
"""
Tables = dict[str, pa.Table]


def take(paths: Sequence[Path], map: str | dict[str, Any], **options: Any) -> tuple[Tables, Findings]:
    parsed = tomllib.loads(map) if isinstance(map, str) else map
    findings = Findings()
    given_ = {"city_id": "c", "tz": "Asia/Jakarta", "epsg": 32748, "source_id": "s", **options}
    found: dict[str, list[pa.Table]] = {}
    for name, rows in slice_.read(paths, Options(map=parsed, **given_), findings):
        assert name in slice_.TABLES
        found.setdefault(name, []).append(conform(name, rows, source_id="s"))
    return {name: pa.concat_tables(parts) for name, parts in found.items()}, findings


def write(tmp_path: Path, text: str | bytes, name: str = "x.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def example(name: str) -> dict[str, Any]:
    return tomllib.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def streams(tables: Tables, name: str) -> pa.Table:
    """Observations of one property."""
    ids = tables["datastream"].filter(pc.equal(tables["datastream"]["property"], name))["datastream_id"]
    return tables["observation"].filter(
        pc.is_in(tables["observation"]["datastream_id"], ids.combine_chunks())
    )


def at(tables: Tables, datastream: str, when: str) -> list[Any]:
    rows = (
        tables["observation"].filter(pc.equal(tables["observation"]["datastream_id"], datastream)).to_pylist()
    )
    return [(r["value"], r["quality"]) for r in rows if r["ts"].strftime("%Y-%m-%d %H:%M:%S") == when]


def count(findings: Findings, rule: str) -> int:
    return sum(f.count for f in findings.of(rule))


# Real files


@pytest.fixture(scope="module")
def facts(shared: Path) -> dict[str, Any]:
    return json.loads((shared / "data/_expected/facts.json").read_text())


@pytest.fixture(scope="module")
def water(data: Path) -> tuple[Tables, Findings]:
    return take([data / "jakarta/sensors_water/tma_2020.csv"], example("jakarta/maps/water.toml"))


def test_water_gates_meet_their_known_facts(water: tuple[Tables, Findings], facts: dict[str, Any]) -> None:
    tables, findings = water
    known = facts["jakarta_water"]
    levels = streams(tables, "water_level")
    assert levels.num_rows == known["rows"] - known["exact_dups"]
    assert count(findings, "exact-duplicate") == known["exact_dups"]
    assert not findings.has("conflicting-duplicate")
    assert tables["thing"].num_rows == known["stations"]
    assert tables["thing"]["lon"].null_count == 0
    periods = tables["datastream"].filter(pc.equal(tables["datastream"]["property"], "water_level"))
    assert set(periods["period_s"].to_pylist()) == {1800.0}
    assert set(periods["unit"].to_pylist()) == {"mm"}


def test_the_great_flood_is_where_it_was(water: tuple[Tables, Findings], facts: dict[str, Any]) -> None:
    known, observation = facts["jakarta_water"], water[0]["observation"]
    for gate, key in (("PS. Katulampa (Hulu)", "katulampa"), ("PA. Manggarai", "manggarai")):
        rows = observation.filter(pc.equal(observation["datastream_id"], f"{gate}:water_level"))
        top = pc.max(rows["value"]).as_py()
        first = rows.filter(pc.equal(rows["value"], top)).sort_by("ts")["ts"][0].as_py()
        assert top == known[f"{key}_max"]
        local = np.datetime64(known[f"{key}_max_at"]) - np.timedelta64(7, "h")
        assert np.datetime64(first.replace(tzinfo=None)) == local


def test_levels_below_zero_are_good_at_the_sea(
    data: Path, facts: dict[str, Any], water: tuple[Tables, Findings]
) -> None:
    levels = streams(water[0], "water_level")
    assert count(water[1], "below-zero") == facts["jakarta_water"]["negatives"]
    below = levels.filter(pc.less(levels["value"], 0))
    assert set(below["quality"].to_pylist()) == {1}
    raw = (data / "jakarta/sensors_water/tma_2020.csv").read_text().splitlines()[1:]
    assert sum(float(line.rsplit(",", 2)[1]) < 0 for line in raw) == facts["jakarta_water"]["negatives"]
    assert below.num_rows == len({line for line in raw if float(line.rsplit(",", 2)[1]) < 0})


def test_alert_words_become_levels(water: tuple[Tables, Findings]) -> None:
    alerts = streams(water[0], "alert_level")
    assert set(alerts["value"].to_pylist()) == {1.0, 2.0, 3.0, 4.0}


def test_modelled_rain_is_labelled_modelled(data: Path) -> None:
    tables, findings = take(
        [data / "jakarta/sensors_water/hujan_bogor_2022_openmeteo.csv"], example("jakarta/maps/rain.toml")
    )
    assert tables["datastream"]["nature"].to_pylist() == ["modelled"]
    assert tables["observation"].num_rows == 17_544
    assert count(findings, "no-coordinates") == 1


def test_the_raw_air_index_shows_what_its_publishers_did(data: Path, facts: dict[str, Any]) -> None:
    tables, findings = take(
        [data / "jakarta/air_ispu_daily/raw_2011_2021_SKPU.csv"], example("jakarta/maps/ispu_raw.toml")
    )
    known = facts["jakarta_ispu_raw"]
    assert count(findings, "na-marker") == known["dash_cells"]
    assert count(findings, "conflicting-duplicate") == known["dup_key"]
    assert not findings.has("exact-duplicate")
    shifted = [f for f in findings.of("shifted-columns") if f.column == "categori"]
    assert shifted[0].count == sum(known["cats"][p] for p in ("O3", "PM10", "SO2")) + 2  # and CO twice
    words = next(f.message for f in findings.of("words") if f.column == "categori")
    for word, n in known["cats"].items():
        assert f"{word} {n}" in words.partition(": ")[2].rstrip(".").split("; ")
    assert sorted(tables["thing"]["thing_id"].to_pylist()) == ["DKI1", "DKI2", "DKI3", "DKI4", "DKI5"]
    assert tables["observation"].num_rows == 5 * (known["rows"] - known["dup_key"])


def test_a_later_edition_of_the_air_index_is_read_by_the_same_words(
    data: Path, facts: dict[str, Any]
) -> None:
    tables, findings = take(
        [data / "jakarta/air_ispu_daily/ispu_dki_all_2010_2025.csv"],
        example("jakarta/maps/ispu_2010_2025.toml"),
    )
    known = facts["jakarta_ispu_2010_2025"]
    pm25 = streams(tables, "pm25_ispu")
    aside = sum('"pm25"' in r.raw for r in findings.rejected)  # a row that names no station
    assert pm25.num_rows - pm25["value"].null_count + aside == known["pm25_nonnull"]
    assert count(findings, "no-station") == 1
    assert len(findings.rejected) == 1


def test_the_clinic_repeats_the_published_cleaning_log(data: Path, facts: dict[str, Any]) -> None:
    folder = data / "jakarta/air_ispu_daily/cleaned_jvon"
    files = [*folder.glob("Clean_*"), *folder.glob("Audit_*")]
    tables, findings = take(files, example("jakarta/maps/ispu_clean.toml"))
    assert count(findings, "check-period") == 403
    assert count(findings, "check-max") == 1378
    assert count(findings, "check-critical") == 1363
    assert count(findings, "check-category") == 652
    known = facts["jakarta_ispu_clean"]
    assert count(findings, "conflicting-group") == known["types"]["DUPLIKAT_KONFLIK_NILAI"]
    assert count(findings, "identical-group") == known["types"]["DUPLIKAT_IDENTIK"]
    assert tables["observation"].num_rows == 6 * known["rows"]


def test_rain_gauges_without_a_place_are_kept_and_listed(data: Path, facts: dict[str, Any]) -> None:
    met = data / "singapore/sensors_met"
    tables, findings = take(
        sorted(met.glob("rainfall_2017_0[45]*")), example("singapore/maps/rainfall.toml"), tz="Asia/Singapore"
    )
    bare = tables["thing"].filter(pc.is_null(tables["thing"]["lon"]))["thing_id"].to_pylist()
    assert set(bare) <= set(facts["sg_stations"]["rain_without_coords"])
    assert count(findings, "no-coordinates") == len(bare) > 5
    assert set(tables["datastream"]["period_s"].to_pylist()) <= {300.0, 21600.0}
    assert findings.has("stations-unused")


@pytest.mark.full
def test_all_rain_and_temperature_meet_their_known_facts(data: Path, facts: dict[str, Any]) -> None:
    met = data / "singapore/sensors_met"
    for name, map_ in (("rainfall", "rainfall"), ("air-temperature", "air_temperature")):
        tables, findings = take(
            sorted(met.glob(f"{name}_*")), example(f"singapore/maps/{map_}.toml"), tz="Asia/Singapore"
        )
        known, value = facts[f"sg_{name}"], tables["observation"]["value"]
        assert tables["observation"].num_rows == known["rows"]
        assert (pc.min(value).as_py(), pc.max(value).as_py()) == (known["min"], known["max"])
        assert pc.sum(value).as_py() == pytest.approx(known["sum"], rel=1e-9)
        assert tables["datastream"].num_rows == known["ids"]
        assert not findings.has("exact-duplicate")
        first = pc.min(tables["observation"]["ts"]).as_py().replace(tzinfo=None)
        assert np.datetime64(first) == np.datetime64(known["first"]) - np.timedelta64(8, "h")
    rain = take(sorted(met.glob("rainfall_*")), example("singapore/maps/rainfall.toml"), tz="Asia/Singapore")[
        0
    ]
    bare = rain["thing"].filter(pc.is_null(rain["thing"]["lon"]))["thing_id"].to_pylist()
    assert sorted(bare) == facts["sg_stations"]["rain_without_coords"]


def test_fine_particles_by_region_meet_their_known_facts(data: Path, facts: dict[str, Any]) -> None:
    files = sorted((data / "singapore/sensors_met").glob("pm25_*"))
    tables, findings = take(files, example("singapore/maps/pm25.toml"), tz="Asia/Singapore")
    known, value = facts["sg_pm25"], tables["observation"]["value"]
    assert tables["observation"].num_rows == known["rows"]
    assert pc.sum(value).as_py() == known["sum"]
    assert (pc.min(value).as_py(), pc.max(value).as_py()) == (known["min"], known["max"])
    assert tables["thing"].num_rows == known["ids"]
    assert not findings.rejected


def test_bicycles_with_day_and_hour_apart_meet_their_known_total(data: Path, facts: dict[str, Any]) -> None:
    tables, findings = take(
        [data / "seoul/mobility/SeoulBikeData.csv"], example("seoul/maps/bike.toml"), tz="Asia/Seoul"
    )
    rentals = streams(tables, "rentals")
    assert pc.sum(rentals["value"]).as_py() == facts["seoul_bike"]["total"]
    assert rentals.num_rows == facts["seoul_bike"]["rows"]
    assert str(pc.min(rentals["ts"]).as_py()) == "2017-11-30 15:00:00+00:00"
    assert pc.max(streams(tables, "visibility")["value"]).as_py() == 20_000.0  # metres
    assert findings.of("encoding")[0].message.startswith("not UTF-8; read as cp1252")


def test_stations_alone_are_an_import_of_their_own(data: Path, facts: dict[str, Any]) -> None:
    tables, _ = take(
        [data / "singapore/sensors_met/stations_compiled.csv"], example("singapore/maps/stations.toml")
    )
    assert set(tables) == {"thing"}
    assert tables["thing"].num_rows == facts["sg_stations"]["table"]


def test_each_file_can_be_a_station_of_its_own(data: Path) -> None:
    files = sorted((data / "anomaly_nab/data").rglob("*.csv"))
    tables, findings = take(files, example("anomaly/maps/series.toml"))
    assert tables["thing"].num_rows == len(files) == 15
    assert count(findings, "conflicting-duplicate") == 2


# Questions


def test_without_a_mapping_a_mapping_is_suggested(data: Path) -> None:
    with pytest.raises(Refusal) as caught:
        take([data / "jakarta/sensors_water/tma_2020.csv"], {})
    text = str(caught.value)
    suggestion = tomllib.loads(text[text.index("kind =") :])
    assert suggestion["time"]["column"] == "tanggal"
    assert suggestion["thing"] == {"id": "nama_pintu_air", "kind": "?", "lon": "longitude", "lat": "latitude"}
    assert suggestion["property"]["tinggi_air"] == {"column": "tinggi_air", "unit": "?"}
    with pytest.raises(Refusal):
        take([data / "jakarta/sensors_water/tma_2020.csv"], suggestion)


def test_a_suggestion_reads_units_from_headers_and_asks_about_swappable_days(tmp_path: Path) -> None:
    path = write(tmp_path, "Date,Hour,Rainfall(mm),wind_speed_knots\n01/12/2017,0,1.5,3\n02/12/2017,1,0,4\n")
    suggestion = tomllib.loads(slice_.suggest_map(path))
    assert suggestion["property"]["rainfall"]["unit"] == "mm"
    assert suggestion["property"]["wind_speed_knots"]["unit"] == "[kn_i]"
    assert suggestion["time"] == {"column": "Date", "hour": "Hour", "format": "?", "tz": "?"}


def test_a_suggestion_knows_long_tables(tmp_path: Path) -> None:
    rows = "".join(f"2020-01-0{d} 00:00,A,{p},{d},ug/m3\n" for d in range(1, 9) for p in ("PM2.5", "NO2"))
    suggestion = tomllib.loads(
        slice_.suggest_map(write(tmp_path, f"time,station,parameter,value,unit\n{rows}"))
    )
    assert suggestion["long"] == {"property": "parameter", "value": "value", "unit": "unit"}
    assert set(suggestion["property"]) == {"pm2_5", "no2"}


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        (("unit = \"mm\"", ""), "unit is not given"),
        (("unit = \"mm\"", 'unit = "bananas"'), "no known unit"),
        (("unit = \"mm\"", 'unit = "mm"\nto = "Cel"'), "does not convert"),
        (("unit = \"mm\"", 'unit = "[ppb]"\nto = "ug/m3"'), "Name the gas"),
        (("Asia/Yangon", "Mars/Olympus"), "no zone of time"),
        (('tz = "Asia/Yangon"', ""), "do not say in which zone"),
        (('id = "station"', ""), "what measures"),
        (('id = "station"', 'id = "gate"'), "no column 'gate'"),
        (('column = "value"', 'column = "depth"'), "none of the columns 'depth'"),
        (('column = "value"', ""), "column: not given"),
        (('column = "time"', 'column = "when"'), "no column 'when'"),
        (('column = "time"', 'column = "time"\nformat = "%d.%m.%Y"'), "They look like iso"),
        (("[property.level]", "[property.level]\naggregation = \"sometimes\""), "aggregation"),
        (('[thing]', '[duplicates]\nkeep = "best"\n[thing]'), "duplicates.keep"),
        (('[thing]', '[check.x]\nequals = "max of a"\n[thing]'), "names no column"),
    ],
)  # fmt: skip
def test_what_the_mapping_leaves_open_is_asked(tmp_path: Path, change: tuple[str, str], asked: str) -> None:
    path = write(tmp_path, "station,time,value\nA,2020-01-01 00:00,1\nB,2020-01-01 00:00,2\n")
    with pytest.raises(Refusal, match=asked):
        take([path], MAP.replace(*change))


def test_swappable_days_are_asked_about(tmp_path: Path) -> None:
    path = write(tmp_path, "station,time,value\nA,01/12/2017,1\nA,02/12/2017,2\n")
    with pytest.raises(Refusal, match="could be %d/%m/%Y or %m/%d/%Y"):
        take([path], MAP)


def test_years_of_the_buddhist_era_are_asked_about_and_read(tmp_path: Path) -> None:
    path = write(tmp_path, "station,time,value\nA,2563-02-29 00:00,1\nA,2563-03-01 00:00,2\n")
    with pytest.raises(Refusal, match=r"no time could be read|Buddhist"):
        take(
            [path],
            MAP.replace('column = "time"', 'column = "time"\nformat = "iso"').replace(
                "2563-02-29", "2563-02-28"
            ),
        )
    tables, _ = take([path], MAP.replace("[time]", '[time]\ncalendar = "buddhist"\nformat = "iso"'))
    assert str(tables["observation"]["ts"][0].as_py()) == "2020-02-28 17:30:00+00:00"


# Layouts


def test_times_with_their_offset_need_no_zone(tmp_path: Path) -> None:
    path = write(tmp_path, "station,time,value\nA,2020-01-01T00:00:00+06:30,1\nA,2020-01-01T00:00:00Z,2\n")
    tables, _ = take([path], MAP.replace('tz = "Asia/Yangon"', ""))
    assert [str(t) for t in tables["observation"]["ts"].to_pylist()] == [
        "2019-12-31 17:30:00+00:00",
        "2020-01-01 00:00:00+00:00",
    ]


def test_a_table_with_a_column_a_station_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "time,North,South\n2020-01-01 00:00,1,2\n2020-01-01 01:00,3,\n")
    map_ = MAP.replace('id = "station"', 'kind = "gauge"').replace('column = "value"', "")
    tables, _ = take([path], map_ + '\n[wide]\nproperty = "level"\ncolumns = "rest"\n')
    assert sorted(tables["thing"]["thing_id"].to_pylist()) == ["North", "South"]
    assert at(tables, "South:level", "2019-12-31 17:30:00") == [(2.0, 2)]
    assert at(tables, "South:level", "2019-12-31 18:30:00") == [(None, 9)]


def test_a_long_table_with_units_of_its_own_is_brought_to_one(tmp_path: Path) -> None:
    text = (
        "station,time,what,value,unit\n"
        "A,2020-01-01 00:00,NO2,10,ppb\nA,2020-01-01 01:00,NO2,19,µg/m³\n"
        "A,2020-01-01 00:00,TEMP,86,°F\nA,2020-01-01 00:00,XYZ,1,mm\nA,2020-01-01 02:00,NO2,1,furlong\n"
    )
    map_ = """
    [time]
    column = "time"
    tz = "UTC"
    [thing]
    id = "station"
    [long]
    property = "what"
    value = "value"
    unit = "unit"
    [property.no2]
    column = "NO2"
    unit = "ug/m3"
    [property.air_temperature]
    column = "TEMP"
    unit = "Cel"
    """
    tables, findings = take([write(tmp_path, text)], map_)
    assert at(tables, "A:no2", "2020-01-01 00:00:00") == [(19.0, 2)]
    assert at(tables, "A:no2", "2020-01-01 01:00:00") == [(19.0, 2)]
    assert at(tables, "A:air_temperature", "2020-01-01 00:00:00")[0][0] == pytest.approx(30.0)
    assert count(findings, "unknown-property") == 1
    assert count(findings, "unknown-unit") == 1
    assert sorted(r.row for r in findings.rejected if r.row) == [5, 6]


def test_a_table_with_a_column_an_hour_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "site,day,note,1AM,12NN,24\nA,2020-01-01,dry,1,2,3\nB,2020-01-01,,4,,6\n")
    map_ = """
    [time]
    column = "day"
    tz = "+08:00"
    [thing]
    id = "site"
    [wide]
    property = "rainfall"
    hours = "rest"
    [property.rainfall]
    unit = "mm"
    """
    tables, findings = take([path], map_)
    assert at(tables, "A:rainfall", "2019-12-31 17:00:00") == [(1.0, 2)]
    assert at(tables, "A:rainfall", "2020-01-01 04:00:00") == [(2.0, 2)]
    assert at(tables, "B:rainfall", "2020-01-01 16:00:00") == [(6.0, 2)]
    assert tables["observation"].num_rows == 6
    assert not findings.has("unknown-entry")


def test_readings_nested_in_json_carry_the_time_above_them(tmp_path: Path) -> None:
    items = [
        {"timestamp": f"2020-01-01T0{h}:00:00+08:00", "readings": [{"station": s, "value": h} for s in "AB"]}
        for h in range(3)
    ]
    path = write(tmp_path, json.dumps({"metadata": {"stations": [{"id": "A"}]}, "items": items}), "x.json")
    map_ = (
        MAP.replace('"time"', '"timestamp"').replace('tz = "Asia/Yangon"', "")
        + '[read]\nrecords = "items.readings"\n'
    )
    tables, _ = take([path], map_)
    assert at(tables, "B:level", "2019-12-31 18:00:00") == [(2.0, 2)]
    assert tables["observation"].num_rows == 6


def test_slips_of_the_pen_in_the_mapping_are_pointed_out(tmp_path: Path) -> None:
    path = write(tmp_path, "station,time,value\nA,2020-01-01 00:00,1\n")
    _, findings = take([path], MAP.replace('unit = "mm"', 'unit = "mm"\nvaild_min = 0') + "[tiem]\nx = 1\n")
    assert sorted(f.message.split(": ")[1] for f in findings.of("unknown-entry")) == ["[tiem].", "vaild_min."]


def test_day_and_hour_of_two_columns_are_joined(tmp_path: Path) -> None:
    path = write(tmp_path, "station,day,hour,value\nA,01/02/2020,24,1\nA,01/02/2020,9:30,2\n")
    map_ = MAP.replace('column = "time"', 'column = "day"\nhour = "hour"\nformat = "%d/%m/%Y"')
    tables, _ = take([path], map_)
    assert [str(t) for t in sorted(tables["observation"]["ts"].to_pylist())] == [
        "2020-02-01 03:00:00+00:00",
        "2020-02-01 17:30:00+00:00",
    ]


def test_workbooks_json_and_gzip_give_the_same_rows_as_csv(tmp_path: Path) -> None:
    rows = [("A", "2020-01-01 00:00", 1.5), ("A", "2020-01-01 01:00", 2.0), ("B", "2020-01-01 00:00", -3.0)]
    text = "station,time,value\n" + "".join(f"{s},{t},{v}\n" for s, t, v in rows)
    records = [dict(zip(("station", "time", "value"), row, strict=True)) for row in rows]
    expected = take([write(tmp_path, text)], MAP)[0]["observation"].drop(["batch_id"])
    for name, data in {
        "x.csv.gz": gzip.compress(text.encode()),
        "x.xlsx": workbook({"Sheet1": [("station", "time", "value"), *rows]}),
        "x.json": json.dumps({"data": records}).encode(),
        "x.jsonl": "\n".join(map(json.dumps, records)).encode(),
    }.items():
        got = take([write(tmp_path, data, name)], MAP)[0]["observation"].drop(["batch_id"])
        assert got.equals(expected), name


def test_values_are_flagged_by_range_and_never_changed(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "station,time,value\n"
        + "".join(f"A,2020-01-01 0{i}:00,{v}\n" for i, v in enumerate((5, 50, 500, "x", "", -1))),
    )
    map_ = MAP.replace('unit = "mm"', 'unit = "mm"\nvalid_min = 0\nvalid_max = 100\nsuspect_max = 40')
    tables, findings = take([path], map_)
    rows = tables["observation"].sort_by("ts").to_pylist()
    assert [(r["value"], r["quality"]) for r in rows] == [
        (5.0, 1),
        (50.0, 3),
        (500.0, 4),
        (None, 9),
        (None, 9),
        (-1.0, 4),
    ]
    assert count(findings, "out-of-range") == 2
    assert findings.of("not-a-number")[0].row == 5
    assert '"value": "x"' in next(r.raw for r in findings.rejected)


# Duplicates


DOUBLES = (
    "station,time,value\nA,2020-01-01 00:00,1\nA,2020-01-01 00:00,1\nA,2020-01-01 01:00,5\n"
    "A,2020-01-01 01:00,7\nA,2020-01-01 01:00,5\nB,2020-01-01 01:00,5\n"
)


def test_exact_copies_count_once_and_conflicts_are_set_aside(tmp_path: Path) -> None:
    tables, findings = take([write(tmp_path, DOUBLES)], MAP)
    assert tables["observation"].num_rows == 3
    assert count(findings, "exact-duplicate") == 2
    assert count(findings, "conflicting-duplicate") == 1
    assert at(tables, "A:level", "2019-12-31 17:30:00") == [(1.0, 2)]
    assert at(tables, "A:level", "2019-12-31 18:30:00") == [(5.0, 3)]
    assert [(r.row, r.raw) for r in findings.rejected] == [(5, "A:level at 2019-12-31T18:30:00Z = 7")]


@pytest.mark.parametrize(
    ("keep", "kept"), [("first", 5.0), ("last", 5.0), ("max", 7.0), ("min", 5.0), ("mean", 17 / 3)]
)
def test_the_rule_of_which_to_keep_is_obeyed(tmp_path: Path, keep: str, kept: float) -> None:
    tables, _ = take([write(tmp_path, DOUBLES)], f'{MAP}\n[duplicates]\nkeep = "{keep}"\n')
    assert at(tables, "A:level", "2019-12-31 18:30:00") == [(pytest.approx(kept), 3)]


def test_directions_are_averaged_as_vectors(tmp_path: Path) -> None:
    path = write(tmp_path, "station,time,value\nA,2020-01-01 00:00,350\nA,2020-01-01 00:00,20\n")
    map_ = MAP.replace("property.level", "property.wind_direction").replace('"mm"', '"deg"')
    tables, _ = take([path], f'{map_}\n[duplicates]\nkeep = "mean"\n')
    assert tables["observation"]["value"].to_pylist() == [pytest.approx(5.0)]


def test_opposite_winds_have_no_mean_direction() -> None:
    assert np.isnan(gather.mean(np.array([0.0, 180.0]), circular=True))
    assert gather.mean(np.array([10.0, np.nan, 20.0])) == 15.0


def test_copies_are_found_across_files(tmp_path: Path) -> None:
    one = write(tmp_path, "station,time,value\nA,2020-01-01 00:00,1\n", "one.csv")
    two = write(tmp_path, "station,time,value\nA,2020-01-01 00:00,1\nA,2020-01-01 01:00,2\n", "two.csv")
    tables, findings = take([one, two], MAP)
    assert tables["observation"]["batch_id"].to_pylist() == ["one.csv", "two.csv"]
    assert (findings.of("exact-duplicate")[0].file, findings.of("exact-duplicate")[0].row) == ("two.csv", 2)


def test_rows_that_nothing_tells_apart_are_refused(tmp_path: Path) -> None:
    rows = "".join(
        f"A,2020-01-01 {i // 60 % 24:02d}:{i % 60:02d},{i}\nA,2020-01-01 {i // 60 % 24:02d}:{i % 60:02d},{i + 1}\n"
        for i in range(1400)
    )
    with pytest.raises(Refusal, match="most rows share station and time"):
        take([write(tmp_path, f"station,time,value\n{rows}")], MAP)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 6), st.sampled_from([1.0, 2.0, float("nan")])),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from([1, 3, 10, 1000]),
    st.sampled_from(["first", "max", "min"]),
)
def test_spilled_to_disk_or_not_the_result_is_the_same(
    rows: list[tuple[int, int, float]], limit: int, keep: str
) -> None:
    def settled(limit_: int) -> tuple[list[Any], int, int]:
        gathered = gather.Gathered(limit_)
        for i, (stream, ts, value) in enumerate(rows):
            gathered.add(np.array([stream]), np.array([ts]), np.array([value]), np.array([i]), 0)
        kept, copies, others = [], 0, 0
        for part in gathered.parts():
            got = gather.settle(part, keep, np.zeros(5, bool))
            copies, others = copies + len(got.copies), others + len(got.others)
            for i, value, odd in zip(got.kept, got.value, got.suspect, strict=True):
                kept.append(
                    (int(part.stream[i]), int(part.ts[i]), repr(float(value)), int(part.row[i]), bool(odd))
                )
        gathered.close()
        return sorted(kept), copies, others

    whole = settled(10**9)
    assert settled(limit) == whole
    assert len(whole[0]) + whole[1] + whole[2] == len(rows)
    assert [(s, t) for s, t, *_ in whole[0]] == sorted({(s, t) for s, t, _ in rows})


# Stations


STATIONS = """
[time]
column = "time"
tz = "UTC"
[thing]
id = "station"
lon = "lon"
lat = "lat"
name = "name"
[property.level]
column = "value"
unit = "mm"
"""


def placed(rows: str, tmp_path: Path, **options: Any) -> tuple[dict[str, tuple[Any, Any]], Findings]:
    tables, findings = take(
        [write(tmp_path, f"station,time,value,lon,lat,name\n{rows}")], STATIONS, **options
    )
    return {r["thing_id"]: (r["lon"], r["lat"]) for r in tables["thing"].to_pylist()}, findings


def test_a_station_with_two_places_is_reported(tmp_path: Path) -> None:
    got, findings = placed("A,2020-01-01,1,106.8,-6.2,a\nA,2020-01-02,1,106.9,-6.2,b\n", tmp_path)
    assert got == {"A": (106.8, -6.2)}
    assert count(findings, "two-places") == 1
    assert count(findings, "two-names") == 1


def test_swapped_and_impossible_places_are_mended_or_left_out(tmp_path: Path) -> None:
    rows = (
        "A,2020-01-01,1,-6.2,106.8,a\nB,2020-01-01,1,0,0,b\nC,2020-01-01,1,,,c\nD,2020-01-01,1,2.3,48.8,d\n"
    )
    got, findings = placed(rows, tmp_path, bbox=(106.6, -6.4, 107.0, -6.0))
    assert got == {"A": (106.8, -6.2), "B": (None, None), "C": (None, None), "D": (2.3, 48.8)}
    for rule in ("swapped-coordinates", "impossible-place", "outside-city"):
        assert count(findings, rule) == 1
    assert findings.of("no-coordinates")[0].count == 2


def known_thing(**row: Any) -> dict[str, pa.Table]:
    return {"thing": pa.Table.from_pylist([{"source_id": "other", **row}], schema=TABLES["thing"].schema)}


def test_a_station_the_city_knows_lends_its_place(tmp_path: Path) -> None:
    got, findings = placed(
        "A,2020-01-01,1,,,a\n", tmp_path, known=known_thing(thing_id="A", lon=106.8, lat=-6.2)
    )
    assert got == {}  # the other source describes it
    assert findings.has("station-known")
    assert not findings.has("no-coordinates")


def test_two_sources_that_disagree_about_a_station_are_reported(tmp_path: Path) -> None:
    got, findings = placed(
        "A,2020-01-01,1,106.9,-6.2,a\n", tmp_path, known=known_thing(thing_id="A", lon=106.8, lat=-6.2)
    )
    assert got == {"A": (106.9, -6.2)}
    assert "m apart" in findings.of("sources-disagree")[0].example


def test_a_datastream_that_another_source_gives_is_kept_apart_unless_it_continues(tmp_path: Path) -> None:
    row = {
        "datastream_id": "A:level",
        "thing_id": "A",
        "property": "level",
        "unit": "mm",
        "source_id": "other",
    }
    known = {"datastream": pa.Table.from_pylist([row], schema=TABLES["datastream"].schema)}
    path = write(tmp_path, "station,time,value\nA,2020-01-01 00:00,1\n")
    tables, findings = take([path], MAP, known=known)
    assert tables["datastream"]["datastream_id"].to_pylist() == ["A:level@s"]
    assert findings.has("datastream-known")
    tables, _ = take([path], f"{MAP}\n[datastream]\ncontinues = true\n", known=known)
    assert tables["observation"]["datastream_id"].to_pylist() == ["A:level"]


def test_rows_without_station_or_time_are_set_aside(tmp_path: Path) -> None:
    path = write(
        tmp_path, "station,time,value\n,2020-01-01 00:00,1\nA,,2\nA,yesterday,3\nA,2020-01-01 00:00,4\n"
    )
    tables, findings = take([path], MAP)
    assert tables["observation"].num_rows == 1
    assert {(r.rule, r.row) for r in findings.rejected} == {
        ("no-station", 2),
        ("no-time", 3),
        ("bad-time", 4),
    }


def test_ids_that_differ_only_in_case_are_pointed_out(tmp_path: Path) -> None:
    _, findings = take(
        [write(tmp_path, "station,time,value\nGate 1,2020-01-01,1\nGATE-1,2020-01-01,2\n")], MAP
    )
    assert findings.of("station-alike")[0].example == "GATE-1 and Gate 1"


# Damage


@pytest.mark.parametrize("name", [n for n in DAMAGES if n != "gzip bomb"])
def test_damaged_files_give_findings_or_a_refusal(tmp_path: Path, name: str) -> None:
    sound = "station,time,value\n" + "".join(
        f"s{i % 3},2024-01-{i // 24 + 1:02d} {i % 24:02d}:00,{i}.5\n" for i in range(500)
    )
    path = write(tmp_path, DAMAGES[name](sound.encode()))
    slice_.sniff(path)
    try:
        tables, _ = take([path], MAP)
    except Refusal as refusal:
        assert str(refusal)
    else:
        assert tables["observation"].num_rows <= 501
    with pytest.raises(Refusal):
        take([path], {})


@pytest.mark.parametrize("name", SHEET_DAMAGES)
def test_damaged_workbooks_of_observations_give_findings_or_a_refusal(tmp_path: Path, name: str) -> None:
    rows = [("station", "time", "value"), *(("A", f"2020-01-{i % 28 + 1:02d}", i) for i in range(100))]
    path = write(tmp_path, SHEET_DAMAGES[name](workbook({"Data": rows})), "x.xlsx")
    try:
        take([path], MAP)
    except Refusal as refusal:
        assert str(refusal)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.text(max_size=6), st.text(max_size=20), st.text(max_size=6)), max_size=15))
def test_any_cells_are_taken_or_set_aside(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    text = json.dumps(
        [
            {"station": "A", "time": "2020-01-01", "value": 1},
            *({"station": s, "time": t, "value": v} for s, t, v in rows),
        ]
    )
    tables, _ = take([write(tmp_path, text, "x.json")], MAP.replace("[time]", '[time]\nformat = "iso"'))
    assert tables["observation"].num_rows >= 1


def test_sniffing_is_honest(data: Path, tmp_path: Path) -> None:
    assert 0.3 <= slice_.sniff(data / "jakarta/sensors_water/tma_2020.csv").confidence <= 0.5
    assert slice_.sniff(data / "singapore/sensors_met/stations_compiled.csv").confidence == 0
    assert slice_.sniff(write(tmp_path, "a,b\n1,2\n")).confidence == 0
    assert slice_.sniff(tmp_path / "absent").confidence == 0
