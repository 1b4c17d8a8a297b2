"""Severity is found again where it was put in, and agreement says what a person would count."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.campus.selection.domain.agreement import Score, calibrate, severities


def readings(
    severity: dict[str, float], *, papers: int = 60, noise: float = 0.0, seed: int = 1
) -> list[Score]:
    chance = random.Random(seed)
    people = sorted(severity)
    found = []
    for i in range(papers):
        quality = chance.uniform(40, 90)
        found += [
            Score(f"A{i:03}", key, quality + severity[key] + chance.gauss(0, noise))
            for key in chance.sample(people, 2)
        ]
    return found


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-15, 15), min_size=2, max_size=6), st.integers(0, 99))
def test_severity_without_noise_is_found_exactly(values, seed):
    put_in = {f"r{i}": float(v) for i, v in enumerate(values)}
    scores = readings(put_in, seed=seed)
    found = severities(scores)
    weight = {k: sum(s.reviewer == k for s in scores) for k in put_in}
    middle = sum(put_in[k] * weight[k] for k in put_in) / sum(weight.values())
    for key, value in found.items():
        assert value == pytest.approx(put_in[key] - middle, abs=1e-6)


def test_the_harsh_reviewer_stands_out_and_no_other():
    severity = {"r1": 0.0, "r2": 1.0, "r3": -1.0, "r4": 0.5, "r5": -18.0, "r6": 0.0}
    found = calibrate(readings(severity, papers=120, noise=3), differ_by=15)
    assert [f.reviewer for f in found.reviewers if f.outlier] == ["r5"]
    harsh = next(f for f in found.reviewers if f.reviewer == "r5")
    assert harsh.severity == pytest.approx(-15, abs=3)


def test_pairs_and_their_distance_are_counted():
    scores = [
        Score("A1", "r1", 80),
        Score("A1", "r2", 70),
        Score("A2", "r1", 60),
        Score("A2", "r2", 40),
        Score("A3", "r3", 55),
    ]
    found = calibrate(scores, differ_by=15)
    assert (found.pairs, found.apart, found.within) == (2, 15, 0.5)
    alone = next(f for f in found.reviewers if f.reviewer == "r3")
    assert alone.severity is None
    assert alone.why == "fewer than 5 readings shared with others"


def test_perfect_agreement_has_reliability_one():
    scores = [Score(f"A{i}", r, 50 + i) for i in range(9) for r in ("r1", "r2")]
    assert calibrate(scores, differ_by=10).reliability == 1.0
    assert calibrate([], differ_by=10).reliability is None
