"""Times as files write them, placed in zones."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab.calendars import (
    UnknownZone,
    add_hours,
    likely_formats,
    parse_times,
    to_utc,
    zone_of,
)

ZONES = [
    "Asia/Jakarta",
    "Asia/Yangon",
    "Asia/Singapore",
    "Europe/London",
    "America/New_York",
    "+06:30",
    "UTC",
]


def read(text: str, *formats: str, **more: str) -> str | None:
    parsed = parse_times(pa.array([text, None]), formats or ("iso",), **more)
    assert not parsed.bad[1]
    return None if parsed.bad[0] else str(parsed.times[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-01-02 00:40:00", "2020-01-02T00:40:00.000000"),
        ("2022-01-01T00:00", "2022-01-01T00:00:00.000000"),
        ("2020-01-31", "2020-01-31T00:00:00.000000"),
        ("2020/1/3 9:05", "2020-01-03T09:05:00.000000"),
        ("2020-01-31 24:00", "2020-02-01T00:00:00.000000"),
        ("2020-01-31T09:10:30.5", "2020-01-31T09:10:30.500000"),
        ("2020-01-31T09:10:30.123456789", "2020-01-31T09:10:30.123456"),
        ("2020-01-31T09:10:30+07:00", "2020-01-31T02:10:30.000000"),
        ("2020-01-31 09:10:30 +0630", "2020-01-31T02:40:30.000000"),
        ("2020-01-31T09:10:30Z", "2020-01-31T09:10:30.000000"),
        ("2020-02-30", None),
        ("31/12/2020", None),
        ("soon", None),
        ("2020-01-31 25:00", None),
    ],
)
def test_iso_times_are_read_in_all_their_forms(text: str, expected: str | None) -> None:
    assert read(text) == expected
    together = parse_times(pa.array([text, "2020-05-05 05:05:05", "no time", "2020-01-01T00:00Z"]))
    assert (None if together.bad[0] else str(together.times[0])) == expected
    assert together.bad.tolist()[1:] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("01/12/2017", "%d/%m/%Y", "2017-12-01"),
        ("01/12/2017", "%m/%d/%Y", "2017-01-12"),
        ("31/04/2017", "%d/%m/%Y", None),
        ("29/02/2017", "%d/%m/%Y", None),
        ("29/02/2016", "%d/%m/%Y", "2016-02-29"),
        ("01/05/2017 24:00", "%d/%m/%Y %H:%M", "2017-05-02"),
        ("5 Mei 2021", "%d %B %Y", "2021-05-05"),
        ("17 Agustus 2021", "%d %B %Y", "2021-08-17"),
        ("1 ม.ค. 2021", "%d %B %Y", "2021-01-01"),
        ("1483228800", "unix", "2017-01-01"),
        ("1483228800000", "unix_ms", "2017-01-01"),
        ("42736", "excel", "2017-01-01"),
        ("2012-W01", "iso_week", "2012-01-02"),
        ("2020-W53", "iso_week", "2020-12-28"),
        ("2021-W53", "iso_week", None),
        ("20170101", "%Y%m%d", "2017-01-01"),
    ],
)
def test_other_formats_are_read_and_never_rolled_over(text: str, form: str, expected: str | None) -> None:
    got = read(text, form)
    assert got == (expected and f"{expected}T00:00:00.000000")


def test_fractions_of_a_second_survive() -> None:
    assert read("01/02/2017 10:00:00.25", "%d/%m/%Y %H:%M:%S.%f") == "2017-02-01T10:00:00.250000"


def test_years_of_the_buddhist_era_become_common_ones() -> None:
    assert read("2567-02-29 10:00", calendar="buddhist") == "2024-02-29T10:00:00.000000"
    assert read("31/01/2563", "%d/%m/%Y", calendar="buddhist") == "2020-01-31T00:00:00.000000"


def test_several_formats_are_tried_in_order() -> None:
    parsed = parse_times(pa.array(["2017-01-02", "03/01/2017", "x"]), ("iso", "%d/%m/%Y"))
    assert parsed.times.astype(str).tolist()[:2] == [
        "2017-01-02T00:00:00.000000",
        "2017-01-03T00:00:00.000000",
    ]
    assert parsed.bad.tolist() == [False, False, True]


def test_swappable_days_are_told_from_clear_ones() -> None:
    assert likely_formats(pa.array(["01/12/2017", "02/12/2017"])) == ["%d/%m/%Y", "%m/%d/%Y"]
    assert likely_formats(pa.array(["01/12/2017", "13/12/2017"])) == ["%d/%m/%Y"]
    assert likely_formats(pa.array(["2017-12-01 00:00"])) == ["iso"]
    assert likely_formats(pa.array(["north", "south"])) == []


def test_an_hour_of_its_own_column_is_added_to_the_day() -> None:
    days = np.array(["2017-12-01"] * 6, "datetime64[us]")
    times, bad = add_hours(days, pa.array(["0", "23", "24", "9:30", "0930", "99"]))
    assert [str(t)[:16] for t in times[:5]] == [
        "2017-12-01T00:00",
        "2017-12-01T23:00",
        "2017-12-02T00:00",
        "2017-12-01T09:30",
        "2017-12-01T09:30",
    ]
    assert bad.tolist() == [False] * 5 + [True]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.lists(st.datetimes(dt.datetime(1975, 1, 1), dt.datetime(2037, 1, 1)), min_size=1, max_size=5),
)
def test_wall_time_to_utc_agrees_with_zoneinfo(zone: str, walls: list[dt.datetime]) -> None:
    placed = to_utc(np.array(walls, "datetime64[us]"), zone)
    for wall, got in zip(walls, placed.utc.tolist(), strict=True):
        assert got == wall.replace(tzinfo=zone_of(zone)).astimezone(dt.UTC).replace(tzinfo=None)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["Europe/London", "America/New_York"]),
    st.datetimes(dt.datetime(1996, 1, 1), dt.datetime(2030, 1, 1)),
)
def test_utc_to_wall_and_back_is_the_same_but_for_folds(zone: str, moment: dt.datetime) -> None:
    wall = moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    placed = to_utc(np.array([wall], "datetime64[us]"), zone)
    assert not placed.gap[0]
    assert placed.fold[0] or placed.utc.tolist()[0] == moment


def test_hours_that_never_were_and_hours_that_came_twice_are_marked() -> None:
    walls = np.array(["2021-03-28T01:30", "2021-10-31T01:30", "2021-07-01T01:30"], "datetime64[us]")
    placed = to_utc(walls, "Europe/London")
    assert placed.gap.tolist() == [True, False, False]
    assert placed.fold.tolist() == [False, True, False]
    assert [str(t)[:16] for t in placed.utc] == ["2021-03-28T01:30", "2021-10-31T00:30", "2021-07-01T00:30"]


def test_myanmar_is_six_hours_and_a_half_ahead() -> None:
    placed = to_utc(np.array(["2024-01-01T00:00"], "datetime64[us]"), "Asia/Yangon")
    assert str(placed.utc[0])[:16] == "2023-12-31T17:30"


@pytest.mark.parametrize("text", ["", "Mars/Olympus", "+25:00", "../etc/passwd"])
def test_what_is_no_zone_is_asked_for(text: str) -> None:
    with pytest.raises(UnknownZone):
        zone_of(text)


@given(
    st.lists(st.text(max_size=30), max_size=20),
    st.sampled_from(["iso", "%d/%m/%Y", "unix", "excel", "iso_week", "%d %B %Y"]),
)
def test_any_text_is_read_or_marked_bad_but_never_fails(texts: list[str], form: str) -> None:
    parsed = parse_times(pa.array(texts, pa.string()), (form,))
    assert (np.isnat(parsed.times) == parsed.bad).all()
