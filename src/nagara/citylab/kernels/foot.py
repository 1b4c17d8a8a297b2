"""Ways on foot between two sets of points: along the streets where there are any, else straight lines times
a detour factor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from nagara.citylab.kernels.network import Network, Snapper, on_sphere

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

_CELLS = 16_000_000
"""Distances held at once (128 MB)."""


@dataclass(frozen=True)
class Points:
    """Places in degrees (WGS 84); NaN where a place is not known."""

    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        return len(self.lon)


@dataclass(frozen=True)
class Walks:
    """Pairs (i of the first set, j of the second) and the metres between them."""

    i: Longs
    j: Longs
    metres: Floats


def straight(a: Points, b: Points, *, limit_m: float, detour: float) -> Walks:
    """Pairs whose straight line times `detour` is at most `limit_m`."""
    ka, kb = (np.flatnonzero(np.isfinite(p.lon) & np.isfinite(p.lat)) for p in (a, b))
    if not len(ka) or not len(kb):
        return Walks(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    trees = [cKDTree(on_sphere(p.lon[k], p.lat[k])) for p, k in ((a, ka), (b, kb))]
    found = trees[0].sparse_distance_matrix(trees[1], limit_m / detour, output_type="ndarray")
    return Walks(ka[found["i"]], kb[found["j"]], found["v"] * detour)


def along(network: Network, a: Points, b: Points, *, limit_m: float, detour: float, snap_m: float) -> Walks:
    """Pairs whose way along the streets is at most `limit_m`. A point farther than `snap_m` from every
    street is walked to in a straight line times `detour`, as are points that share their street node."""
    snapper = Snapper(network, least_part=min(20, int(network.part_size.max(initial=1))))
    (na, fa), (nb, fb) = (snapper.snap(p.lon, p.lat, cap_m=snap_m) for p in (a, b))
    direct = straight(a, b, limit_m=limit_m, detour=detour)
    lone = (na[direct.i] < 0) | (nb[direct.j] < 0) | (na[direct.i] == nb[direct.j])
    parts = [Walks(direct.i[lone], direct.j[lone], direct.metres[lone])]
    nodes, of = np.unique(na[na >= 0], return_inverse=True)
    ends, at = np.unique(nb[nb >= 0], return_inverse=True)
    who, whom = np.flatnonzero(na >= 0), np.flatnonzero(nb >= 0)
    step = max(_CELLS // max(len(network), 1), 1)
    for begin in range(0, len(nodes), step):
        some = nodes[begin : begin + step]
        far = dijkstra(network.graph, directed=True, indices=some, limit=limit_m)[:, ends]
        row, column = np.nonzero(np.isfinite(far) & (some[:, None] != ends[None, :]))
        parts.append(_paired(row + begin, column, far[row, column], (of, who, fa), (at, whom, fb), limit_m))
    return Walks(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("i", "j", "metres")))


Side = tuple[Longs, Longs, Floats]
"""Of the points that have a street node: the number of the node, the point, and (all points) metres to it."""


def _paired(row: Longs, column: Longs, metres: Floats, a: Side, b: Side, limit_m: float) -> Walks:
    """Every point of each node with every point of the other node."""
    (of, who, fa), (at, whom, fb) = a, b
    by_a, by_b = np.argsort(of, kind="stable"), np.argsort(at, kind="stable")
    sa, sb = (
        np.searchsorted(x[o], np.arange(int(x.max(initial=-1)) + 2)) for x, o in ((of, by_a), (at, by_b))
    )
    pair, i = _spread(row, sa)
    row_b, metres = column[pair], metres[pair]
    pair, j = _spread(row_b, sb)
    i, j = who[by_a[i[pair]]], whom[by_b[j]]
    total = metres[pair] + fa[i] + fb[j]
    near = total <= limit_m
    return Walks(i[near], j[near], total[near])


def _spread(key: Longs, starts: Longs) -> tuple[Longs, Longs]:
    """Each key repeated for its rows: (place of the key, row)."""
    length = starts[key + 1] - starts[key]
    pair = np.repeat(np.arange(len(key)), length)
    return pair, np.repeat(starts[key], length) + np.arange(len(pair)) - np.repeat(
        np.cumsum(length) - length, length
    )
