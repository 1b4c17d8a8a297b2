"""Ways on foot against a plain search over the whole street network."""

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse.csgraph import dijkstra

from nagara.citylab.kernels.foot import Points, along, straight
from nagara.citylab.kernels.network import Snapper, network_of

LON, LAT = 106.8, -6.2
M = 1 / 110_900


def points(xy):
    return Points(LON + xy[:, 0] * M, LAT + xy[:, 1] * M)


@pytest.fixture
def grid():
    """Streets of 30 x 30 crossings, 100 m apart, some of them missing."""
    chance = np.random.default_rng(1)
    x, y = (a.ravel() for a in np.meshgrid(np.arange(30), np.arange(30)))
    node = x * 30 + y
    east, north = node[x < 29], node[y < 29]
    u, v = np.r_[east, north], np.r_[east + 30, north + 1]
    there = chance.random(len(u)) < 0.8
    nodes = pa.table({"node_id": node, "lon": LON + x * 100 * M, "lat": LAT + y * 100 * M})
    edges = pa.table(
        {"u": u[there], "v": v[there], "metres": np.full(there.sum(), 100.0), "modes": ["w"] * there.sum()}
    )
    return network_of(nodes, edges)


def test_ways_along_streets_are_the_shortest_and_none_is_missing(grid):
    chance = np.random.default_rng(2)
    a, b = (points(chance.random((n, 2)) * 2900) for n in (40, 60))
    found = along(grid, a, b, limit_m=700, detour=1.3, snap_m=300)
    got = dict(zip(zip(found.i.tolist(), found.j.tolist(), strict=True), found.metres.tolist(), strict=True))
    snapper = Snapper(grid, least_part=20)
    (na, fa), (nb, fb) = (snapper.snap(p.lon, p.lat, cap_m=300) for p in (a, b))
    whole = dijkstra(grid.graph, directed=True)
    for i in range(40):
        for j in range(60):
            metres = fa[i] + whole[na[i], nb[j]] + fb[j]
            if na[i] != nb[j] and metres <= 700:
                assert got.pop((i, j)) == pytest.approx(metres)
    assert all(na[i] == nb[j] for i, j in got)  # the rest share their street node: a straight line


def test_straight_lines_take_the_detour_into_account():
    a, b = points(np.array([[0.0, 0.0]])), points(np.array([[300.0, 0.0], [500.0, 0.0]]))
    found = straight(a, b, limit_m=400, detour=1.3)
    assert (found.i.tolist(), found.j.tolist()) == ([0], [0])
    assert found.metres[0] == pytest.approx(390, abs=5)


def test_a_point_far_from_every_street_is_walked_to_in_a_straight_line(grid):
    a, b = points(np.array([[-800.0, 0.0]])), points(np.array([[-600.0, 0.0]]))
    found = along(grid, a, b, limit_m=400, detour=1.3, snap_m=300)
    assert found.metres.tolist() == pytest.approx([260], abs=5)


def test_a_place_that_is_not_known_is_passed_over(grid):
    nowhere = Points(np.array([np.nan]), np.array([np.nan]))
    assert len(along(grid, nowhere, points(np.zeros((1, 2))), limit_m=400, detour=1.3, snap_m=300).i) == 0
