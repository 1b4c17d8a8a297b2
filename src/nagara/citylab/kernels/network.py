"""Walking, cycling and driving on the street network: the nearest of each category, and how many.

Bounded Dijkstra from all places of a category at once (Dijkstra 1959; `scipy.sparse.csgraph`): a node of
its own for each category is tied to its places, so one search gives every street node's distance to the
nearest of them. Distances are metres along the street plus the way from the place to its street node.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

EARTH_M = 6_371_008.8
"""Mean radius of the earth (IUGG), for the short way from a point to its street node."""
_CELLS = 16_000_000
"""Distances held at once when counting (128 MB)."""


@dataclass(frozen=True)
class Network:
    """Street nodes of one mode, numbered from 0, and the metres between neighbours (sparse, N x N)."""

    node_id: Longs
    lon: Floats
    lat: Floats
    border: Truths
    graph: csr_array
    part: Longs  # the connected part that a node belongs to
    part_size: Longs  # nodes in each part

    def __len__(self) -> int:
        return len(self.node_id)

    @classmethod
    def of_points(cls, lon: Floats, lat: Floats) -> Network:
        """Points without any street between them: for finding the nearest of them alone."""
        n = len(lon)
        one = np.ones(n, np.int64)
        return cls(np.arange(n), lon, lat, np.zeros(n, bool), csr_array((n, n)), np.arange(n), one)

    def in_parts_of(self, least: int) -> Truths:
        """Which nodes belong to a connected part of at least `least` nodes."""
        return self.part_size[self.part] >= least


def network_of(nodes: pa.Table, edges: pa.Table, mode: str = "w") -> Network:
    """The network of one mode (w, b or c) from `street_node` and `street_edge`.

    People on foot go both ways; bicycles and cars follow their direction. Only nodes with an edge of the
    mode are in it. Of parallel edges the shortest counts. Edges whose node is missing are left out.
    """
    if edges.num_rows:
        edges = edges.filter(pc.match_substring(pc.fill_null(edges.column("modes"), ""), mode))
    u, v = (_longs(edges, name) for name in ("u", "v"))
    metres = edges.column("metres").to_numpy()
    node_id, at = np.unique(_longs(nodes, "node_id"), return_index=True)
    a, b = _places(node_id, u), _places(node_id, v)
    used = np.zeros(len(node_id), bool)
    for ends in (a, b):
        used[ends[ends >= 0]] = True
    there = (a >= 0) & (b >= 0)
    place = np.cumsum(used) - 1
    a, b = place[a[there]], place[b[there]]
    node_id, at = node_id[used], at[used]
    ahead, back = _directions(edges, mode)
    ahead, back, long = ahead[there], back[there], metres[there]
    rows, cols = np.r_[a[ahead], b[back]], np.r_[b[ahead], a[back]]
    graph = _shortest(rows, cols, np.r_[long[ahead], long[back]], len(node_id))
    _, part = connected_components(graph, directed=True, connection="weak")
    border = pc.fill_null(nodes.column("border"), False) if "border" in nodes.column_names else None
    return Network(
        node_id=node_id,
        lon=nodes.column("lon").to_numpy()[at],
        lat=nodes.column("lat").to_numpy()[at],
        border=np.zeros(len(at), bool) if border is None else border.to_numpy()[at],
        graph=graph,
        part=part.astype(np.int64),
        part_size=np.bincount(part, minlength=1).astype(np.int64),
    )


def _places(ordered: Longs, wanted: Longs) -> Longs:
    """Where each wanted number stands among ordered ones; -1 where it does not."""
    if not len(ordered):
        return np.full(len(wanted), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return np.where(ordered[place] == wanted, place, -1)


def _longs(table: pa.Table, name: str) -> Longs:
    return np.asarray(table.column(name).to_numpy(), dtype=np.int64)


def _directions(edges: pa.Table, mode: str) -> tuple[Truths, Truths]:
    """Which edges may be used from u to v, and which from v to u."""
    column = {"b": "oneway_bicycle", "c": "oneway"}.get(mode)
    if column is None or column not in edges.column_names:
        both = np.ones(edges.num_rows, dtype=bool)
        return both, both
    way = pc.fill_null(edges.column(column), 0).to_numpy()
    return way >= 0, way <= 0


def _shortest(rows: Longs, cols: Longs, metres: Floats, n: int) -> csr_array:
    """A sparse graph that keeps the shortest of parallel edges (a plain one would add them up)."""
    if not len(rows):
        return csr_array((n, n))
    pair = rows * n + cols
    order = np.argsort(pair)
    pair = pair[order]
    starts = np.flatnonzero(np.diff(pair, prepend=-1))
    row, col = np.divmod(pair[starts], n)
    indptr = np.searchsorted(row, np.arange(n + 1)).astype(np.int32)
    return csr_array((np.minimum.reduceat(metres[order], starts), col.astype(np.int32), indptr), shape=(n, n))


def on_sphere(lon: Floats, lat: Floats) -> Floats:
    x, y = np.radians(lon), np.radians(lat)
    return EARTH_M * np.stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], axis=1)


class Snapper:
    """Finds the nearest node of points. Built once, used for every category.

    Nodes in connected parts of fewer than `least_part` nodes are passed over: a stray footpath would cut a
    place off from the city.
    """

    def __init__(self, network: Network, *, least_part: int = 1) -> None:
        self._able = (
            np.flatnonzero(network.in_parts_of(least_part)) if len(network) else np.zeros(0, np.int64)
        )
        on = on_sphere(network.lon[self._able], network.lat[self._able])
        self._tree = cKDTree(on, balanced_tree=False, compact_nodes=False)

    def snap(self, lon: Any, lat: Any, *, cap_m: float) -> tuple[Longs, Floats]:
        """The nearest node of each point and the metres to it; -1 and infinity beyond `cap_m`.

        `lon`, `lat`: degrees WGS 84, NaN allowed.
        """
        x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        index, metres = np.full(len(x), -1, dtype=np.int64), np.full(len(x), np.inf)
        good = np.isfinite(x) & np.isfinite(y)
        if not len(self._able) or not good.any():
            return index, metres
        far, near = self._tree.query(on_sphere(x[good], y[good]), distance_upper_bound=cap_m)
        hit = np.isfinite(far)
        at = np.flatnonzero(good)[hit]
        index[at], metres[at] = self._able[near[hit]], far[hit]
        return index, metres


def nearest(network: Network, targets: Mapping[str, tuple[Longs, Floats]], *, limit_m: float) -> Floats:
    """Metres from every node to the nearest target of each category, infinity beyond `limit_m`.

    `targets`: category -> (node indexes as `Snapper.snap` gives them, metres from there to the place); -1 is
    passed over. Gives an N x K array in the order of `targets`. Follows one-way streets towards the target.
    """
    n, names = len(network), list(targets)
    out = np.full((n, len(names)), np.inf)
    if not n:
        return out
    tied = _tied(network.graph, [targets[name] for name in names])
    for k, name in enumerate(names):
        if (targets[name][0] >= 0).any():
            out[:, k] = dijkstra(tied, directed=True, indices=n + k, limit=limit_m)[:n]
    return out


def _tied(graph: csr_array, targets: Sequence[tuple[Longs, Floats]]) -> csr_array:
    """The reversed graph with one more node a category, tied to its places."""
    n = graph.shape[0]
    back = graph.T.tocsr()
    indptr, indices, data = [back.indptr.astype(np.int64)], [back.indices], [back.data]
    for index, extra in targets:
        good = index >= 0
        order = np.lexsort((extra[good], index[good]))
        at, far = index[good][order], extra[good][order]
        at, first = np.unique(at, return_index=True)
        indices.append(at)
        data.append(far[first])
        indptr.append(np.array([indptr[-1][-1] + len(at)], dtype=np.int64))
    size = n + len(targets)
    parts = (np.concatenate(data), np.concatenate(indices).astype(np.int32), np.concatenate(indptr))
    return csr_array((parts[0], parts[1], parts[2].astype(np.int32)), shape=(size, size))


def counts_within(network: Network, index: Longs, extra: Floats, *, limit_m: float) -> Longs:
    """How many targets every node reaches within `limit_m` metres (each place counts, not each node)."""
    n = len(network)
    out = np.zeros(n, dtype=np.int64)
    good = index >= 0
    at, far = index[good], extra[good]
    if not n or not len(at):
        return out
    back = network.graph.T.tocsr()
    starts, group = np.unique(at, return_inverse=True)
    step = max(_CELLS // n, 1)
    for begin in range(0, len(starts), step):
        metres = dijkstra(back, directed=True, indices=starts[begin : begin + step], limit=limit_m)
        mine = (group >= begin) & (group < begin + step)
        for row, extra_m in zip(group[mine] - begin, far[mine], strict=True):
            out += metres[row] + extra_m <= limit_m
    return out
