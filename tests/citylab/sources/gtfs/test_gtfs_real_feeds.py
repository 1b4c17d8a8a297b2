"""Real feeds: every quirk that is known of them appears as a finding, and nothing else is lost."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from nagara.citylab.findings import Findings
from nagara.citylab.sources import Options, gtfs
from nagara.citylab.tables import conform

FEEDS = {
    "bandung": "bandung/gtfs_2025/gtfs.zip",
    "bogor": "bogor/gtfs_angkot/gtfs.zip",
    "transjakarta 2021": "jakarta/gtfs_transjakarta_2021/transjakarta.zip",
    "transjakarta 2025": "jakarta/gtfs_transjakarta_2025",
    "krl": "jakarta/gtfs_krl_2025_broken",
    "singapore": "singapore/gtfs_2018",
}

Read = tuple[dict[str, pa.Table], Findings]


@cache
def _read(path: Path, tz: str) -> Read:
    findings, parts = Findings(), {}
    options = Options("city", tz, 32748, "feed", map={"reference_day": "2025-11-22"})
    for name, table in gtfs.read([path], options, findings):
        parts.setdefault(name, []).append(conform(name, table, source_id="feed"))
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}, findings


def read(data: Path, feed: str) -> Read:
    return _read(data / FEEDS[feed], "Asia/Singapore" if feed == "singapore" else "Asia/Jakarta")


def found(read: Read, rule: str, file: str, column: str | None = None) -> tuple[str, int, int | None]:
    """Severity, count and first row of one finding."""
    _, findings = read
    of = [f for f in findings.of(rule) if f.file.endswith(file) and column in (None, f.column)]
    assert len(of) == 1, f"{rule} in {file}: {of}"
    return str(of[0].severity), of[0].count, of[0].row


def rows(read: Read) -> dict[str, int]:
    return {name: table.num_rows for name, table in read[0].items()}


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_is_recognised(data: Path, feed: str) -> None:
    assert gtfs.sniff(data / FEEDS[feed]).confidence > 0.9


def test_a_sound_feed_is_read_whole(data: Path) -> None:
    read_ = read(data, "bandung")
    got = rows(read_)
    assert (got["stop"], got["route"], got["trip"], got["stop_time"]) == (1743, 57, 8172, 290_414)
    assert read_[1].counts()["refuse"] == 0
    assert read_[1].counts()["repair"] == 0
    assert read_[1].rejected == []
    assert found(read_, "time-after-midnight", "stop_times.txt", "arrival_time") == ("note", 4, 484)
    assert found(read_, "calendar-far-future", "calendar.txt") == ("warn", 1, None)
    assert "2099-12-31" in read_[1].of("calendar-far-future")[0].message


def test_the_double_counting_trap_fires(data: Path) -> None:
    read_ = read(data, "bogor")
    assert found(read_, "frequency-repeats-trips", "frequencies.txt") == ("warn", 24, 2)
    assert "3,456 trips" in read_[1].of("frequency-repeats-trips")[0].message
    assert found(read_, "frequency-orphan", "frequencies.txt") == ("refuse", 24, 2)
    assert "frequency" not in rows(read_)
    assert rows(read_)["stop_time"] == 172_080


def test_placeholder_times_fire(data: Path) -> None:
    read_ = read(data, "bogor")
    assert found(read_, "speed-of-feed", "stop_times.txt")[0] == "warn"
    assert "236 km/h" in read_[1].of("speed-of-feed")[0].message
    assert found(read_, "time-placeholder", "stop_times.txt")[0] == "warn"
    assert found(read_, "time-falls-past-midnight", "stop_times.txt") == ("warn", 107, 1585)


def test_ragged_and_blank_rows_lose_nothing(data: Path) -> None:
    read_ = read(data, "bogor")
    assert found(read_, "row-short", "shapes.txt") == ("repair", 1195, 2)
    assert found(read_, "row-short", "agency.txt") == ("repair", 1, 2)
    assert found(read_, "row-blank", "trips.txt") == ("repair", 23, 146)
    assert rows(read_)["shape"] == 24
    assert rows(read_)["trip"] == 3456


def test_a_feed_without_times_is_refused_as_a_timetable_and_kept_as_stops(data: Path) -> None:
    read_ = read(data, "transjakarta 2021")
    got = rows(read_)
    assert found(read_, "timetable-without-times", "stop_times.txt") == ("refuse", 12_845, 2)
    assert (got["stop"], got["route"], got["shape"]) == (5365, 155, 284)
    assert not {"trip", "stop_time", "service_day"} & set(got)
    assert found(read_, "id-repeated", "trips.txt") == ("refuse", 290, 55)
    assert found(read_, "trip-without-route", "trips.txt")[:2] == ("warn", 38)
    assert found(read_, "calendar-expired", "calendar.txt")[0] == "warn"
    aside = [row for row in read_[1].rejected if row.file.endswith("/trips.txt")]
    assert len(aside) == 290
    assert aside[0].raw.count(",") == 5


def test_missing_shapes_and_an_empty_file_leave_a_timetable(data: Path) -> None:
    read_ = read(data, "transjakarta 2025")
    got = rows(read_)
    expected = {"stop": 8587, "route": 244, "trip": 643, "stop_time": 24_705, "frequency": 654}
    assert {name: got[name] for name in expected} == expected
    assert found(read_, "shapes-missing", "shapes.txt")[:2] == ("warn", 643)
    assert found(read_, "file-without-rows", "calendar_dates.txt")[0] == "note"
    assert found(read_, "extra-file", "route_list.txt")[0] == "note"
    assert found(read_, "stop-unused", "stops.txt")[:2] == ("note", 916)
    assert found(read_, "headway-longer-than-period", "frequencies.txt")[0] == "warn"
    assert "52,700" in read_[1].of("headway-longer-than-period")[0].example
    assert "metres" in read_[1].of("distance-unit")[0].message
    assert pc.min(read_[0]["trip"]["metres"]).as_py() > 500


def test_a_broken_feed_is_refused_with_clear_findings(data: Path) -> None:
    read_ = read(data, "krl")
    assert rows(read_) == {"stop": 113, "route": 13}
    assert found(read_, "timetable-without-calendar", "calendar.txt")[0] == "refuse"
    assert found(read_, "timetable-scrambled", "stop_times.txt")[0] == "refuse"
    assert found(read_, "stop-without-coordinates", "stops.txt") == ("warn", 113, 2)
    assert found(read_, "row-repeated", "trips.txt")[:2] == ("repair", 17_524)
    assert found(read_, "file-missing", "agency.txt")[0] == "warn"
    assert found(read_, "id-odd-character", "trips.txt")[0] == "note"
    assert found(read_, "extra-file", "StasiunKRL.csv")[0] == "note"
    assert read_[0]["stop"]["lon"].null_count == 113
    assert set(read_[0]["stop"]["mode"].to_pylist()) == {"rail", None}


def test_blanks_in_a_header_and_absurd_headways_are_told(data: Path) -> None:
    read_ = read(data, "singapore")
    got = rows(read_)
    expected = {"stop": 5163, "route": 548, "trip": 725, "stop_time": 24_596}
    assert {name: got[name] for name in expected} == expected
    assert found(read_, "header-blank", "agency.txt") == ("repair", 1, 1)
    assert set(read_[0]["route"]["agency"].to_pylist()) == {"LTA"}
    assert found(read_, "headway-longer-than-period", "frequencies.txt")[0] == "warn"
    assert "2,575,260 s" in read_[1].of("headway-longer-than-period")[0].example
    assert found(read_, "trip-without-stop-times", "trips.txt")[:2] == ("warn", 33)
    assert found(read_, "frequency-without-stop-times", "frequencies.txt")[:2] == ("warn", 77)
    assert found(read_, "time-after-midnight", "stop_times.txt", "arrival_time")[:2] == ("note", 261)
    assert "2020-12-31" in read_[1].of("calendar-expired")[0].message
    assert "kilometres" in read_[1].of("distance-unit")[0].message
    assert max(read_[0]["service_day"]["day"].to_pylist()).isoformat() == "2020-12-31"


@pytest.mark.parametrize(
    ("feed", "day"),
    [
        ("bandung", "2025-10-15"),
        ("bogor", "2019-10-16"),
        ("singapore", "2018-05-16"),
        ("transjakarta 2025", "2025-10-15"),
    ],
)
def test_the_day_of_the_oracle_is_a_day_of_service(data: Path, feed: str, day: str) -> None:
    days = read(data, feed)[0]["service_day"]["day"].cast(pa.string())
    assert day in set(days.to_pylist())


@pytest.mark.parametrize("feed", FEEDS)
def test_every_finding_says_how_to_mend_and_every_rejected_row_why(data: Path, feed: str) -> None:
    _, findings = read(data, feed)
    assert all(f.message and f.mend and f.file for f in findings)
    assert all(row.reason and row.raw for row in findings.rejected)


@pytest.mark.parametrize("feed", ["bandung", "bogor", "singapore", "transjakarta 2025"])
def test_keys_of_a_timetable_are_unique_and_refer_to_rows_that_are_there(data: Path, feed: str) -> None:
    tables, _ = read(data, feed)
    for name, key in (("stop", ["stop_id"]), ("trip", ["trip_id"]), ("stop_time", ["trip_id", "seq"])):
        assert tables[name].group_by(key).aggregate([]).num_rows == tables[name].num_rows
    stops, trips = tables["stop"]["stop_id"], tables["trip"]["trip_id"]
    calls = tables["stop_time"]
    assert pc.all(pc.is_in(calls["stop_id"], value_set=stops.combine_chunks())).as_py()
    assert pc.all(pc.is_in(calls["trip_id"], value_set=trips.combine_chunks())).as_py()
