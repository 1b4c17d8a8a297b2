"""Streets: a lattice that is dense where people live, with few bridges over the river."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from nagara.citylab.simulate.land import TALL, WIDE, Land, cells_at
from nagara.citylab.tables import H3_POINT

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

STEP = 130.0
MAIN = 8
"""Every eighth line is a main road."""


@dataclass(frozen=True)
class Streets:
    """The tables, and the nodes in metres with the lattice place of each."""

    node: pa.Table
    edge: pa.Table
    xy: Floats
    i: Longs
    j: Longs


def make_streets(land: Land, random: np.random.Generator) -> Streets:
    """`street_node` and `street_edge`: one connected network, lengths in metres along the line."""
    columns, rows = int(WIDE // STEP), int(TALL // STEP)
    i, j = (a.ravel() for a in np.meshgrid(np.arange(1, columns), np.arange(1, rows), indexing="ij"))
    main = (i % MAIN == 0) | (j % MAIN == 0)
    xy = np.column_stack([i * STEP, j * STEP]) + np.where(main[:, None], 12, 28) * random.normal(
        size=(len(i), 2)
    )
    dense = np.clip(land.here.density(xy) / 9_000, 0.12, 1.0)
    on_land = xy[:, 1] < land.here.coast(xy[:, 0]) - 60
    keep = on_land & (main | (random.uniform(size=len(i)) < dense))
    u, v, is_main = _pairs(i, j, keep, columns, rows, random)
    lines = shapely.linestrings(np.stack([xy[u], xy[v]], axis=1))
    wet = shapely.intersects(lines, land.here.river)
    bridge = wet & is_main & ((j[u] == j[v]) & (j[u] % (2 * MAIN) == 0))
    open_ = ~wet | bridge
    u, v, is_main = u[open_], v[open_], is_main[open_]
    u, v, is_main = _largest(u, v, is_main, len(i))
    used, back = np.unique(np.r_[u, v], return_inverse=True)
    u, v = back[: len(u)], back[len(u) :]
    return _tables(land, xy[used], i[used], j[used], u, v, is_main)


def _pairs(
    i: Longs, j: Longs, keep: npt.NDArray[np.bool_], columns: int, rows: int, random: np.random.Generator
) -> tuple[Longs, Longs, npt.NDArray[np.bool_]]:
    """Neighbours in the lattice that are both kept; some side streets are missing."""
    at = np.full((columns + 1, rows + 1), -1)
    at[i, j] = np.arange(len(i))
    right, up = at[i + 1, j], at[i, j + 1]
    u = np.r_[np.arange(len(i)), np.arange(len(i))]
    v = np.r_[right, up]
    along = np.r_[j % MAIN == 0, i % MAIN == 0]
    there = (v >= 0) & keep[u] & keep[np.clip(v, 0, None)]
    there &= along | (random.uniform(size=len(u)) < 0.86)
    return u[there], v[there], along[there]


def _largest(
    u: Longs, v: Longs, is_main: npt.NDArray[np.bool_], count: int
) -> tuple[Longs, Longs, npt.NDArray[np.bool_]]:
    graph = coo_array((np.ones(len(u)), (u, v)), shape=(count, count))
    _, part = connected_components(graph, directed=False)
    biggest = np.bincount(part[u]).argmax()
    inside = part[u] == biggest
    return u[inside], v[inside], is_main[inside]


def _tables(
    land: Land, xy: Floats, i: Longs, j: Longs, u: Longs, v: Longs, is_main: npt.NDArray[np.bool_]
) -> Streets:
    lonlat = land.here.lonlat(xy)
    metres = np.round(np.hypot(*(xy[u] - xy[v]).T), 2)
    lines = shapely.linestrings(np.stack([lonlat[u], lonlat[v]], axis=1))
    node = pa.table(
        {
            "node_id": np.arange(len(xy)) + 1,
            "lon": lonlat[:, 0],
            "lat": lonlat[:, 1],
            "h3": cells_at(lonlat, H3_POINT),
            "border": np.zeros(len(xy), bool),
        }
    )
    edge = pa.table(
        {
            "edge_id": np.arange(len(u)) + 1,
            "u": u + 1,
            "v": v + 1,
            "metres": metres,
            "modes": ["wbc"] * len(u),
            "class": np.where(is_main, "secondary", "residential"),
            "oneway": pa.array(np.zeros(len(u)), pa.int8()),
            "speed_kmh": np.where(is_main, 50.0, 30.0),
            "name": [f"Main road {k}" if m else None for k, m in zip(j[u], is_main, strict=True)],
            "geom_wkb": shapely.to_wkb(lines),
            "cycle_sides": pa.array(np.where(is_main & (j[u] % (2 * MAIN) == 0), 2, 0), pa.int8()),
        }
    )
    return Streets(node, edge, xy, i, j)
