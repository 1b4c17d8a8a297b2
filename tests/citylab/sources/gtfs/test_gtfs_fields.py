"""Fields of GTFS: times past midnight, numbers, days."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from nagara.citylab.sources.gtfs.fields import NONE, parse_day, parse_floats, parse_times


@given(st.lists(st.integers(0, 359_999), min_size=1, max_size=50), st.booleans())
def test_a_time_written_and_read_is_the_same(seconds: list[int], padded: bool) -> None:
    width = 2 if padded else 1
    texts = [f"{s // 3600:0{width}}:{s // 60 % 60:02}:{s % 60:02}" for s in seconds]
    got, odd = parse_times(pa.array(texts))
    assert got.tolist() == seconds
    assert not odd.any()


@given(st.lists(st.text(max_size=12), min_size=1, max_size=30))
def test_any_text_is_a_time_or_none_and_times_are_never_negative(texts: list[str]) -> None:
    got, odd = parse_times(pa.array(texts, pa.string()))
    assert len(got) == len(texts)
    assert ((got == NONE) | (got >= 0)).all()
    assert not (odd & (got == NONE)).any()


def test_times_in_other_forms_are_read_and_told() -> None:
    got, odd = parse_times(
        pa.array(["05:00", "5:1:2", "08:00:00.0", "08:61:00", "-1:00:00", "noon", "24:00:00"])
    )
    assert got.tolist() == [18_000, 18_062, 28_800, NONE, NONE, NONE, 86_400]
    assert odd.tolist() == [True, True, True, False, False, False, False]


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_number_written_and_read_is_the_same(number: float) -> None:
    got, bad, comma = parse_floats(pa.array([repr(number)]))
    assert got[0] == number
    assert not bad[0]
    assert not comma[0]


@given(st.lists(st.text(max_size=10), min_size=1, max_size=20))
def test_any_text_is_a_finite_number_or_unreadable(texts: list[str]) -> None:
    got, bad, _ = parse_floats(pa.array(texts, pa.string()))
    assert all(math.isfinite(value) != wrong for value, wrong in zip(got, bad, strict=True))


def test_a_decimal_comma_is_read_and_thousands_are_not() -> None:
    got, bad, comma = parse_floats(pa.array(["-6,2", "1,234.5", "x"]))
    assert got[0] == -6.2
    assert comma.tolist() == [True, False, False]
    assert bad.tolist() == [False, True, True]


@given(st.dates(date(1970, 1, 1), date(2200, 1, 1)))
def test_a_day_written_and_read_is_the_same(day: date) -> None:
    assert parse_day(day.strftime("%Y%m%d")) == np.datetime64(day)
    assert parse_day(day.isoformat()) == np.datetime64(day)


@given(st.text(max_size=10))
def test_any_text_is_a_day_or_none(text: str) -> None:
    got = parse_day(text)
    assert np.isnat(got) or str(got).replace("-", "") == text.replace("-", "")


def test_metres_along_a_path_are_those_between_its_places():
    import numpy as np

    from nagara.citylab.sources.gtfs.stops import metres_along, metres_between

    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(107, 108, 50), rng.uniform(-7, -6, 50)
    lon[7] = np.nan
    path = rng.integers(0, 50, 300).astype(np.int32)
    path[5] = path[6]
    along = metres_along(lon, lat, path)
    between = metres_between(lon[path[:-1]], lat[path[:-1]], lon[path[1:]], lat[path[1:]])
    np.testing.assert_allclose(along, between, atol=1e-6)
    assert along[5] == 0
