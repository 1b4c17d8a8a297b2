"""Numbers, times and names as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nagara.citylab.labs.kinds.value import Value, clock_seconds, clock_text, fold, moment, numbers
from nagara.citylab.labs.model import BadAnswer, Key, Posed, Task


@pytest.mark.parametrize(
    ("text", "means", "behind"),
    [
        ("12.5", [12.5], ""),
        ("12,5", [12.5], ""),
        ("1,234", [1.234, 1234.0], ""),
        ("1.234", [1.234, 1234.0], ""),
        ("0,125", [0.125], ""),
        ("1,234.5", [1234.5], ""),
        ("1.234,5", [1234.5], ""),
        ("1 234 567", [1234567.0], ""),
        ("1,234,567", [1234567.0], ""),
        ("−4", [-4.0], ""),
        ("≈ 3 min", [3.0], "min"),
        ("2e3 m", [2000.0], "m"),
        (".5", [0.5], ""),
    ],
)
def test_reads_a_number_in_every_usual_spelling(text: str, means: list[float], behind: str) -> None:
    assert numbers(text) == (means, behind)


@pytest.mark.parametrize("text", ["", "twelve", "1,23,4", "12 13", "--3", "1.2.3", "min 3"])
def test_refuses_what_is_no_number(text: str) -> None:
    with pytest.raises(BadAnswer):
        numbers(text)


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_reads_what_python_and_its_grouping_write(value: float, decimals: int) -> None:
    text = f"{value:,.{decimals}f}"
    assert float(text.replace(",", "")) in numbers(text)[0]


def grade(text: str, value: float, *, unit: str = "", asked: str = "", **more: object) -> bool:
    task = Task("t", "value", "T", "A", reference="-", unit=unit, **more)  # type: ignore[arg-type]
    answer = {"text": text, "unit": asked}
    key = Key("t", "value", {"values": [value], "tz": "Asia/Jakarta"})
    return Value().grade(task, Posed("t", "value", "T", "A", 1, 0, 0, {}), key, answer).right


def test_units_are_converted_from_the_field_or_from_the_text() -> None:
    assert grade("0.2", 12.0, unit="min", asked="h")
    assert grade("720 s", 12.0, unit="min", asked="min")
    assert grade("12", 12.0, unit="min")
    assert not grade("720", 12.0, unit="min", asked="min")


def test_a_unit_of_something_else_is_said_and_not_counted() -> None:
    with pytest.raises(BadAnswer, match="measures something else"):
        grade("12 km", 12.0, unit="min")


def test_whole_numbers_are_exact_and_others_within_one_percent() -> None:
    assert grade("100", 100)
    assert not grade("101", 100)
    assert grade("100.9", 100.0)
    assert not grade("101.2", 100.0)
    assert grade("101.2", 100.0, tolerance={"absolute": 2})


@pytest.mark.parametrize("text", ["05:10", "5:10", "5.10", "5:10 am", "05:10:00", "5h10"])
def test_reads_a_time_of_day(text: str) -> None:
    assert clock_seconds(text) == 5 * 3600 + 600


def test_a_service_day_goes_on_after_midnight() -> None:
    assert clock_seconds("25:10") == 25 * 3600 + 600
    assert clock_text(25 * 3600 + 600) == "25:10"
    assert clock_seconds("12:05 am") == 300
    assert clock_seconds("3 pm") == 15 * 3600


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-31 17:30",
        "2020-01-31T17:30",
        "31/1/2020 17:30",
        "31 Jan 2020, 17:30",
        "31 January 2020 5:30 pm",
    ],
)
def test_wall_time_becomes_utc_by_its_zone(text: str) -> None:
    assert moment(text, "Asia/Jakarta", "Asia/Jakarta") == datetime(2020, 1, 31, 10, 30)
    assert moment(text, "UTC", "Asia/Jakarta") == datetime(2020, 1, 31, 17, 30)
    assert moment(text, "+08:00", "Asia/Jakarta") == datetime(2020, 1, 31, 9, 30)


def test_a_zone_in_the_text_wins() -> None:
    assert moment("2020-01-31 10:30Z", "city", "Asia/Jakarta") == datetime(2020, 1, 31, 10, 30)
    assert moment("2020-01-31 17:30+07:00", "UTC", "Asia/Manila") == datetime(2020, 1, 31, 10, 30)


@given(st.datetimes(datetime(1980, 1, 1), datetime(2060, 1, 1)))
def test_every_minute_is_read_back(at: datetime) -> None:
    at = at.replace(second=0, microsecond=0)
    assert moment(f"{at:%Y-%m-%d %H:%M}", "UTC", "Asia/Yangon") == at
    wall = at + timedelta(hours=7)
    assert moment(f"{wall:%d-%m-%Y %H:%M}", "+07:00", "Asia/Yangon") == at


def test_an_impossible_time_is_said() -> None:
    for text in ("2020-02-31 10:00", "tomorrow", "2020-01-01 10:75"):
        with pytest.raises(BadAnswer):
            moment(text, "UTC", "UTC")
    assert datetime.now(UTC)


def test_names_are_compared_without_case_accents_and_signs() -> None:
    assert fold("Bến Thành") == fold("ben thanh")
    assert fold("Jl. M.H. Thamrin") == fold("jl m h  thamrin")
    assert fold("Đà Nẵng") == fold("da nang")
    assert fold("กรุงเทพ") != fold("เชียงใหม่")
