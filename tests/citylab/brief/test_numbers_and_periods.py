"""Numbers and periods as people read them."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nagara.citylab.brief.numbers import digits_text, number_text, range_text, rounded_text, unit_text
from nagara.citylab.brief.periods import parse_periods
from nagara.citylab.findings import CityLabError


@pytest.mark.parametrize(
    ("value", "unit", "estimate", "text"),
    [
        (1410, "mm", False, "1,410 mm"),
        (9690.0, "mm", False, "9,690 mm"),
        (3.14159, "1", False, "3.14"),
        (0.0521, "%", False, "0.0521 %"),
        (8.5, "h", False, "8.5 hours"),
        (1, "h", False, "1 hour"),
        (13, "h", True, "13 hours"),
        (-490, "mm", False, "\u2212490 mm"),
        (4644472.1, "{people}", True, "4.64 million people"),
        (4644472.1, "{people}", False, "4,644,472 people"),
        (953_812, "{people}", True, "954,000 people"),
        (25.41, "/km2", False, "25.4 per km²"),
        (14.1, "km/100000", False, "14.1 km per 100,000 people"),
        (None, "mm", False, "not known"),
        (float("nan"), "mm", False, "not known mm"),
        (0, "{stops}", True, "0 stops"),
    ],
)
def test_a_number_is_said_with_its_unit(value, unit, estimate, text):
    assert number_text(value, unit, estimate=estimate) == text


@pytest.mark.parametrize(
    ("lo", "hi", "unit", "estimate", "text"),
    [
        (8.5, 14.5, "h", True, "8.5 to 14.5 hours"),
        (3483603, 6587963, "{people}", True, "3.48 to 6.59 million people"),
        (930_912, 1_731_000, "{people}", True, "931,000 to 1.73 million people"),
        (1082, 1241, "{zones}", False, "1,082 to 1,241 zones"),
        (5, 5, "h", True, ""),
        (None, 5, "h", True, ""),
    ],
)
def test_a_range_is_said_unless_it_is_a_point(lo, hi, unit, estimate, text):
    assert range_text(lo, hi, unit, estimate=estimate) == text


def test_units_are_written_as_people_do():
    assert [unit_text(u) for u in ("ug/m3", "Cel", "km/km2", "{siaga}", "1")] == [
        "µg/m³",
        "°C",
        "km/km²",
        "siaga",
        "",
    ]


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_rounding_stays_within_half_a_percent(value):
    text = rounded_text(value)
    number, _, word = text.partition(" ")
    shown = float(number.replace(",", "")) * (1e6 if word == "million" else 1)
    assert abs(shown - value) <= 0.00501 * value


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_any_number_can_be_said(value):
    assert digits_text(value)
    assert rounded_text(value)


def test_a_day_of_a_period_counts_to_its_end_in_the_citys_own_time():
    found = parse_periods("2020-01-01/2020-01-02", "Asia/Jakarta").each[0]
    assert found.low == datetime(2019, 12, 31, 17, tzinfo=UTC)
    assert found.high == datetime(2020, 1, 2, 16, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2020-01-01/2020-01-03", "1 to 3 January 2020"),
        ("2020-01-01/2020-01-01", "1 January 2020"),
        ("2020-01-30/2020-02-02", "30 January to 2 February 2020"),
        ("2019-12-31/2020-01-03", "31 December 2019 to 3 January 2020"),
        ("2020-01-01T03:00/2020-01-01T09:30", "1 January 2020, 03:00 to 1 January 2020, 09:30"),
        ("2020-01-01/2020-01-02, 2017-02-20/2017-02-22", "1 to 2 January 2020; 20 to 22 February 2017"),
        ("", ""),
    ],
)
def test_a_period_is_said_in_words(text, words):
    assert parse_periods(text, "Asia/Jakarta").text == words


@pytest.mark.parametrize(
    "text", ["yesterday", "2020-01-01", "2020-01-03/2020-01-01", "2020-13-01/2020-13-02"]
)
def test_what_is_no_period_is_refused_in_words(text):
    with pytest.raises(CityLabError):
        parse_periods(text, "Asia/Jakarta")


def test_times_of_any_of_several_periods_are_inside():
    periods = parse_periods("2020-01-01/2020-01-01,2017-02-20/2017-02-20", "UTC")
    at = pa.chunked_array(
        [pa.array([datetime(2020, 1, 1, 5), datetime(2018, 1, 1), datetime(2017, 2, 20, 23, 59), None])]
    )
    assert periods.inside(at).to_pylist() == [True, False, True, None]


def test_spans_are_cut_to_the_period_that_they_touch():
    periods = parse_periods("2020-01-01/2020-01-01", "UTC")
    start = pa.chunked_array(
        [pa.array([datetime(2019, 12, 30), datetime(2020, 1, 1, 5), datetime(2020, 2, 1)])]
    )
    end = pa.chunked_array([pa.array([datetime(2020, 1, 1, 2), datetime(2020, 1, 9), datetime(2020, 2, 2)])])
    found = periods.touching(start, end)
    low, high = periods.each[0].low, periods.each[0].high
    assert found[0] == (low, datetime(2020, 1, 1, 2, tzinfo=UTC))
    assert found[1] == (datetime(2020, 1, 1, 5, tzinfo=UTC), high)
    assert found[2] is None
