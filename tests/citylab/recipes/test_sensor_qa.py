"""Faults that we put in ourselves must be found, and little else."""

import numpy as np
import pyarrow as pa
import pytest

from nagara.citylab import evidence
from nagara.citylab.recipes import Context, load
from nagara.citylab.tables import TABLES

CITY = Context("here", "Here", "Asia/Yangon", 32647)
START = 1_577_836_800_000_000  # 2020-01-01 00:00 UTC, in microseconds


def table(name, stamps, values, quality=2):
    n = len(values)
    return pa.table(
        {
            "datastream_id": [name] * n,
            "ts": pa.array(stamps, pa.timestamp("us", tz="UTC")),
            "value": pa.array(values, pa.float64()),
            "quality": pa.array([quality] * n, pa.int8()),
            "source_id": ["s"] * n,
        }
    )


def weather(rng, n, period_s, swing, noise, memory):
    """A daily wave with noise that remembers itself (AR 1), rounded as sensors do."""
    t = np.arange(n) * period_s
    shocks, e = rng.normal(0, noise, n), np.zeros(n)
    for i in range(1, n):
        e[i] = memory * e[i - 1] + shocks[i] * np.sqrt(1 - memory**2)
    return np.round(20 + swing * np.sin(2 * np.pi * t / 86400) + e, 2)


class Damage:
    """Puts faults into a series, far enough from one another, and remembers which values it touched."""

    def __init__(self, rng, values):
        self.rng, self.values = rng, values.copy()
        self.kind = np.full(len(values), "", dtype=object)
        self.keep = np.ones(len(values), bool)
        self.free = np.ones(len(values), bool)
        self.gaps = []
        self.scale = np.std(values)

    def room(self, length, margin=12):
        while True:
            a = int(self.rng.integers(margin, len(self.values) - length - margin))
            if self.free[a - margin : a + length + margin].all():
                self.free[a - margin : a + length + margin] = False
                return slice(a, a + length)

    def flatline(self):
        where = self.room(int(self.rng.integers(24, 60)))
        self.values[where] = self.values[where.start]
        self.kind[where] = "flatline"

    def step(self):
        where = self.room(int(self.rng.integers(60, 200)))
        self.values[where] += self.rng.choice([-1, 1]) * self.rng.uniform(3, 6) * self.scale
        self.kind[where] = "step"

    def spike(self):
        where = self.room(1, margin=4)
        self.values[where] += self.rng.choice([-1, 1]) * self.rng.uniform(4, 10) * self.scale
        self.kind[where] = "spike"

    def gap(self):
        where = self.room(int(self.rng.integers(6, 100)))
        self.keep[where] = False
        self.gaps.append(where.start - 1)


def damaged(seed, period_s, swing, noise, memory, sensors=4, n=4000):
    rng = np.random.default_rng(seed)
    parts, truth, gaps = [], {}, set()
    for i in range(sensors):
        made = Damage(rng, weather(rng, n, period_s, swing, noise, memory))
        for do, times in ((made.step, 2), (made.flatline, 4), (made.gap, 4), (made.spike, 20)):
            for _ in range(times):
                do()
        stamps = START + np.arange(n) * period_s * 1_000_000
        parts.append(table(f"d{i}", stamps[made.keep], made.values[made.keep]))
        for at, kind in zip(stamps[made.keep], made.kind[made.keep], strict=True):
            truth[f"d{i}", int(at)] = kind
        gaps |= {(f"d{i}", int(stamps[g])) for g in made.gaps}
    return pa.concat_tables(parts), truth, gaps


def flagged(done):
    rows = done.steps["flagged"]
    stamps = rows.column("ts").cast(pa.int64()).to_pylist()
    return set(zip(rows.column("datastream_id").to_pylist(), stamps, strict=True))


@pytest.mark.parametrize(
    ("period_s", "swing", "noise", "memory"),
    [
        (600, 5, 1, 0.0),
        (600, 5, 1, 0.9),
        (1800, 5, 0.3, 0.0),
        (3600, 3, 2, 0.95),
        (300, 3, 2, 0.99),
        (60, 5, 1, 0.0),
        (60, 5, 1, 0.9),
    ],
)
def test_injected_faults_are_found_with_precision_99_and_recall_98(period_s, swing, noise, memory):
    rows, truth, gaps = damaged(7, period_s, swing, noise, memory)
    done = evidence.compute(load("sensor-qa"), {"observation": rows}, CITY)
    bad = {key for key, kind in truth.items() if kind}
    got = flagged(done)
    assert len(got & bad) / len(got) >= 0.99
    assert len(got & bad) / len(bad) >= 0.98
    found = {
        (r["unit_id"], int(r["ts"].timestamp() * 1e6))
        for r in done.rows.to_pylist()
        if r["indicator"] == "fault_gap"
    }
    assert found == gaps
    for row in done.rows.to_pylist():
        assert row["value"] is None or row["lo"] - 1e-9 <= row["value"] <= row["hi"] + 1e-9, row


@pytest.mark.parametrize(("period_s", "memory"), [(60, 0.0), (600, 0.9)])
def test_other_seeds_do_as_well(period_s, memory):
    for seed in (20, 23):
        rows, truth, _ = damaged(seed, period_s, 5, 1, memory, n=3000)
        bad = {key for key, kind in truth.items() if kind}
        got = flagged(evidence.compute(load("sensor-qa"), {"observation": rows}, CITY))
        assert len(got & bad) / len(got) >= 0.99
        assert len(got & bad) / len(bad) >= 0.98


def test_two_close_small_steps_are_never_taken_for_the_time_between_them():
    for seed in (24, 25):
        rows, truth, _ = damaged(seed, 900, 2, 1, 0.5)
        bad = {key for key, kind in truth.items() if kind}
        got = flagged(evidence.compute(load("sensor-qa"), {"observation": rows}, CITY))
        assert len(got & bad) / len(got) >= 0.98
        assert len(got & bad) / len(bad) >= 0.9


def test_quiet_slow_gauges_are_not_stuck():
    rng = np.random.default_rng(20)
    n, parts = 6000, []
    for i, (noise, memory) in enumerate([(0.15, 0.999), (1, 0.9999), (0.3, 0.995)]):
        level, shocks = np.zeros(n), rng.normal(0, 10 * noise, n)
        for at in range(1, n):
            level[at] = memory * level[at - 1] + shocks[at] * np.sqrt(1 - memory**2)
        parts.append(table(f"gate{i}", START + np.arange(n) * 600_000_000, np.round(100 + level)))
    done = evidence.compute(load("sensor-qa"), {"observation": pa.concat_tables(parts)}, CITY)
    assert not [r for r in done.steps["fault"].to_pylist() if r["test"] == "flatline"]


def test_rows_in_any_order_and_split_in_parts_give_the_same_digest(monkeypatch):
    from dataclasses import replace

    rows, _, _ = damaged(9, 600, 5, 1, 0.5, sensors=3, n=2000)
    recipe = load("sensor-qa")
    small = replace(
        recipe, steps=tuple(replace(s, sql=s.sql.replace("2000000", "2500")) for s in recipe.steps)
    )
    whole = evidence.compute(recipe, {"observation": rows}, CITY)
    parts = evidence.compute(small, {"observation": rows}, CITY)
    monkeypatch.setenv("NAGARA_THREADS", "1")
    alone = evidence.compute(recipe, {"observation": rows.sort_by("ts")}, CITY)
    assert whole.digest == parts.digest == alone.digest


def test_clean_series_are_left_alone():
    rng = np.random.default_rng(3)
    parts = []
    for i in range(4):
        stamps = START + np.arange(4000) * 600_000_000
        parts.append(table(f"d{i}", stamps, weather(rng, 4000, 600, 5, 1, 0.9)))
    done = evidence.compute(load("sensor-qa"), {"observation": pa.concat_tables(parts)}, CITY)
    assert len(flagged(done)) <= 2  # of 16,000
    shares = [r["value"] for r in done.rows.to_pylist() if r["indicator"] == "I16"]
    assert shares == [100.0] * 5


def test_a_sensor_that_drifts_from_its_neighbours_is_found_and_they_are_not():
    rng = np.random.default_rng(5)
    n, parts = 48 * 60, []
    common = weather(rng, n, 1800, 5, 2, 0.99)
    for i in range(6):
        values = common + rng.normal(0, 0.3, n)
        if i == 2:
            values[48 * 30 :] += np.linspace(0, 4, 48 * 30)
        parts.append(table(f"d{i}", START + np.arange(n) * 1_800_000_000, np.round(values, 2)))
    done = evidence.compute(load("sensor-qa"), {"observation": pa.concat_tables(parts)}, CITY)
    drifts = [r for r in done.steps["fault"].to_pylist() if r["test"] == "drift"]
    assert [r["datastream_id"] for r in drifts] == ["d2"]
    assert drifts[0]["size"] == pytest.approx(4, abs=0.6)
    assert abs(drifts[0]["start_ts"].timestamp() * 1e6 - (START + 30 * 86_400_000_000)) < 6 * 86_400_000_000


def test_values_outside_the_plausible_range_fail_and_the_reason_says_where_none_is_given():
    rows = table("a", START + np.arange(100) * 600_000_000, [50.0 + i % 7 for i in range(100)])
    values = rows.column("value").to_pylist()
    values[40] = 101.0
    rows = rows.set_column(2, "value", pa.array(values))
    stream = pa.table(
        {"datastream_id": ["a"], "thing_id": ["t"], "property": ["humidity"], "unit": ["%"]}
        | {"valid_min": [0.0], "valid_max": [100.0], "source_id": ["s"]}
    )
    done = evidence.compute(load("sensor-qa"), {"observation": rows, "datastream": stream}, CITY)
    failed = done.steps["flagged"].to_pylist()
    assert [(r["value"], r["quality"], r["range_failed"]) for r in failed if r["range_failed"]] == [
        (101.0, 4, 1)
    ]
    without = evidence.compute(load("sensor-qa"), {"observation": rows}, CITY)
    assert without.findings.has("no-range")


def test_dry_days_of_a_rain_gauge_and_alert_states_are_not_stuck():
    rng = np.random.default_rng(11)
    rain = np.where(rng.random(3000) < 0.04, np.round(rng.gamma(0.6, 3, 3000), 1), 0.0)
    level = np.repeat(rng.integers(0, 3, 30), 100).astype(float)
    stamps = START + np.arange(3000) * 300_000_000
    rows = pa.concat_tables([table("rain", stamps, rain), table("level", stamps, level)])
    streams = pa.table(
        {"datastream_id": ["rain", "level"], "thing_id": ["t", "t"], "property": ["rainfall", "alert_level"]}
        | {"unit": ["mm", "1"], "source_id": ["s", "s"]}
    )
    done = evidence.compute(load("sensor-qa"), {"observation": rows, "datastream": streams}, CITY)
    assert not [r for r in done.steps["fault"].to_pylist() if r["test"] == "flatline"]


def test_availability_counts_what_came_against_what_was_due():
    stamps = START + np.arange(1000) * 600_000_000
    whole = table("whole", stamps, np.sin(np.arange(1000)))
    holed = table("holed", stamps, np.cos(np.arange(1000))).filter(
        pa.array([not 200 <= i < 400 for i in range(1000)])
    )
    done = evidence.compute(load("sensor-qa"), {"observation": pa.concat_tables([whole, holed])}, CITY)
    got = {r["unit_id"]: r for r in done.rows.to_pylist() if r["indicator"] == "I16"}
    assert got["whole"]["value"] == pytest.approx(100)
    assert got["holed"]["value"] == pytest.approx(80, abs=0.5)
    assert got["city"]["value"] == pytest.approx(90, abs=0.5)


def test_too_few_values_refuse():
    done = evidence.compute(load("sensor-qa"), {"observation": TABLES["observation"].empty()}, CITY)
    assert done.status == "refused"
    assert "Import sensor data first." in done.reason


def test_the_same_rows_in_another_order_give_the_same_digest():
    rows, _, _ = damaged(9, 600, 5, 1, 0.5, sensors=2, n=2000)
    shuffled = rows.take(np.random.default_rng(1).permutation(rows.num_rows))
    first = evidence.compute(load("sensor-qa"), {"observation": rows}, CITY)
    second = evidence.compute(load("sensor-qa"), {"observation": shuffled}, CITY, threads=1)
    assert first.digest == second.digest


def shifted(change, *, period_s=600, memory=0.0, sensors=4, n=6000, seed=21):
    """Series in which `change(values, start, length, scale)` was done to one stretch, and where."""
    rng = np.random.default_rng(seed)
    parts, truth = [], set()
    for i in range(sensors):
        values = weather(rng, n, period_s, 5, 1, memory)
        start, length = int(rng.integers(1500, 4000)), int(rng.integers(300, 900))
        length = change(values, start, length)
        stamps = START + np.arange(n) * period_s * 1_000_000
        parts.append(table(f"d{i}", stamps, np.round(values, 2)))
        truth |= {(f"d{i}", int(at)) for at in stamps[start : start + length]}
    return pa.concat_tables(parts), truth


def small_step(values, start, length):
    values[start : start + length] += 4  # four times the noise: no single value shows it
    return length


def smaller_step(values, start, length):
    values[start : start + length] += 3
    return length


def step_for_good(values, start, length):
    values[start:] += 6
    return len(values) - start


def drift(values, start, length):
    values[start : start + length] += np.linspace(0, 6, length)
    return length


@pytest.mark.parametrize("seed", [21, 25])
@pytest.mark.parametrize(
    ("change", "precision", "recall"),
    [(small_step, 0.99, 0.98), (smaller_step, 0.99, 0.98), (step_for_good, 0.99, 0.98), (drift, 0.9, 0.9)],
)
def test_shifts_that_no_single_value_shows_are_found(change, precision, recall, seed):
    rows, bad = shifted(change, seed=seed)
    got = flagged(evidence.compute(load("sensor-qa"), {"observation": rows}, CITY))
    assert len(got & bad) / len(got) >= precision
    assert len(got & bad) / len(bad) >= recall


def test_a_flood_that_rises_and_falls_is_an_event_and_no_fault():
    rng = np.random.default_rng(13)
    n = 3000
    level = 500 + 20 * np.sin(np.arange(n) / 24) + rng.normal(0, 3, n)
    rise = np.concatenate([np.linspace(0, 1, 40) ** 2, np.exp(-np.arange(200) / 60)])
    level[1500 : 1500 + len(rise)] += 900 * rise
    rows = table("gate", START + np.arange(n) * 600_000_000, np.round(level))
    done = evidence.compute(load("sensor-qa"), {"observation": rows}, CITY)
    flood = {int(START + i * 600_000_000) for i in range(1500, 1740)}
    assert len({at for _, at in flagged(done)} & flood) <= 5  # lone jumps, suspect
    assert not [r for r in done.steps["flagged"].to_pylist() if r["quality"] == 4]
