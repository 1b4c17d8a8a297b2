import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nagara.citylab.kernels import inequality as q

AMOUNTS = st.lists(st.floats(0.01, 1e6), min_size=2, max_size=40)


def line(n):
    """Pairs of neighbours along a line."""
    left = [(a, a + 1) for a in range(n - 1)]
    pairs = np.array(left + [(b, a) for a, b in left])
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return pairs[order, 0], pairs[order, 1]


def test_gini_and_theil_of_a_few_numbers():
    assert q.gini(np.array([1.0, 2, 3, 4])) == pytest.approx(0.25)
    assert q.gini(np.array([5.0, 5, 5])) == pytest.approx(0)
    assert q.gini(np.array([0.0, 0, 0, 1])) == pytest.approx(0.75)
    assert q.theil(np.array([1.0, 3.0])) == pytest.approx(0.25 * np.log(0.5) + 0.75 * np.log(1.5))
    assert np.isnan(q.gini(np.zeros(3)))


@given(AMOUNTS, st.data())
def test_a_weight_counts_like_so_many_items(amounts, data):
    times = np.array(data.draw(st.lists(st.integers(1, 4), min_size=len(amounts), max_size=len(amounts))))
    y = np.array(amounts)
    assert q.gini(y, times.astype(float)) == pytest.approx(q.gini(np.repeat(y, times)), abs=1e-9)
    assert q.theil(y, times.astype(float)) == pytest.approx(q.theil(np.repeat(y, times)), abs=1e-9)


@given(AMOUNTS, st.data())
def test_theil_between_and_within_add_up_and_neither_is_negative(amounts, data):
    y = np.array(amounts)
    group = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(y), max_size=len(y))))
    between, within = q.theil_parts(y, group)
    assert between + within == pytest.approx(q.theil(y), abs=1e-9)
    assert between > -1e-9
    assert within > -1e-9


@given(AMOUNTS, st.floats(0.1, 100))
def test_inequality_does_not_depend_on_the_unit(amounts, factor):
    y = np.array(amounts)
    assert q.gini(y * factor) == pytest.approx(q.gini(y), abs=1e-9)
    assert q.theil(y * factor) == pytest.approx(q.theil(y), abs=1e-9)


def test_morans_i_of_four_in_a_line_by_hand():
    i, j = line(4)
    found = q.moran(np.array([1.0, 2, 3, 4]), i, j)
    assert found.i == pytest.approx(0.4)  # deviations -1.5 -.5 .5 1.5, lags -.5 -.5 .5 .5: 2 / 5
    assert found.expected == pytest.approx(-1 / 3)


def test_a_gradient_is_clustered_and_a_chequer_is_not():
    i, j = line(60)
    assert q.moran(np.arange(60.0), i, j).p <= 0.002
    chequer = q.moran(np.arange(60.0) % 2, i, j)
    assert chequer.i == pytest.approx(-1)
    assert chequer.p <= 0.002
    mixed = np.random.default_rng(8).normal(size=60)
    assert q.moran(mixed, i, j).p > 0.05


def test_one_seed_gives_one_answer():
    i, j = line(30)
    y = np.random.default_rng(3).normal(size=30)
    assert q.moran(y, i, j) == q.moran(y, i, j)
    for first, second in zip(q.local_moran(y, i, j), q.local_moran(y, i, j), strict=True):
        np.testing.assert_array_equal(first, second)


def test_a_heap_of_high_ones_is_a_cluster_and_noise_is_not():
    at = np.arange(80)
    i, j = np.nonzero((abs(at[:, None] - at) <= 3) & (at[:, None] != at))
    y = np.random.default_rng(5).normal(size=80)
    y[30:36] += 12
    _, p, quadrant, _ = q.local_moran(y, i, j)
    held = q.discoveries(p, 0.05)
    inside = {at for at in np.flatnonzero(held) if quadrant[at] == 1}
    assert {31, 32, 33, 34} <= inside <= set(range(28, 38))


def test_benjamini_and_hochberg_by_hand():
    p = np.array([0.01, 0.02, 0.03, 0.5, np.nan])
    assert q.discoveries(p, 0.05).tolist() == [True, True, True, False, False]
    assert q.discoveries(np.array([0.04, 0.2, 0.9]), 0.05).tolist() == [False, False, False]


def gal(pysal, data, weights, column):
    table = pysal.io.open(pysal.examples.get_path(data))
    w = pysal.io.open(pysal.examples.get_path(weights)).read()
    place = {name: at for at, name in enumerate(w.id_order)}
    i = np.array([place[a] for a in w.id_order for _ in w.neighbors[a]])
    j = np.array([place[b] for a in w.id_order for b in w.neighbors[a]])
    return np.array(table.by_col[column], float), i, j


@pytest.mark.parametrize(
    ("data", "weights", "column", "expected"),
    [("columbus.dbf", "columbus.gal", "CRIME", 0.50018856), ("stl_hom.txt", "stl.gal", "HR8893", 0.24365583)],
)
def test_morans_i_equals_the_published_values(data, weights, column, expected):
    pysal = pytest.importorskip("libpysal", reason="libpysal carries the published data")
    y, i, j = gal(pysal, data, weights, column)
    assert q.moran(y, i, j).i == pytest.approx(expected, abs=5e-9)


def test_theil_of_the_states_of_mexico_equals_the_published_values():
    pysal = pytest.importorskip("libpysal", reason="libpysal carries the published data")
    table = pysal.io.open(pysal.examples.get_path("mexico.csv"))
    region = np.array(table.by_col("hanson98")).astype(int)
    found = [q.theil(np.array(table.by_col(f"pcgdp{year}"), float)) for year in range(1940, 2010, 10)]
    expected = [0.20894344, 0.15222451, 0.10472941, 0.10194725, 0.09560113, 0.10511256, 0.10660832]
    assert found == pytest.approx(expected, abs=5e-9)
    between, _ = q.theil_parts(np.array(table.by_col("pcgdp1940"), float), region)
    assert between == pytest.approx(0.0345889, abs=5e-8)
