import numpy as np
import pytest

from nagara.citylab.kernels import shifts


def test_two_levels_are_split_where_they_part():
    r = np.concatenate([np.zeros(30), np.full(20, 5.0)])
    assert shifts.split(r) == (30, 5.0, 1.0)


def test_a_slow_rise_is_no_sharp_split():
    _, jump, sharpness = shifts.split(np.linspace(0, 10, 60))
    assert jump == pytest.approx(5, abs=0.5)
    assert sharpness < 0.3


def test_too_short_a_series_has_no_split():
    assert shifts.split(np.array([0.0, 1.0, 5.0])) == (0, 0.0, 0.0)


def test_a_straight_departure_is_found_with_its_start():
    rng = np.random.default_rng(2)
    x = np.concatenate([np.zeros(40), np.linspace(0, 8, 30)]) + rng.normal(0, 0.2, 70)
    start, rise, explained = shifts.straight(x)
    assert abs(start - 40) <= 3
    assert rise == pytest.approx(8, abs=0.6)
    assert explained > 0.97
