"""Damaged feeds: each kind of damage gives its finding, the rest is kept, nothing ever breaks."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import Options, gtfs
from nagara.citylab.tables import conform

Files = dict[str, str | bytes]
Tables = dict[str, pa.Table]


def sound() -> Files:
    """Two routes, four stops, three trips, a shape, a frequency: a feed with nothing to find but notes."""
    return {
        "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nA,Angkot,http://a.example,Asia/Jakarta\n",
        "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\n"
        "S1,Pasar,-6.20,106.80\nS2,Taman,-6.20,106.81\nS3,Kota,-6.20,106.82\nS4,Pantai,-6.20,106.83\n",
        "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\n"
        "R1,A,1,Pasar - Kota,3\nR2,A,2,Pasar - Pantai,3\n",
        "trips.txt": "route_id,service_id,trip_id,direction_id,shape_id\n"
        "R1,WD,T1,0,H1\nR1,WD,T2,0,H1\nR2,WD,T3,0,\n",
        "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "T1,07:00:00,07:00:00,S1,1\nT1,07:05:00,07:06:00,S2,2\nT1,07:11:00,07:11:00,S3,3\n"
        "T2,08:00:00,08:00:00,S1,1\nT2,08:05:00,08:06:00,S2,2\nT2,08:11:00,08:11:00,S3,3\n"
        "T3,06:00:00,06:00:00,S1,1\nT3,06:15:00,06:15:00,S4,2\n",
        "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "WD,1,1,1,1,1,0,0,20250101,20251231\n",
        "shapes.txt": "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n"
        "H1,-6.20,106.80,1\nH1,-6.20,106.81,2\nH1,-6.20,106.82,3\n",
        "frequencies.txt": "trip_id,start_time,end_time,headway_secs,exact_times\nT3,06:00:00,09:00:00,600,1\n",
    }


def read(folder: Path, files: Files, **more: object) -> tuple[Tables, Findings]:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_paths([folder], **more)


def read_paths(paths: list[Path], **more: object) -> tuple[Tables, Findings]:
    findings, parts = Findings(), {}
    options = Options("city", "Asia/Jakarta", 32748, "feed", map={"reference_day": "2025-06-01", **more})
    for name, table in gtfs.read(paths, options, findings):
        parts.setdefault(name, []).append(conform(name, table, source_id="feed"))
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}, findings


def change(file: str, old: str, new: str) -> Callable[[Files], None]:
    def apply(files: Files) -> None:
        text = files[file]
        assert isinstance(text, str)
        assert old in text
        files[file] = text.replace(old, new)

    return apply


def without(*names: str) -> Callable[[Files], None]:
    def apply(files: Files) -> None:
        for name in names:
            del files[name]

    return apply


def encoded(file: str, encoding: str, old: str = "", new: str = "") -> Callable[[Files], None]:
    def apply(files: Files) -> None:
        text = files[file]
        assert isinstance(text, str)
        files[file] = text.replace(old, new).encode(encoding)

    return apply


def test_a_sound_feed_has_nothing_to_refuse_repair_or_warn_of(tmp_path: Path) -> None:
    tables, findings = read(tmp_path, sound())
    assert [f.rule for f in findings if f.severity != "note"] == []
    assert {name: table.num_rows for name, table in tables.items()} == {
        "stop": 4,
        "route": 2,
        "shape": 1,
        "trip": 3,
        "service_day": 261,
        "stop_time": 8,
        "frequency": 1,
    }
    trips = {row["trip_id"]: row for row in tables["trip"].to_pylist()}
    assert trips["T1"]["metres"] == pytest.approx(2213, rel=0.003)
    assert trips["T3"]["metres"] == pytest.approx(3317, rel=0.003)


DAMAGE: list[tuple[str, Callable[[Files], None], str, str]] = [
    ("a blank in a header", change("agency.txt", ",agency_name", ", agency_name"), "header-blank", "repair"),
    ("semicolons", change("stops.txt", ",", ";"), "delimiter", "repair"),
    ("UTF-16", encoded("stops.txt", "utf-16"), "encoding", "repair"),
    ("Thai in cp874", encoded("stops.txt", "cp874", "Pasar", "ตลาดน้ำสถานีรถไฟ"), "encoding", "repair"),
    ("a NUL byte", change("stops.txt", "Taman", "Ta\0man"), "nul-bytes", "repair"),
    ("a misspelt column", change("stops.txt", "stop_name", "stop_nam"), "column-unknown", "note"),
    ("a missing column", change("trips.txt", "service_id", "service"), "column-missing", "warn"),
    ("a column twice", change("stops.txt", "stop_id,stop_name", "stop_id,stop_id"), "column-repeated", "repair"),
    ("a short row", change("trips.txt", "R2,WD,T3,0,\n", "R2,WD,T3\n"), "row-short", "repair"),
    ("a long row", change("stops.txt", "S4,Pantai,-6.20,106.83", "S4,Pan,tai,-6.20,106.83"), "row-long", "refuse"),
    ("blank lines", change("stops.txt", "S2,", "\n\nS2,"), "row-blank", "repair"),
    ("rows of commas", change("stops.txt", "S2,", ",,,\nS2,"), "row-blank", "repair"),
    ("the header again", change("stops.txt", "S3,", "stop_id,stop_name,stop_lat,stop_lon\nS3,"), "header-repeated", "repair"),
    ("an open quote", change("stops.txt", "Taman", '"Taman'), "quote", "warn"),
    ("blanks around ids", change("stops.txt", "S2,", "\u00a0S2 ,"), "value-blank", "repair"),
    ("a slash in an id", lambda f: [change(n, "T2,", "T/2,")(f) for n in ("trips.txt", "stop_times.txt")], "id-odd-character", "note"),
    ("a stop twice", change("stops.txt", "S2,", "S1,Other,-6.3,106.9\nS2,"), "id-repeated", "refuse"),
    ("a stop copied", change("stops.txt", "S2,", "S1,Pasar,-6.20,106.80\nS2,"), "row-repeated", "repair"),
    ("a stop without id", change("stops.txt", "S4,", ",Nameless,-6.2,106.8\nS4,"), "id-missing", "refuse"),
    ("a stop without a name", change("stops.txt", "Pantai", ""), "stop-name-missing", "note"),
    ("an unknown kind of stop", lambda f: [change("stops.txt", "stop_lon\n", "stop_lon,location_type\n")(f), change("stops.txt", "106.83\n", "106.83,9\n")(f)], "stop-type", "repair"),
    ("a stop without place", change("stops.txt", "Pantai,-6.20,106.83", "Pantai,,"), "stop-without-coordinates", "warn"),
    ("a stop at 0, 0", change("stops.txt", "-6.20,106.83", "0,0"), "stop-at-zero", "warn"),
    ("a stop off the world", change("stops.txt", "-6.20,106.83", "-6.20,1068.3"), "stop-outside-world", "warn"),
    ("a stop far away", change("stops.txt", "-6.20,106.83", "51.5,0.1"), "stop-far-away", "warn"),
    ("decimal commas", change("stops.txt", "-6.20,106.83", '"-6,20","106,83"'), "decimal-comma", "repair"),
    ("words for numbers", change("stops.txt", "106.83", "east"), "number-unreadable", "repair"),
    ("an unknown route type", change("routes.txt", "Pantai,3", "Pantai,77"), "route-type", "warn"),
    ("a route type in words", change("routes.txt", "Pantai,3", "Pantai,bus"), "route-type", "warn"),
    ("an unknown agency", change("routes.txt", "R2,A", "R2,B"), "agency-unknown", "note"),
    ("another time zone", change("agency.txt", "Asia/Jakarta", "Asia/Tokyo"), "agency-timezone", "warn"),
    ("no time zone", change("agency.txt", "Asia/Jakarta", "WIB"), "agency-timezone-unknown", "warn"),
    ("a trip twice", change("trips.txt", "R2,WD,T3", "R2,WD,T1,1,\nR2,WD,T3"), "id-repeated", "refuse"),
    ("a trip without a route", change("trips.txt", "R2,WD", "R9,WD"), "trip-without-route", "warn"),
    ("a trip without a service", change("trips.txt", "R2,WD", "R2,"), "trip-without-service", "warn"),
    ("a trip of an unknown service", change("trips.txt", "R2,WD", "R2,SU"), "trip-service-unknown", "warn"),
    ("a trip without stop times", change("trips.txt", "R2,WD,T3", "R2,WD,T9,0,\nR2,WD,T3"), "trip-without-stop-times", "warn"),
    ("a trip with one stop", change("stop_times.txt", "T3,06:15:00,06:15:00,S4,2\n", ""), "trip-one-stop", "warn"),
    ("an unknown shape", change("trips.txt", "T2,0,H1", "T2,0,H7"), "trip-shape-unknown", "warn"),
    ("a stop time of no trip", change("stop_times.txt", "T3,06:15", "T8,06:15"), "stop-time-orphan", "refuse"),
    ("a stop time at no stop", change("stop_times.txt", "S4,2", "S9,2"), "stop-time-stop", "refuse"),
    ("a stop time without order", change("stop_times.txt", "S4,2", "S4,last"), "stop-time-sequence", "refuse"),
    ("an order twice", change("stop_times.txt", "S3,3", "S3,2"), "id-repeated", "refuse"),
    ("an unreadable time", change("stop_times.txt", "07:05:00", "7 o'clock"), "time-unreadable", "repair"),
    ("a time without seconds", change("stop_times.txt", "07:05:00", "07:05"), "time-format", "repair"),
    ("a time after midnight", change("stop_times.txt", "08:11:00", "24:11:00"), "time-after-midnight", "note"),
    ("a time before the last", change("stop_times.txt", "07:11:00", "06:50:00"), "time-decreases", "warn"),
    ("a negative dwell", change("stop_times.txt", "07:05:00,07:06:00", "07:06:00,07:05:00"), "time-dwell-negative", "warn"),
    ("an empty time", change("stop_times.txt", "07:05:00,07:06:00", ","), "time-interpolated", "repair"),
    ("an empty time at the end", change("stop_times.txt", "07:11:00,07:11:00", ","), "trip-ends-untimed", "warn"),
    ("an absurd speed", change("stop_times.txt", "06:15:00", "06:00:30"), "speed-too-fast", "warn"),
    ("unsorted stop times", change("stop_times.txt", "T2,08:00:00,08:00:00,S1,1\nT2,08:05:00,08:06:00,S2,2\n", "T2,08:05:00,08:06:00,S2,2\nT2,08:00:00,08:00:00,S1,1\n"), "stop-times-unsorted", "note"),
    ("a shape point without place", change("shapes.txt", "106.81,2", ",2"), "shape-point", "refuse"),
    ("a stop far from its shape", change("stops.txt", "Taman,-6.20", "Taman,-6.21"), "stop-far-from-shape", "warn"),
    ("a stop called twice running", change("stop_times.txt", "S2,2", "S1,2"), "stop-twice-running", "note"),
    ("a distance that goes back", lambda f: f.update({"stop_times.txt": str(f["stop_times.txt"]).replace("stop_sequence", "stop_sequence,shape_dist_traveled").replace("S1,1", "S1,1,0").replace("S2,2", "S2,2,2500").replace("S3,3", "S3,3,2300").replace("S4,2", "S4,2,3400")}), "distance-decreases", "warn"),
    ("a distance in no unit", lambda f: f.update({"stop_times.txt": str(f["stop_times.txt"]).replace("stop_sequence", "stop_sequence,shape_dist_traveled").replace("S1,1", "S1,1,0").replace("S2,2", "S2,2,20").replace("S3,3", "S3,3,50").replace("S4,2", "S4,2,60")}), "distance-unit-unknown", "warn"),
    ("a parent that is not there", lambda f: [change("stops.txt", "stop_lon\n", "stop_lon,parent_station\n")(f), change("stops.txt", "106.83\n", "106.83,S9\n")(f)], "stop-parent", "warn"),
    ("a fare without a price", lambda f: f.update({"fare_attributes.txt": "fare_id,price,currency_type\nF,,IDR\n"}), "fare-unreadable", "refuse"),
    ("a fare rule of no fare", lambda f: f.update({"fare_attributes.txt": "fare_id,price,currency_type\nF,5,IDR\n", "fare_rules.txt": "fare_id,route_id\nG,R1\n"}), "fare-rule-orphan", "refuse"),
    ("an exception of another kind", lambda f: f.update({"calendar_dates.txt": "service_id,date,exception_type\nWD,20250106,3\n"}), "calendar-exception", "refuse"),
    ("a direction of its own", change("trips.txt", "T3,0", "T3,7"), "trip-direction", "repair"),
    ("exact times of its own", change("frequencies.txt", "600,1", "600,5"), "frequency-exact-times", "repair"),
    ("a zip inside", lambda f: f.update({"old.zip": "PK"}), "nested-archive", "warn"),
    ("a time that falls past midnight", lambda f: [change("stop_times.txt", "08:11:00", "00:11:00")(f), change("stop_times.txt", "08:0", "23:0")(f)], "time-falls-past-midnight", "warn"),
    ("no agency", without("agency.txt"), "file-missing", "warn"),
    ("no shapes", without("shapes.txt"), "shapes-missing", "warn"),
    ("an empty file", lambda f: f.update({"frequencies.txt": ""}), "file-empty", "warn"),
    ("a file in capitals", lambda f: f.update({"STOPS.TXT": f.pop("stops.txt")}), "file-name", "repair"),
    ("an unknown file", lambda f: f.update({"notes.txt": "x\n"}), "extra-file", "note"),
    ("a calendar that ends before it starts", change("calendar.txt", "20250101,20251231", "20251231,20250101"), "calendar-day", "refuse"),
    ("a calendar without weekdays", change("calendar.txt", "1,1,1,1,1,0,0", "0,0,0,0,0,0,0"), "timetable-without-calendar", "refuse"),
    ("a weekday of yes", change("calendar.txt", "WD,1", "WD,yes"), "calendar-weekday", "repair"),
    ("a calendar of the past", change("calendar.txt", "20250101,20251231", "20100101,20101231"), "calendar-expired", "warn"),
    ("a calendar to 2099", change("calendar.txt", "20251231", "20991231"), "calendar-far-future", "warn"),
    ("no calendar", without("calendar.txt"), "timetable-without-calendar", "refuse"),
    ("no trips", without("trips.txt"), "timetable-without-trips", "refuse"),
    ("a headway of zero", change("frequencies.txt", "600", "0"), "frequency-headway", "refuse"),
    ("a headway of a month", change("frequencies.txt", "600", "2575260"), "headway-longer-than-period", "warn"),
    ("a headway in minutes", change("frequencies.txt", "600", "10"), "headway-very-short", "warn"),
    ("a period that ends before it starts", change("frequencies.txt", "09:00:00", "05:00:00"), "frequency-period", "refuse"),
    ("a frequency of no trip", change("frequencies.txt", "T3", "T8"), "frequency-orphan", "refuse"),
    ("a frequency without stop times", lambda f: [change("trips.txt", "R2,WD,T3", "R2,WD,T9,0,\nR2,WD,T3")(f), change("frequencies.txt", "T3", "T9")(f)], "frequency-without-stop-times", "warn"),
    ("a frequency that repeats trips", change("frequencies.txt", "T3", "T1"), "frequency-repeats-trips", "warn"),
    ("a frequency of a route", change("frequencies.txt", "T3", "R1"), "frequency-repeats-trips", "warn"),
    ("periods that overlap", change("frequencies.txt", "T3,06", "T3,05:00:00,06:30:00,600,1\nT3,06"), "frequency-overlap", "warn"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "damage", "rule", "severity"), DAMAGE, ids=[d[0] for d in DAMAGE])
def test_damage_is_told_and_the_rest_kept(
    tmp_path: Path, name: str, damage: Callable[[Files], None], rule: str, severity: str
) -> None:
    files = sound()
    damage(files)
    tables, findings = read(tmp_path, files)
    assert severity in {str(f.severity) for f in findings.of(rule)}, [f.rule for f in findings]
    assert tables["stop"].num_rows >= 3
    assert tables["route"].num_rows == 2
    assert all(row.raw for row in findings.rejected)


def test_rejected_rows_keep_their_text_and_row(tmp_path: Path) -> None:
    files = sound()
    change("stop_times.txt", "T3,06:15", "T8,06:15")(files)
    _, findings = read(tmp_path, files)
    (row,) = findings.rejected
    assert (row.rule, row.file, row.row) == ("stop-time-orphan", "stop_times.txt", 9)
    assert row.raw == "T8,06:15:00,06:15:00,S4,2"


def test_rows_after_a_torn_one_keep_their_numbers(tmp_path: Path) -> None:
    files = sound()
    change("stops.txt", "S2,Taman,-6.20,106.81", "\nS2,Ta,man,-6.20,106.81")(files)
    change("stops.txt", "106.83", "east")(files)
    _, findings = read(tmp_path, files)
    assert findings.of("row-long")[0].row == 4
    assert findings.of("number-unreadable")[0].row == 6


def test_empty_times_are_interpolated_by_distance_only_between_timed_stops(tmp_path: Path) -> None:
    files = sound()
    files["stop_times.txt"] = (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "T1,,,S1,1\nT1,07:00:00,07:00:00,S2,2\nT1,,,S3,5\nT1,07:10:00,07:10:00,S4,9\nT1,,,S1,10\n"
    )
    tables, _ = read(tmp_path, files)
    calls = [(r["arr_s"], r["dep_s"], r["timed"]) for r in tables["stop_time"].to_pylist()]
    half = 7 * 3600 + 300
    assert calls == [
        (None, None, False),
        (25_200, 25_200, True),
        (half, half, False),
        (25_800, 25_800, True),
        (None, None, False),
    ]


def test_interpolation_prefers_the_distance_that_the_feed_gives(tmp_path: Path) -> None:
    files = sound()
    files["stop_times.txt"] = (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled\n"
        "T1,07:00:00,07:00:00,S1,1,0\nT1,,,S2,2,2.4\nT1,07:10:00,07:10:00,S3,3,3.0\n"
    )
    tables, _ = read(tmp_path, files)
    assert tables["stop_time"]["arr_s"].to_pylist()[1] == 7 * 3600 + 480


def test_calendar_dates_add_and_take_away_days(tmp_path: Path) -> None:
    files = sound()
    files["calendar_dates.txt"] = (
        "service_id,date,exception_type\nWD,20250104,1\nWD,20250106,2\nXM,20251225,1\n"
    )
    tables, _ = read(tmp_path, files)
    days = {(r["service_id"], r["day"].isoformat()) for r in tables["service_day"].to_pylist()}
    assert ("WD", "2025-01-04") in days  # a Saturday
    assert ("WD", "2025-01-06") not in days  # a Monday
    assert ("XM", "2025-12-25") in days
    assert len(days) == 262


def test_calendar_dates_alone_are_a_calendar(tmp_path: Path) -> None:
    files = sound()
    del files["calendar.txt"]
    files["calendar_dates.txt"] = "service_id,date,exception_type\nWD,20250106,1\n"
    tables, findings = read(tmp_path, files)
    assert tables["service_day"].num_rows == 1
    assert findings.counts()["refuse"] == 0


def test_the_mapping_may_say_that_a_feed_without_calendar_runs_every_day(tmp_path: Path) -> None:
    files = sound()
    del files["calendar.txt"]
    tables, _ = read(tmp_path, files, calendar={"every_day": True, "from": "2025-01-01", "to": "2025-01-31"})
    assert tables["service_day"].num_rows == 31
    assert tables["trip"].num_rows == 3


def test_a_calendar_beyond_bounds_is_cut_and_told(tmp_path: Path) -> None:
    files = sound()
    head = str(files["calendar.txt"]).splitlines()[0]
    files["calendar.txt"] = (
        head + "\n" + "".join(f"W{i},1,1,1,1,1,1,1,20250101,21001231\n" for i in range(400))
    )
    change("trips.txt", "WD", "W1")(files)
    tables, findings = read(tmp_path, files)
    assert tables["service_day"].num_rows == 400 * 731
    assert findings.of("calendar-cut")[0].count > 5_000_000


def test_feet_and_miles_are_told_from_metres(tmp_path: Path) -> None:
    for unit, scale in (("feet", 0.3048), ("metres", 1.0), ("kilometres", 1000.0), ("miles", 1609.344)):
        files = sound()
        lines = str(files["stop_times.txt"]).splitlines()
        along = {"S1": 0, "S2": 1150, "S3": 2300, "S4": 3450}
        files["stop_times.txt"] = "\n".join(
            [lines[0] + ",shape_dist_traveled"]
            + [f"{line},{along[line.split(',')[3]] / scale:.4f}" for line in lines[1:]]
        )
        tables, findings = read(tmp_path / unit, files)
        assert unit in findings.of("distance-unit")[0].message
        assert tables["trip"]["metres"].to_pylist() == pytest.approx([2300, 2300, 3450], rel=1e-3)


def test_a_feed_may_lie_in_a_folder_within_a_zip(tmp_path: Path) -> None:
    pack = tmp_path / "feed.zip"
    with zipfile.ZipFile(pack, "w") as archive:
        for name, content in sound().items():
            archive.writestr(f"export/{name}", content)
    assert gtfs.sniff(pack).confidence > 0.9
    tables, findings = read_paths([pack])
    assert tables["trip"].num_rows == 3
    assert findings.of("trip-length")[0].file == "feed.zip/export/trips.txt"


def test_two_feeds_in_one_zip_are_kept_apart(tmp_path: Path) -> None:
    pack = tmp_path / "feed.zip"
    with zipfile.ZipFile(pack, "w") as archive:
        for name, content in sound().items():
            archive.writestr(f"bus/{name}", content)
            archive.writestr(f"boat/{name}", content)
    tables, findings = read_paths([pack])
    assert set(tables["trip"]["feed_id"].to_pylist()) == {"feed:bus", "feed:boat"}
    assert findings.has("many-feeds")


def test_loose_files_of_one_folder_are_a_feed(tmp_path: Path) -> None:
    read(tmp_path, sound())
    tables, _ = read_paths([tmp_path / name for name in sound()])
    assert tables["stop_time"].num_rows == 8


def test_the_mapping_names_the_feed(tmp_path: Path) -> None:
    tables, _ = read(tmp_path, sound(), feed_id="angkot")
    assert set(tables["stop"]["feed_id"].to_pylist()) == {"angkot"}


def test_what_is_no_feed_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("hello")
    assert gtfs.sniff(tmp_path).confidence == 0
    with pytest.raises(Refusal, match="no GTFS feed"):
        read_paths([tmp_path])


def test_a_damaged_member_costs_that_file_alone(tmp_path: Path) -> None:
    pack = tmp_path / "feed.zip"
    with zipfile.ZipFile(pack, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sound().items():
            archive.writestr(name, content)
    raw = bytearray(pack.read_bytes())
    at = raw.index(b"T1,07:00:00")
    raw[at] = ord("X")
    pack.write_bytes(raw)
    tables, findings = read_paths([pack])
    assert findings.has("archive-damaged")
    assert tables["stop"].num_rows == 4


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    file=st.sampled_from(sorted(sound())),
    at=st.integers(0, 400),
    junk=st.sampled_from(
        ['"', ",", "\n", "\r\n", ",,,,,,,,", "\0", "é", "-", "99", " ", "S1", "\ufeff", ";"]
    ),
    cut=st.integers(0, 40),
)
def test_any_damage_in_any_file_is_read_or_refused_and_never_breaks(
    tmp_path: Path, file: str, at: int, junk: str, cut: int
) -> None:
    files = sound()
    text = str(files[file])
    at %= len(text)
    files[file] = text[:at] + junk + text[at + cut :]
    try:
        tables, findings = read(tmp_path, files)
    except Refusal as refusal:
        assert refusal.what
        return
    assert "stop" in tables or findings.counts()["refuse"]
    if "stop_time" in tables:
        assert set(tables["stop_time"]["stop_id"].to_pylist()) <= set(tables["stop"]["stop_id"].to_pylist())
        assert set(tables["stop_time"]["trip_id"].to_pylist()) <= set(tables["trip"]["trip_id"].to_pylist())


def test_a_file_that_lacks_every_column_we_read_keeps_its_rows(tmp_path: Path) -> None:
    files = sound()
    files["agency.txt"] = ",,,,,,,,gency_timezone\nA,Angkot,http://a.example,Asia/Jakarta\n"
    tables, findings = read(tmp_path, files)
    assert "stop" in tables or findings.counts()["refuse"]
