from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from nagara.citylab import evidence
from nagara.citylab.recipes import Context, load

CITY = Context("here", "Here", "Asia/Yangon", 32647)
START = datetime(2022, 12, 31, 17, 30, tzinfo=UTC)  # 2023-01-01 00:00 in Yangon


def air(values, hours=1, unit="ug/m3"):
    n = len(values)
    observation = pa.table(
        {
            "datastream_id": ["s:pm25"] * n,
            "ts": pa.array(
                [START + timedelta(hours=hours * i) for i in range(n)], pa.timestamp("us", tz="UTC")
            ),
            "value": pa.array(values, pa.float64()),
            "quality": pa.array([1] * n, pa.int8()),
            "source_id": ["x"] * n,
        }
    ).filter(pa.array([v is not None for v in values]))
    stream = pa.table(
        {
            "datastream_id": ["s:pm25"],
            "thing_id": ["s"],
            "property": ["pm25"],
            "unit": [unit],
            "source_id": ["x"],
        }
    )
    return {"observation": observation, "datastream": stream}


def run(tables, params=None):
    done = evidence.compute(load("air-quality"), tables, CITY, params)
    return {(r["unit_kind"], r["indicator"]): r for r in done.rows.to_pylist()}, done


def test_a_whole_year_of_hours_by_hand():
    values = np.full(365 * 24, 10.0)
    values[: 30 * 24] = 20.0  # January's first thirty local days
    got, _ = run(air(values.tolist()))
    assert got["thing", "I14"]["value"] == pytest.approx((30 * 20 + 335 * 10) / 365)
    assert got["thing", "I14"]["coverage"] == 1.0
    assert (got["thing", "I15"]["value"], got["thing", "I15"]["hi"]) == (30.0, 30.0)
    assert got["city", "I14"]["value"] == pytest.approx(got["thing", "I14"]["value"], abs=1e-6)


def test_missing_hours_widen_the_range_and_missing_days_the_count():
    values = [10.0 if i < 300 * 24 else None for i in range(365 * 24)]
    values[:24] = [30.0] * 24
    got, _ = run(air(values))
    row = got["thing", "I14"]
    assert row["coverage"] == pytest.approx(300 / 365)
    assert row["lo"] <= row["value"] <= row["hi"]
    assert (got["thing", "I15"]["value"], got["thing", "I15"]["hi"]) == (1.0, 66.0)


def test_too_few_hours_give_no_annual_mean():
    got, done = run(air([10.0] * 200 * 24))
    assert got["thing", "I14"]["value"] is None
    assert got["thing", "I14"]["reason"] == "too few hours of the year came"
    assert got["city", "I14"]["value"] is None
    assert done.findings.has("year-not-whole")


def test_an_index_is_no_concentration():
    got, done = run(air([10.0] * 365 * 24, unit="{ISPU}"))
    assert got["thing", "I14"]["reason"] == "the unit is {ISPU}, not ug/m3"
    assert done.findings.has("unit")


def test_daily_values_count_as_whole_days():
    got, _ = run(air([12.0] * 365, hours=24))
    assert got["thing", "I14"]["value"] == 12.0
    assert got["thing", "I14"]["coverage"] == 1.0
    assert got["thing", "I15"]["value"] == 0.0
