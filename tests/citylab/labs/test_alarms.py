"""Alarm rules against a slow and plain reading of the same sentence, minute by minute."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab.labs.kinds.alarms import Event, Rule, Terms, alarms, holds, judge, spans_of
from nagara.citylab.labs.kinds.rule import _packed, _unpacked

STEP, LAST = 10, 400


def slow_on(points: list[tuple[int, float]], rule: Rule, minute: int) -> bool:
    """Whether the rule holds on one stream at a minute: the readings so far, one by one."""
    so_far = [p for p in points if p[0] <= minute]
    if not so_far or minute > points[-1][0]:
        return False
    since = None
    for at, value in so_far:
        met = value >= rule.threshold
        if met and rule.rate is not None:
            before = [p for p in so_far if p[0] <= at - 60]
            hours = (at - before[-1][0]) / 60 if before else 0
            met = bool(before) and hours <= 3 and (value - before[-1][1]) / hours >= rule.rate
        if not met:
            since = None
        elif since is None:
            since = at
    return since is not None and any(since + rule.hold_min <= at for at, _ in so_far if at >= since)


levels = st.lists(st.integers(0, 6), min_size=3, max_size=30)


@settings(max_examples=80)
@given(
    st.lists(levels, min_size=1, max_size=3),
    st.integers(1, 5),
    st.sampled_from([0, 10, 25, 60]),
    st.sampled_from([None, 1.0, 2.0]),
    st.data(),
)
def test_an_alarm_speaks_just_when_the_sentence_says(
    streams: list[list[int]], threshold: int, hold: int, rate: float | None, data: st.DataObject
) -> None:
    points = {f"s{n}": [(STEP * i, float(v)) for i, v in enumerate(vs)] for n, vs in enumerate(streams)}
    series = {n: (np.array([t for t, _ in ps]), np.array([v for _, v in ps])) for n, ps in points.items()}
    rule = Rule(tuple(points), threshold, hold, rate, data.draw(st.integers(1, len(points))))
    spoken = alarms(series, rule, quiet_h=0)
    for minute in range(0, STEP * 31, STEP):
        many = sum(slow_on(points[n], rule, minute) for n in points)
        assert any(on <= minute < off for on, off in spoken) == (many >= rule.k), (minute, spoken)


def one(values: list[float], rule: Rule) -> list[tuple[int, int]]:
    return spans_of(np.arange(0, STEP * len(values), STEP), np.array(values), rule)


def test_the_threshold_itself_is_enough_and_holding_waits() -> None:
    assert one([0, 5, 5, 5, 0], Rule(("s",), 5)) == [(10, 40)]
    assert one([0, 5, 5, 5, 0], Rule(("s",), 5, hold_min=20)) == [(30, 40)]
    assert one([0, 5, 5, 0], Rule(("s",), 5, hold_min=20)) == []
    assert one([0, 5, 5], Rule(("s",), 5)) == [(10, 21)]


TERMS = Terms(hit=50, false_alarms=25, lead=25, lead_full_h=2, false_alarms_zero=3, before_h=3)
FLOOD = Event("flood", 600, 900, 720)


def test_a_good_alarm_gets_all() -> None:
    got = judge([(590, 800)], [FLOOD], (0, 43_200), TERMS)
    assert (got.hits, got.false_alarms, got.lead_h) == (1, 0, pytest.approx(130 / 60))
    assert got.worth == 1.0


def test_an_alarm_that_never_speaks_gets_nothing() -> None:
    got = judge([], [FLOOD], (0, 43_200), TERMS)
    assert (got.hits, got.worth) == (0, 0.0)


def test_false_alarms_cost_by_the_month() -> None:
    got = judge([(590, 800), (3000, 3010), (9000, 9100)], [FLOOD], (0, 43_200), TERMS)
    assert got.false_alarms == 2
    assert got.false_alarms_30d == 2
    assert got.worth == pytest.approx((50 + 25 / 3 + 25) / 100)


def test_a_late_alarm_is_a_hit_without_lead() -> None:
    got = judge([(800, 850)], [FLOOD], (0, 43_200), TERMS)
    assert (got.hits, got.lead_h) == (1, 0)
    assert got.worth == pytest.approx(0.75)


def test_an_alarm_that_is_always_on_is_no_prophet() -> None:
    got = judge([(0, 43_200)], [FLOOD], (0, 43_200), TERMS)
    assert (got.hits, got.false_alarms, got.worth) == (0, 1, 0.0)


def test_half_the_events_give_at_most_half() -> None:
    other = Event("second", 20_000, 20_300, 20_100)
    got = judge([(590, 800)], [FLOOD, other], (0, 43_200), TERMS)
    assert got.worth == pytest.approx(0.5)


def test_alarms_close_to_each_other_are_one() -> None:
    series = {"s": (np.arange(0, 60, 10), np.array([5.0, 0, 5, 0, 0, 5]))}
    assert len(alarms(series, Rule(("s",), 5), 0)) == 3
    assert alarms(series, Rule(("s",), 5), 0.3) == [(0, 30), (50, 51)]
    assert alarms(series, Rule(("s",), 5), 6) == [(0, 51)]


def test_predicates_read_facts_and_refuse_what_they_do_not_know() -> None:
    facts = {"false_alarms": 4, "lead_h": 0.5, "threshold": 9.0, "seen_max": 7.0}
    assert holds("false_alarms > 3 and lead_h < 1", facts)
    assert holds("threshold > seen_max", facts)
    assert not holds("false_alarms > 3 and lead_h >= 1", facts)
    for wrong in ("import os", "__class__ > 1", "lead_h", "lead_h < 1 or 1 < 2", "temperature > 3"):
        with pytest.raises(ValueError, match="not"):
            holds(wrong, facts)


@given(
    st.lists(st.tuples(st.integers(25_000_000, 35_000_000), st.floats(-1e6, 1e6)), min_size=1, max_size=50)
)
def test_a_packed_series_comes_back_as_it_was(points: list[tuple[int, float]]) -> None:
    points = sorted(points)
    times, values = _unpacked(*_packed(points))
    assert list(zip(times.tolist(), values.tolist(), strict=True)) == points
