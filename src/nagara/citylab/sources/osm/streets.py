"""Cuts ways into street edges at their crossings, and at the bounds of the extract.

Coordinates come as whole 1e-7 degrees, WGS 84. Lengths are geodesic (WGS 84 ellipsoid, metres).
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from pyproj import Geod

from nagara.citylab.sources.osm.rules import Street, judge
from nagara.citylab.sources.osm.worker import NOWHERE

Box = tuple[float, float, float, float]
Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

_GEOD = Geod(ellps="WGS84")
_PIECES = 16
"""Bits of an edge's id that number its piece; the bits above are the way's id."""
_ROWS = 100_000


class Ways:
    """Ways with a street on them, in flat arrays: about 16 bytes a point."""

    def __init__(self) -> None:
        self.ids = array("q")
        self.starts = array("q", [0])
        self.refs = array("q")
        self.x = array("i")
        self.y = array("i")
        self.rule = array("i")
        self.rules: list[Street] = []
        self.left_out: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self._known: dict[Street, int] = {}

    def add(
        self, way: int, tags: Mapping[str, str], refs: Sequence[int], x: Sequence[int], y: Sequence[int]
    ) -> None:
        """Take one way with its points (x, y in 1e-7 degrees, NOWHERE where the file lacks the node)."""
        street = judge(tags)
        if isinstance(street, str):
            self.left_out[street] += 1
            self.examples.setdefault(street, f"way {way}: highway={tags.get('highway')}")
            return
        if street not in self._known:
            self._known[street] = len(self.rules)
            self.rules.append(street)
        self.ids.append(way)
        self.refs.extend(refs)
        self.x.extend(x)
        self.y.extend(y)
        self.starts.append(len(self.refs))
        self.rule.append(self._known[street])


@dataclass
class Cut:
    """Points and edges after cutting. `pieces` counts segments that lie outside and were left out."""

    refs: Longs
    lon: Floats
    lat: Floats
    first: Longs  # position of each edge's first point
    last: Longs
    way: Longs  # index of each edge's way
    piece: Longs  # number of the piece within its way, from 0
    metres: Floats
    border: Truths  # by position: a vertex where the data end
    ways_cut: int = 0
    ways_outside: int = 0


def within(lon: Floats, lat: Floats, boxes: Sequence[Box]) -> Truths:
    """Which points lie in one of the boxes (west, south, east, north); all where there is no box."""
    if not boxes:
        return np.ones(len(lon), dtype=bool)
    inside = np.zeros(len(lon), dtype=bool)
    for west, south, east, north in boxes:
        inside |= (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside


def _crosses(
    lon: Floats, lat: Floats, start: Longs, inside: Truths, good: Truths, boxes: Sequence[Box]
) -> Truths:
    """Segments with both ends outside that run through a box all the same."""
    hits = np.zeros(len(start), dtype=bool)
    far = np.flatnonzero(good & ~inside[start] & ~inside[start + 1])
    if not boxes or not len(far):
        return hits
    ends = np.stack([start[far], start[far] + 1], axis=1)
    lines = shapely.linestrings(np.stack([lon[ends], lat[ends]], axis=2))
    for box in boxes:
        hits[far] |= shapely.intersects(lines, shapely.box(*box))
    return hits


def cut(ways: Ways, boxes: Sequence[Box] = ()) -> Cut:
    """Split ways where two meet, and drop what lies outside all `boxes`.

    A segment stays where one of its ends is inside or where it crosses a box, so every node inside keeps
    all its streets; the far ends are marked as border.
    """
    refs = np.frombuffer(ways.refs, dtype=np.int64)
    raw_x, raw_y = (np.frombuffer(a, dtype=np.int32) for a in (ways.x, ways.y))
    known = (raw_x != NOWHERE) & (raw_y != NOWHERE)
    lon, lat = raw_x / 1e7, raw_y / 1e7
    starts = np.frombuffer(ways.starts, dtype=np.int64)
    of_way = np.repeat(np.arange(len(ways.ids), dtype=np.int64), np.diff(starts))
    inside = within(lon, lat, boxes) & known
    start = np.arange(max(len(refs) - 1, 0), dtype=np.int64)
    good = (of_way[:-1] == of_way[1:]) & known[:-1] & known[1:] & (refs[:-1] != refs[1:])
    keep = good & (inside[:-1] | inside[1:] | _crosses(lon, lat, start, inside, good, boxes))
    kept_from = np.zeros(len(refs), dtype=bool)  # a kept segment starts at this point
    kept_to = np.zeros(len(refs), dtype=bool)  # a kept segment ends at this point
    kept_from[:-1], kept_to[1:] = keep, keep
    vertex = _vertices(refs, kept_from, kept_to)
    first = np.flatnonzero(vertex & kept_from)
    last = np.flatnonzero(vertex & kept_to)
    metres = _lengths(lon, lat, keep, first, last)
    way = of_way[first]
    fresh = np.r_[True, way[1:] != way[:-1]] if len(way) else np.zeros(0, dtype=bool)
    began = np.flatnonzero(fresh)
    piece = np.arange(len(way)) - np.repeat(began, np.diff(np.r_[began, len(way)]))
    cut_ways = np.unique(of_way[:-1][good & ~keep])
    gone = np.setdiff1d(cut_ways, way)
    ends = (kept_from | kept_to) & (~inside | ~_whole(known, of_way))
    return Cut(
        refs, lon, lat, first, last, way, piece, metres, ends & vertex, len(cut_ways) - len(gone), len(gone)
    )


def _vertices(refs: Longs, kept_from: Truths, kept_to: Truths) -> Truths:
    """Points where an edge starts or ends: ends of runs, and nodes that are used twice or more."""
    used = kept_from | kept_to
    _, index, times = np.unique(refs[used], return_inverse=True, return_counts=True)
    vertex = np.zeros(len(refs), dtype=bool)
    vertex[used] = times[index] > 1
    return vertex | (kept_from ^ kept_to)


def _whole(known: Truths, of_way: Longs) -> Truths:
    """False at points whose neighbour in the same way is a node that the file lacks."""
    whole = np.ones(len(known), dtype=bool)
    same = of_way[:-1] == of_way[1:]
    whole[:-1] &= ~(same & ~known[1:])
    whole[1:] &= ~(same & ~known[:-1])
    return whole


def _lengths(lon: Floats, lat: Floats, keep: Truths, first: Longs, last: Longs) -> Floats:
    """Geodesic length of each edge, metres."""
    metres = np.zeros(len(lon), dtype=np.float64)
    at = np.flatnonzero(keep)
    if len(at):
        metres[at] = _GEOD.inv(lon[at], lat[at], lon[at + 1], lat[at + 1])[2]
    total = np.r_[0.0, np.cumsum(metres)]
    spans = total[last] - total[first]
    return np.round(spans, 6)


def node_table(done: Cut) -> pa.Table:
    """Rows of street_node (without h3): one a vertex, by node id."""
    at = np.unique(np.r_[done.first, done.last])
    ids, index, inverse = np.unique(done.refs[at], return_index=True, return_inverse=True)
    border = np.zeros(len(ids), dtype=bool)
    np.logical_or.at(border, inverse, done.border[at])
    return pa.table(
        {"node_id": ids, "lon": done.lon[at[index]], "lat": done.lat[at[index]], "border": border}
    )


def edge_tables(done: Cut, ways: Ways) -> Iterator[pa.Table]:
    """Rows of street_edge, in tables of at most 100,000."""
    ids = np.frombuffer(ways.ids, dtype=np.int64)
    rules = np.frombuffer(ways.rule, dtype=np.int32)
    for begin in range(0, len(done.first), _ROWS):
        part = slice(begin, begin + _ROWS)
        first, last, way = done.first[part], done.last[part], done.way[part]
        rule = pa.array(rules[way])
        yield pa.table(
            {
                "edge_id": (ids[way] << _PIECES) | done.piece[part],
                "u": done.refs[first],
                "v": done.refs[last],
                "metres": done.metres[part],
                **{name: values.take(rule) for name, values in _attributes(ways.rules).items()},
                "geom_wkb": _lines(done.lon, done.lat, first, last),
            }
        )


def _attributes(rules: Sequence[Street]) -> dict[str, pa.Array]:
    return {
        "modes": pa.array([r.modes for r in rules], pa.string()),
        "class": pa.array([r.highway for r in rules], pa.string()),
        "oneway": pa.array([r.oneway for r in rules], pa.int8()),
        "oneway_bicycle": pa.array([r.oneway_bicycle for r in rules], pa.int8()),
        "cycle_sides": pa.array([r.cycle_sides for r in rules], pa.int8()),
        "speed_kmh": pa.array([r.speed_kmh for r in rules], pa.float64()),
        "name": pa.array([r.name for r in rules], pa.string()),
    }


def _lines(lon: Floats, lat: Floats, first: Longs, last: Longs) -> pa.Array:
    """Each edge's line as WKB."""
    counts = last - first + 1
    edge = np.repeat(np.arange(len(first)), counts)
    offset = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    at = np.repeat(first, counts) + offset
    lines = shapely.linestrings(np.stack([lon[at], lat[at]], axis=1), indices=edge)
    return pa.array(shapely.to_wkb(lines), pa.binary())
