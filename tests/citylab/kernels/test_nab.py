"""Cases scored by hand, after the paper (arXiv:1510.03336)."""

from math import exp

import pytest

from nagara.citylab.kernels import nab

N = 1000  # the first 150 are probation
WINDOW = (400, 499)


def one(*detections, windows=(WINDOW,)):
    return nab.Series("s", N, list(windows), list(detections))


def test_silence_scores_nought_and_the_first_moment_of_each_window_a_hundred():
    two = [WINDOW, (700, 799)]
    assert nab.score([one(windows=two)]) == 0
    assert nab.score([one(400, 700, windows=two)]) == pytest.approx(100)


def test_a_later_detection_earns_less_by_the_sigmoid():
    # index 449 of 400..499: position -(499 - 449 + 1) / 100 = -0.51
    worth = (2 / (1 + exp(5 * -0.51)) - 1) / (2 / (1 + exp(-5)) - 1)
    assert nab.raw_score(N, [WINDOW], [449]) == pytest.approx(worth)
    assert nab.score([one(449)]) == pytest.approx(100 * (worth + 1) / 2)


def test_only_the_first_detection_in_a_window_counts():
    assert nab.raw_score(N, [WINDOW], [420, 430, 490]) == nab.raw_score(N, [WINDOW], [420])


def test_a_false_alarm_before_any_window_costs_its_whole_weight():
    assert nab.raw_score(N, [WINDOW], [300]) == pytest.approx(-1 - 0.11)
    assert nab.score([one(300, 400)]) == pytest.approx(100 * (1 - 0.11 + 1) / 2)


def test_a_false_alarm_just_behind_a_window_costs_little_and_far_behind_all():
    near = nab.raw_score(N, [WINDOW], [400, 500])
    assert near == pytest.approx(1 + 0.11 * (2 / (1 + exp(5 / 99)) - 1))
    far = nab.raw_score(N, [WINDOW], [400, 999])
    assert far == pytest.approx(1 - 0.11, abs=1e-6)


def test_what_comes_in_the_probation_is_not_counted():
    assert nab.raw_score(N, [WINDOW], [10, 149]) == nab.raw_score(N, [WINDOW], [])
    assert nab.raw_score(N, [WINDOW], [150]) < nab.raw_score(N, [WINDOW], [])
    assert nab.probation(100_000) == 750


def test_profiles_weigh_false_alarms_and_misses():
    alarm = one(300, 400)
    assert nab.score([alarm], nab.FEW_FALSE_ALARMS) == pytest.approx(100 * (2 - 0.22) / 2)
    half = [one(400, windows=[WINDOW, (700, 799)])]
    assert nab.score(half, nab.STANDARD) == pytest.approx(50)
    assert nab.score(half, nab.FEW_MISSES) == pytest.approx(100 * (1 - 2 + 4) / 6)


def test_without_labels_there_is_nothing_to_score():
    with pytest.raises(ValueError, match="no labelled window"):
        nab.score([nab.Series("s", N, [], [])])
