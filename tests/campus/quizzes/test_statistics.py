"""Facility, discrimination, distribution; what is undefined says why."""

from __future__ import annotations

import pytest
from scipy.stats import pearsonr, pointbiserialr

from nagara.campus.quizzes.domain.statistics import Row, correlation, distribution, item_statistics


def rows(item, shares, wrong=""):
    return [Row(person, item, share, "" if share == 1 else wrong) for person, share in enumerate(shares)]


def test_discrimination_is_the_point_biserial_correlation_with_the_rest_of_the_quiz():
    first = [1, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0]
    second = [1, 0.5, 1, 0, 1, 0.25, 0, 0.75, 0.5, 1, 0, 0]
    third = [1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 0]
    found = {s.item: s for s in item_statistics(rows(1, first) + rows(2, second) + rows(3, third))}
    rest = [(b + c) / 2 for b, c in zip(second, third, strict=True)]
    assert found[1].discrimination == pytest.approx(pointbiserialr(first, rest).statistic)
    assert found[2].discrimination == pytest.approx(
        pearsonr(second, [(a + c) / 2 for a, c in zip(first, third, strict=True)]).statistic
    )
    assert found[1].facility == pytest.approx(7 / 12)


def test_what_is_undefined_says_why_and_the_hardest_stands_first():
    easy, hard = [1.0] * 12, [0, 1] * 6
    found = item_statistics(rows(1, easy) + rows(2, hard, "Upside down."))
    assert [s.item for s in found] == [2, 1]
    assert [(s.discrimination, s.why) for s in found] == [
        (None, "everyone did alike in the rest"),
        (None, "everyone got the same marks for it"),
    ]
    assert found[0].wrong == [("Upside down.", 6)]
    assert [s.stuck for s in found] == [True, False]
    few = item_statistics(rows(1, [1, 0, 1, 0]) + rows(2, [0, 0, 0, 1]))
    assert {s.why for s in few} == {"fewer than 10 people"}
    assert not any(s.stuck for s in few)
    assert correlation([1], [1]) is None


def test_the_distribution_has_everyone_once():
    found = distribution([0, 9.99, 10, 55.5, 89.9, 90, 100])
    assert sum(count for _, count in found) == 7
    assert (found[0], found[-1]) == (("0-9", 2), ("90-100", 2))
