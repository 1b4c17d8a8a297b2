from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest

from nagara.citylab import evidence
from nagara.citylab.kernels import bursts, crosslag, thresholds
from nagara.citylab.recipes import BadParameter, Context, load
from nagara.citylab.tables import TABLES

CITY = Context("here", "Here", "Asia/Yangon", 32647)
T0 = datetime(2020, 1, 1, tzinfo=UTC)


def rows_of(name, rows):
    schema = TABLES[name].schema
    return pa.Table.from_pylist(rows, schema=pa.schema([schema.field(c) for c in rows[0]]))


def readings(stream, values, minutes=30, start=T0):
    return [
        {
            "datastream_id": stream,
            "ts": start + timedelta(minutes=minutes * i),
            "value": float(v),
            "quality": 2,
        }
        for i, v in enumerate(values)
    ]


def streams(*pairs):
    rows = [
        {
            "datastream_id": f"{t}:{p}",
            "thing_id": t,
            "property": p,
            "unit": "1" if p == "alert_level" else "mm",
        }
        for t, p in pairs
    ]
    return rows_of("datastream", rows)


def results(done, indicator):
    return [r for r in done.rows.to_pylist() if r["indicator"] == indicator]


def run(rows, stream_table, params=None, **tables):
    given = {"observation": rows_of("observation", rows), "datastream": stream_table}
    done = evidence.compute(load("early-warning"), given | tables, CITY, params)
    for row in done.rows.to_pylist():
        assert row["value"] is None or row["lo"] is None or row["lo"] <= row["value"] <= row["hi"], row
    return done


def test_an_alarm_lasts_from_the_first_reading_above_to_the_first_below():
    level = [0, 1, 2, 6, 8, 7, 5, 2, 1, 6, 1, 0]  # 30 minutes apart; threshold 5
    done = run(readings("g:l", level), streams(("g", "l")), {"thresholds": '{"g": [5]}', "hold_minutes": 60})
    got = results(done, "alarm_1")
    assert [(r["ts"], r["value"], r["lo"], r["hi"], r["n"]) for r in got] == [
        (T0 + timedelta(hours=1.5), 2.0, 1.5, 2.5, 4)
    ]
    every = run(readings("g:l", level), streams(("g", "l")), {"thresholds": '{"g": [5]}', "hold_minutes": 0})
    assert sorted(r["value"] for r in results(every, "alarm_1")) == [0.5, 2.0]
    assert [(r["value"], r["n"]) for r in results(every, "I17")] == [(2.5, 2)]


def test_the_highest_value_comes_with_its_first_time():
    done = run(readings("g:l", [1, 9, 3, 9]), streams(("g", "l")))
    assert [(r["value"], r["ts"]) for r in results(done, "level_max")] == [(9.0, T0 + timedelta(minutes=30))]


def test_thresholds_come_from_official_states_as_a_range():
    level = [10, 20, 40, 55, 70, 90, 60, 30]
    state = [0, 0, 0, 1, 1, 2, 1, 0]
    rows = readings("g:water", level) + readings("g:alert_level", state)
    done = run(rows, streams(("g", "water"), ("g", "alert_level")))
    assert [(r["lo"], r["value"], r["hi"]) for r in results(done, "threshold_1")] == [(40.0, 55.0, 55.0)]
    assert [(r["lo"], r["value"], r["hi"]) for r in results(done, "threshold_2")] == [(70.0, 90.0, 90.0)]
    assert done.findings.has("official-thresholds")


def test_states_that_count_downwards_are_understood():
    level = [10, 20, 40, 55, 70, 90, 60, 30]
    state = [4, 4, 4, 3, 3, 1, 3, 4]
    rows = readings("g:water", level) + readings("g:alert_level", state)
    done = run(rows, streams(("g", "water"), ("g", "alert_level")))
    assert [r["value"] for r in results(done, "threshold_1")] == [55.0]


def test_overlapping_states_are_cut_where_fewest_readings_stand_wrong():
    assert thresholds.cut(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0])) == (4.0, 3.0, 4.0)
    assert thresholds.cut(np.array([1.0, 2.0, 3.0, 9.0]), np.array([4.0, 5.0, 6.0])) == (4.0, 3.0, 9.0)


def test_bad_threshold_text_says_how_to_write_it():
    with pytest.raises(BadParameter, match="JSON"):
        run(readings("g:l", [1, 2, 3]), streams(("g", "l")), {"thresholds": "{nonsense"})


def wave(n, at, width=8.0, height=100.0):
    return height * np.exp(-0.5 * ((np.arange(n) - at) / width) ** 2)


def test_the_lag_between_two_gauges_is_found_with_its_direction():
    rng, n = np.random.default_rng(2), 48 * 30
    up = sum(wave(n, at, height=h) for at, h in zip(range(60, n, 97), rng.uniform(50, 150, 20), strict=False))
    down = np.roll(up, 9) * 0.7 + 20  # 4.5 hours later
    rows = readings("up:l", np.round(up + rng.normal(0, 2, n), 1))
    rows += readings("down:l", np.round(down + rng.normal(0, 2, n), 1))
    done = run(rows, streams(("up", "l"), ("down", "l")))
    (pair,) = results(done, "lag_h")
    assert pair["unit_id"] == "up:l > down:l"
    assert pair["value"] == 4.5
    assert pair["lo"] <= 4.5 <= pair["hi"] <= 5.5
    onset = {r["unit_id"]: r["value"] for r in results(done, "event_onset")}
    assert onset == {"up:l": 0.0, "down:l": pytest.approx(4.5, abs=0.5)}


def test_unrelated_gauges_give_no_pair():
    rng = np.random.default_rng(4)
    rows = readings("a:l", rng.normal(0, 1, 800)) + readings("b:l", rng.normal(0, 1, 800))
    assert results(run(rows, streams(("a", "l"), ("b", "l"))), "lag_h") == []


def test_daily_values_are_not_paired_and_that_is_said():
    rng = np.random.default_rng(5)
    up = np.round(rng.normal(0, 1, 400), 2)
    rows = readings("a:l", up, minutes=1440) + readings("b:l", np.roll(up, 1), minutes=1440)
    done = run(rows, streams(("a", "l"), ("b", "l")))
    assert results(done, "lag_h") == []
    assert done.findings.has("too-slow-for-lags")
    slow = run(rows, streams(("a", "l"), ("b", "l")), {"lag_hours_max": 120})
    assert [(r["unit_id"], r["value"]) for r in results(slow, "lag_h")] == [("a:l > b:l", 24.0)]


def test_lags_over_years_come_from_the_days_around_the_greatest_events():
    rng, n = np.random.default_rng(6), 24 * 365 * 5
    up = sum(
        wave(n, at, height=h) for at, h in zip(range(900, n, 1711), rng.uniform(50, 150, 25), strict=False)
    )
    rows = readings("up:l", up + rng.normal(0, 2, n), minutes=60)
    rows += readings("down:l", np.roll(up, 5) + rng.normal(0, 2, n), minutes=60)
    done = run(rows, streams(("up", "l"), ("down", "l")))
    (pair,) = results(done, "lag_h")
    assert pair["unit_id"] == "up:l > down:l"
    assert pair["lo"] <= 5.0 <= pair["hi"]
    assert pair["value"] == pytest.approx(5.0, abs=0.5)
    assert pair["n"] <= crosslag.MOST_STEPS + 600


def test_a_grid_does_not_bridge_long_gaps():
    at = np.array([0, 10, 20, 100, 110], np.int64)
    got = crosslag.regular(at, np.array([0.0, 1, 2, 10, 11]), np.arange(0, 111, 5, dtype=np.int64), 30)
    assert got[:5].tolist() == [0, 0.5, 1, 1.5, 2]
    assert np.isnan(got[5:20]).all()
    assert got[20:].tolist() == [10, 10.5, 11]


def test_burst_limits_look_only_backwards():
    counts = np.array([2.0] * 24 + [50.0, 2.0])
    usual, limit = bursts.limits(counts, 24, 5, 10)
    assert np.isnan(usual[:12]).all()
    assert usual[24] == 2
    assert limit[24] == pytest.approx(2 + 5 * 3**0.5)
    changed = counts.copy()
    changed[25] = 900
    assert bursts.limits(changed, 24, 5, 10)[1][24] == limit[24]


def posts(counts):
    rows = [
        {"post_id": f"{hour}-{i}", "ts": T0 + timedelta(hours=hour, minutes=40, seconds=i)}
        for hour, n in enumerate(counts)
        for i in range(n)
    ]
    return rows_of("post", rows)


def marked(counts):
    rows = [
        {"zone_id": f"z{i}", "ts": T0 + timedelta(hours=h), "property": "flood_depth_class", "value": 2.0}
        for h, n in enumerate(counts)
        for i in range(n)
    ]
    return rows_of("zone_value", rows)


def test_a_burst_of_reports_leads_the_official_marking():
    quiet = [1, 2, 0, 3, 1, 2, 1, 1, 0, 2, 1, 1, 2, 1, 0, 1, 2, 2, 1, 1]
    reports = posts([*quiet, 40, 90, 80, 60, 50, 20, 5, 2, 1])
    zones = marked([3] * 23 + [40, 60, 60, 60, 60, 60])
    done = evidence.compute(load("early-warning"), {"post": reports, "zone_value": zones}, CITY)
    burst = results(done, "report_burst")
    # Yangon's hours start at half past in UTC
    assert [(r["ts"], r["value"]) for r in burst] == [(T0 + timedelta(hours=20, minutes=30), 40.0)]
    (lead,) = results(done, "report_lead_h")
    assert lead["value"] == pytest.approx(2.5)


def test_a_city_with_nothing_to_watch_is_refused_with_the_reason():
    done = evidence.compute(load("early-warning"), {}, CITY)
    assert done.status == "refused"
    assert done.rows.num_rows == 0
    assert "Import sensor data." in done.reason
    assert "Import reports of citizens." in done.reason


def test_the_digest_does_not_depend_on_threads_or_order():
    rng = np.random.default_rng(6)
    rows = readings("a:l", wave(400, 200) + rng.normal(0, 1, 400)) + readings("b:l", wave(400, 210))
    table = rows_of("observation", rows)
    tables = {"observation": table, "datastream": streams(("a", "l"), ("b", "l"))}
    first = evidence.compute(load("early-warning"), tables, CITY)
    other = tables | {"observation": table.take(rng.permutation(table.num_rows))}
    assert evidence.compute(load("early-warning"), other, CITY, threads=1).digest == first.digest


def test_real_gates_rise_upstream_first(data):
    raw = pa_csv.read_csv(data / "jakarta/sensors_water/tma_2020.csv").to_pylist()
    seen, rows = set(), []
    for r in raw:
        key = (r["nama_pintu_air"].strip(), r["tanggal"])
        if key not in seen:
            seen.add(key)
            at = r["tanggal"].replace(tzinfo=UTC) - timedelta(hours=7)
            rows.append(
                {"datastream_id": f"{key[0]}:l", "ts": at, "value": float(r["tinggi_air"]), "quality": 2}
            )
    ids = sorted({r["datastream_id"] for r in rows})
    done = run(rows, streams(*(i.split(":") for i in ids)))
    top = {r["unit_id"]: (r["value"], r["ts"]) for r in results(done, "level_max")}
    assert top["PS. Katulampa (Hulu):l"] == (1410.0, datetime(2020, 1, 1, 2, 10, tzinfo=UTC))
    assert top["PA. Manggarai:l"] == (9690.0, datetime(2020, 1, 1, 17, 40, tzinfo=UTC))
    lags = {r["unit_id"]: r for r in results(done, "lag_h")}
    far = lags["PS. Katulampa (Hulu):l > PA. Manggarai:l"]
    near = lags["PS. Katulampa (Hulu):l > PS. Depok:l"]
    assert 0 < near["value"] < far["value"]
    assert 8 <= far["value"] <= 16
    assert far["lo"] > 0
