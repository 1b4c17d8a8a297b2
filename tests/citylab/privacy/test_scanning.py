"""The personal-data scan: it stops on people and stays silent on cities."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from nagara.citylab.findings import Severity
from nagara.citylab.privacy import PersonalScan, scan, scan_file
from nagara.citylab.privacy.identity_numbers import is_nric, is_thai_id

rng = random.Random(7)
FIRST = ["Siti", "Budi", "Agus", "Dewi", "Nguyen", "Maria", "Somchai", "Aung", "Sok", "Ahmad"]
LAST = ["Aminah", "Santoso", "Wijaya", "Lestari", "Van An", "Santos", "Jaidee", "Ko Ko", "Dara", "Abdullah"]
N = 60


def names() -> list[str]:
    return [f"{rng.choice(FIRST)} {rng.choice(LAST)}" for _ in range(N)]


def some(low: int, high: int) -> list[str]:
    return [str(rng.randint(low, high)) for _ in range(N)]


def mobiles() -> list[str]:
    return [f"08{rng.randint(10**8, 10**9)}" for _ in range(N)]


def thai_ids() -> list[str]:
    found = []
    while len(found) < N:
        head = str(rng.randint(10**11, 9 * 10**11 - 1))
        total = sum(int(c) * (13 - i) for i, c in enumerate(head))
        found.append(head + str((11 - total % 11) % 10))
    return found


def nrics() -> list[str]:
    found = []
    while len(found) < N:
        text = f"S{rng.randint(0, 9_999_999):07}{rng.choice('ABCDEFGHIZJ')}"
        found += [text] if is_nric(text) else []
    return found


def niks() -> list[str]:
    day = "{:02}{:02}{:02}".format
    return [f"3174{rng.randint(1, 9):02}{day(rng.randint(1, 28), rng.randint(1, 12), 90)}{rng.randint(1, 9999):04}" for _ in range(N)]  # fmt: skip


PEOPLE = {
    "NIK without a header": ({"kolom": niks(), "x": some(1, 9)}, "personal-national-id"),
    "NIK stored as numbers": ({"kolom": [int(v) for v in niks()]}, "personal-national-id"),
    "Thai identity card": ({"code": thai_ids()}, "personal-national-id"),
    "NRIC": ({"ref": nrics()}, "personal-national-id"),
    "MyKad": ({"c": [f"90{rng.randint(1, 12):02}{rng.randint(1, 28):02}-14-{rng.randint(0, 9999):04}" for _ in range(N)]}, "personal-national-id"),
    "CCCD": ({"so": [f"001{rng.randint(0, 3)}{rng.randint(10, 99)}{rng.randint(0, 999999):06}" for _ in range(N)]}, "personal-national-id"),
    "NRC of Myanmar": ({"c": [f"12/KAMANA(N){rng.randint(0, 999999):06}" for _ in range(N)]}, "personal-national-id"),
    "a header that says passport": ({"Passport No": [f"B{v}" for v in some(10**6, 10**7 - 1)]}, "personal-national-id"),
    "names and phones": ({"full_name": names(), "phone": mobiles()}, "personal-names-with-phones"),
    "name and HP in Indonesian": ({"Nama": names(), "No. HP": mobiles()}, "personal-names-with-phones"),
    "Thai names and phones": (
        {"ชื่อ-สกุล": [f"นาย{a} {b}" for a, b in [("สมชาย", "ใจดี")] * N], "เบอร์โทร": [f"08{v}" for v in some(10**7, 10**8 - 1)]},
        "personal-names-with-phones",
    ),
    "phones without a header": ({"name": names(), "c2": mobiles()}, "personal-names-with-phones"),
    "patients and birth dates": ({"patient_name": names(), "dob": ["1990-02-01"] * N}, "personal-names-with-birth-dates"),
    "e-mails": ({"mail": [f"{rng.choice(FIRST)}{i}@gmail.com" for i in range(N)]}, "personal-emails"),
    "handles": ({"who": [f"@{rng.choice(FIRST)}{i}" for i in range(N)]}, "personal-handles"),
    "health answers by name": ({"nama_pasien": names(), "diagnosa": ["TB"] * N}, "personal-health"),
    "health answers by age and sex": (
        {"age": some(1, 90), "sex": ["f", "m"] * (N // 2), "smoker": ["yes", "no"] * (N // 2), "diabetes": ["no"] * N},
        "personal-health",
    ),
    "ids in texts": ({"note": [f"warga dengan NIK {v} melaporkan banjir di depan rumahnya" for v in niks()]}, "personal-id-in-text"),
    "inside attributes": ({"attributes": [json.dumps({"full_name": n, "phone": p}) for n, p in zip(names(), mobiles(), strict=True)]}, "personal-names-with-phones"),
}  # fmt: skip


@pytest.mark.parametrize("what", PEOPLE)
def test_people_stop_an_import(what: str) -> None:
    columns, rule = PEOPLE[what]
    found = scan("file.csv", pa.table(columns))
    assert rule in [f.rule for f in found if f.severity == Severity.REFUSE]
    assert all(f.file == "file.csv" and f.mend for f in found)


def test_a_reason_given_turns_the_stop_into_a_warning() -> None:
    columns, rule = PEOPLE["names and phones"]
    found = scan("file.csv", pa.table(columns), allow=True)
    assert [f.rule for f in found if f.severity == Severity.WARN] == [rule]
    assert not [f for f in found if f.severity == Severity.REFUSE]


CITY = {
    "epoch milliseconds": {"t": some(1_480_000_000_000, 1_500_000_000_000)},
    "sixteen-digit readings": {"v": [f"{rng.random():.16f}" for _ in range(N)]},
    "ids of sixteen digits": {"id": some(10**15, 10**16 - 1)},
    "tweet ids": {"id": some(345423533310091264, 345423533319991264)},
    "coordinates": {"lat": [f"{rng.uniform(-7, -6):.12f}" for _ in range(N)], "lon": [f"{rng.uniform(106, 107):.12f}" for _ in range(N)]},
    "times": {"ts": [f"2020-01-01 0{i % 10}:10:00" for i in range(N)]},
    "stamps of 12 digits": {"ts": [f"2020{1 + i % 12:02}{1 + i % 28:02}{i % 24:02}00" for i in range(N)]},
    "clinics with landlines": {"name": [f"Klinik {a}" for a in LAST * 6], "phone": ["(021) 345 6789"] * N},
    "clinics with mobiles": {"name": [f"Klinik {a} Sehat" for a in LAST * 6], "phone": mobiles()},
    "cases a week": {"epi_week": ["2012-W01"] * N, "disease": ["Dengue"] * N, "no._of_cases": some(0, 99)},
    "rates by sex": {"dcode": some(1001, 1050), "sex": ["f", "m"] * 30, "age": some(1, 90), "smoking": some(0, 9), "obese disease rate": some(0, 9)},
    "offices with e-mails": {"office": ["Dinas Air"] * N, "email": ["info@dinas.example.go.id"] * N},
    "streets": {"name": [f"Jalan {a} {b}" for a, b in zip(FIRST * 6, LAST * 6, strict=True)], "id": some(10**8, 10**9)},
}  # fmt: skip


@pytest.mark.parametrize("what", CITY)
def test_a_city_is_not_a_person(what: str) -> None:
    assert [f for f in scan("file.csv", pa.table(CITY[what])) if f.severity == Severity.REFUSE] == []


def test_columns_that_the_slice_handles_are_not_looked_at() -> None:
    watch = PersonalScan(handled={"who"})
    watch.see(pa.table({"who": ["@budi1", "@siti2"]}), file="posts.csv")
    assert watch.findings() == []


def test_findings_add_up_over_chunks_with_the_first_row() -> None:
    watch = PersonalScan()
    watch.see(pa.table({"id": ["-"] * 5}), file="f.csv", first_row=2)
    watch.see(pa.table({"id": niks()}), file="f.csv", first_row=7)
    (finding,) = watch.findings()
    assert (finding.rule, finding.row, finding.count) == ("personal-national-id", 7, N)


def test_checks_know_published_examples() -> None:
    assert is_nric("S1234567D")
    assert is_nric("G1234567X")
    assert is_nric("M1234567K")
    assert not is_nric("S1234567A")
    assert is_thai_id("1101700230708")
    assert not is_thai_id("1101700230705")


@pytest.mark.parametrize(
    "path",
    [
        "bangkok/poi/health_facilities.csv",
        "bangkok/indicators/health_supply.csv",
        "bangkok/districts/district_population.csv",
        "bangkok/transit_json/namtang_stops.json",
        "jakarta/sensors_water/tma_2020.csv",
        "jakarta/air_ispu_daily/raw_2011_2021_SKPU.csv",
        "jakarta/citizen_reports_2017/petabencana.id_jbd_reports_2017-02-21.geojson",
        "jakarta/gtfs_transjakarta_2025/stop_times.txt",
        "malaysia_admin/census/census_district.csv",
        "cambodia_admin/CambodiaVillagesList2025.csv",
        "thailand_admin/subdistricts.json",
        "singapore/health/weekly-infectious-disease-bulletin-cases.csv",
        "singapore/posts_haze_2013/2013_Singapore_haze-tweets_labeled.csv",
        "singapore/bus/stops.min.geojson",
        "singapore/sensors_met/pm25_2017_01_c20170529.csv.gz",
        "seoul/mobility/SeoulBikeData.csv",
        "posts_id_jv_su/nusax/indonesian/train.csv",
    ],
)
def test_real_files_without_people_pass(data: Path, path: str) -> None:
    assert scan_file(data / path) == []


def test_five_million_readings_are_passed_by_in_half_a_second() -> None:
    n = 1_000_000
    table = pa.table(
        {
            "station": pa.array(np.tile(np.array(["S24", "S50", "S107", "S900"]), n // 4)),
            "ts": pa.array(np.tile(np.array(["2017-01-01 00:05:00", "2017-01-01 00:10:00"]), n // 2)),
            "value": pa.array(np.tile(np.array(["26.5", "0.2", "31.0", "-1"]), n // 4)),
            "long": pa.array(np.tile(np.array(["106.8621790409", "-6.15344069965"]), n // 2)),
        }
    )
    watch = PersonalScan()
    start = time.process_time()
    for _ in range(5):
        watch.see(table, file="readings.csv")
    assert watch.findings() == []
    assert time.process_time() - start < 0.5
