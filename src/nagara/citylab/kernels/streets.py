"""The form of the street fabric: streets between junctions, junctions merged at 12 m, length by place.

Definitions follow Boeing (2017), OSMnx (doi:10.1016/j.compenvurbsys.2017.05.004): a street runs from one
junction or dead end to the next, whatever the number of edges it is stored in; circuity is length over
straight length; junctions closer than twice the tolerance are one (Boeing 2022, Street network models; as
in the Global Healthy and Sustainable City Indicators, which use 12 m).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

_GEOD = pyproj.Geod(ellps="WGS84")
_PIECE_M = 10.0


@dataclass(frozen=True)
class Fabric:
    """Nodes with the number of streets that meet there, and streets between them (indexes into the nodes).

    `streets_at` is 2 where a node only joins two pieces of one street; `first`, `last` are -1 on a ring
    that meets nothing.
    """

    node_id: Longs
    lon: Floats
    lat: Floats
    border: Truths
    streets_at: Longs
    first: Longs
    last: Longs
    metres: Floats
    straight_m: Floats

    @property
    def junction(self) -> Truths:
        """Nodes where three or more streets meet."""
        return self.streets_at >= 3

    @property
    def dead_end(self) -> Truths:
        """Nodes where a street ends, other than where the data end."""
        return (self.streets_at == 1) & ~self.border


def usable(edges: pa.Table, mode: str) -> pa.Table:
    """Edges of one mode that are streets: outlines of squares (`...:area`) are left out."""
    mine = pc.match_substring(pc.fill_null(edges.column("modes"), ""), mode)
    outline = pc.ends_with(pc.fill_null(edges.column("class"), ""), ":area")
    return edges.filter(pc.and_(mine, pc.invert(outline)))


def fabric_of(nodes: pa.Table, edges: pa.Table) -> Fabric:
    """Streets from junction to junction, from `street_node` and (usable) `street_edge` rows.

    Direction plays no part. Edges whose node is missing are left out. Lengths in metres; `straight_m` is
    the geodesic between a street's ends.
    """
    ids, at = np.unique(np.asarray(nodes.column("node_id").to_numpy(), np.int64), return_index=True)
    u, v = (np.asarray(edges.column(name).to_numpy(), np.int64) for name in ("u", "v"))
    known = np.isin(u, ids) & np.isin(v, ids)
    used = np.unique(np.r_[u[known], v[known]])
    mine = np.isin(ids, used, assume_unique=True)
    ids, at = ids[mine], at[mine]
    a, b = np.searchsorted(ids, u[known]), np.searchsorted(ids, v[known])
    metres = np.asarray(edges.column("metres").to_numpy(), np.float64)[known]
    lon, lat = (nodes.column(name).to_numpy()[at] for name in ("lon", "lat"))
    border = np.zeros(len(ids), bool)
    if "border" in nodes.column_names:
        border = pc.fill_null(nodes.column("border"), False).to_numpy(zero_copy_only=False)[at]
    streets_at = np.bincount(np.r_[a, b], minlength=len(ids)).astype(np.int64)
    first, last, long = _join(a, b, metres, _joints(a, b, streets_at))
    straight = np.zeros(len(first))
    ends = np.flatnonzero((first >= 0) & (first != last))
    if len(ends):
        p, q = first[ends], last[ends]
        straight[ends] = _GEOD.inv(lon[p], lat[p], lon[q], lat[q])[2]
    return Fabric(ids, lon, lat, border, streets_at, first, last, long, straight)


def _joints(a: Longs, b: Longs, streets_at: Longs) -> Truths:
    """Nodes that only join two different edges."""
    joint = streets_at == 2
    joint[a[a == b]] = False  # both ends of one loop
    return joint


def _join(a: Longs, b: Longs, metres: Floats, joint: Truths) -> tuple[Longs, Longs, Floats]:
    """Edges chained through joints: the two ends and the length of each street."""
    n = len(a)
    if not n:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    edge = np.r_[np.arange(n), np.arange(n)]
    node = np.r_[a, b]
    through = joint[node]
    order = np.argsort(node[through], kind="stable")
    pairs = edge[through][order].reshape(-1, 2)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    count, chain = connected_components(links, directed=False)
    ends_chain, ends_node = chain[edge[~through]], node[~through]
    order = np.lexsort((ends_node, ends_chain))
    ends_chain, ends_node = ends_chain[order], ends_node[order]
    first, last = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    first[ends_chain[0::2]], last[ends_chain[1::2]] = ends_node[0::2], ends_node[1::2]
    long = np.zeros(count)
    np.add.at(long, chain, metres)
    return first, last, long


def merged(lon: Floats, lat: Floats, *, tolerance_m: float, epsg: int) -> tuple[Longs, Floats, Floats]:
    """Junctions merged: the group of each point, and longitude and latitude of each group's middle.

    Points closer than twice the tolerance are one, and so are chains of them (circles of `tolerance_m`
    that overlap), measured in the metric system `epsg`.
    """
    if not len(lon):
        return np.zeros(0, np.int64), np.zeros(0), np.zeros(0)
    there = pyproj.Transformer.from_crs(4326, epsg, always_xy=True)
    x, y = there.transform(lon, lat)
    pairs = cKDTree(np.stack([x, y], axis=1)).query_pairs(2 * tolerance_m, output_type="ndarray")
    near = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(x), len(x)))
    count, group = connected_components(near, directed=False)
    size = np.bincount(group, minlength=count)
    middle = [np.bincount(group, weights=values, minlength=count) / size for values in (lon, lat)]
    return group.astype(np.int64), middle[0], middle[1]


def pieces(
    nodes: pa.Table, edges: pa.Table, *, longest_m: float = _PIECE_M
) -> tuple[Floats, Floats, Floats, Longs]:
    """Edges in short pieces: longitude and latitude of each piece's middle, its metres, its edge's row.

    A piece is at most `longest_m` long, so its middle tells which cell or zone it lies in. An edge without
    geometry runs straight between its nodes. Lengths are scaled so that they add up to the edge's `metres`.
    """
    lines = _lines(nodes, edges)
    points, edge = shapely.get_coordinates(lines, return_index=True)
    inner = edge[1:] == edge[:-1]
    a, b, of = points[:-1][inner], points[1:][inner], edge[:-1][inner]
    if not len(a):
        return np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0, np.int64)
    length = _GEOD.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])[2]
    parts = np.maximum(np.ceil(length / longest_m), 1).astype(np.int64)
    segment = np.repeat(np.arange(len(a)), parts)
    step = np.arange(len(segment)) - np.repeat(np.cumsum(parts) - parts, parts)
    share = ((step + 0.5) / parts[segment])[:, None]
    middle = a[segment] + (b[segment] - a[segment]) * share
    drawn = np.bincount(of, weights=length, minlength=edges.num_rows)
    stored = np.asarray(edges.column("metres").to_numpy(), np.float64)
    scale = np.divide(stored, drawn, out=np.ones(len(stored)), where=drawn > 0)
    return middle[:, 0], middle[:, 1], (length / parts * scale[of])[segment], of[segment]


def _lines(nodes: pa.Table, edges: pa.Table) -> npt.NDArray[np.object_]:
    lines = shapely.from_wkb(np.array(edges.column("geom_wkb").to_pylist(), dtype=object))
    gone = np.flatnonzero(shapely.is_missing(lines))
    if len(gone):
        ids, at = np.unique(np.asarray(nodes.column("node_id").to_numpy(), np.int64), return_index=True)
        xy = np.stack([nodes.column(name).to_numpy()[at] for name in ("lon", "lat")], axis=1)
        ends = np.stack([np.asarray(edges.column(name).to_numpy(), np.int64)[gone] for name in "uv"], axis=1)
        place = np.minimum(np.searchsorted(ids, ends), max(len(ids) - 1, 0))
        known = (ids[place] == ends).all(axis=1) if len(ids) else np.zeros(len(gone), bool)
        lines[gone[known]] = shapely.linestrings(xy[place[known]])
    return lines
