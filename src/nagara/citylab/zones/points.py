"""Which zone a point lies in.

Method: a grid is laid over the zones. Grid squares that no boundary touches form connected regions, each
wholly in one zone or in none, so one test a region answers for all points in it; only points in squares
that a boundary touches are tested against polygons. The answer is exact: the same as testing every point.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import scipy.ndimage
import shapely

from nagara.citylab.cells import degrees
from nagara.citylab.zones.polygons import Shapes, finest_level, polygonal, polygons_of

Index = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

NONE = -1
_MIXED = -2
_FEW = 4_000
_CHUNK = 1 << 21


class ZoneFinder:
    """Answers for many points, chunk by chunk, in which zone of one level they lie.

    `zones`: canonical zone table. `level`: which level; the finest with geometry where left out.
    A point on a boundary, or where zones overlap, belongs to the zone whose id sorts first.
    """

    def __init__(self, zones: pa.Table, level: int | None = None) -> None:
        level = finest_level(zones) if level is None else level
        keep = pc.and_(pc.equal(zones.column("level"), level), pc.is_valid(zones.column("geom_wkb")))
        mine = zones.filter(keep).sort_by("zone_id")
        shapes = polygonal(polygons_of(mine.column("geom_wkb")))
        drawn = ~shapely.is_missing(shapes)
        self.level = level
        self.zone_ids = pa.array(mine.column("zone_id").to_pylist(), pa.string()).filter(pa.array(drawn))
        self.shapes: Shapes = shapes[drawn]
        shapely.prepare(self.shapes)
        self._tree = shapely.STRtree(self.shapes)
        self._grid_size = 0

    def find(self, lon: Any, lat: Any) -> pa.StringArray:
        """The zone_id of each point (degrees WGS 84); null where it lies in no zone or has no place."""
        return self.zone_ids.take(self.index(lon, lat))

    def index(self, lon: Any, lat: Any) -> pa.Int32Array:
        """Like `find`, but the position in `zone_ids`."""
        x, y = degrees(lon), degrees(lat)
        out = np.full(len(x), NONE, dtype=np.int32)
        for start in range(0, len(x), _CHUNK):
            part = slice(start, start + _CHUNK)
            out[part] = self._some(x[part], y[part], len(x))
        return pa.array(out, mask=out == NONE)

    def _some(self, x: Floats, y: Floats, expected: int) -> Index:
        out = np.full(len(x), NONE, dtype=np.int32)
        if not len(self.shapes):
            return out
        west, south, east, north = self._bounds
        near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
        if expected < _FEW:
            out[near] = self._by_tree(x[near], y[near])
            return out
        self._lay_grid(expected)
        column, row = self._square(x[near], y[near])
        label = self._grid[row, column]
        out[near] = label
        mixed = near[label == _MIXED]
        out[mixed] = self._by_polygon(x[mixed], y[mixed])
        return out

    @cached_property
    def _bounds(self) -> tuple[float, float, float, float]:
        west, south, east, north = shapely.total_bounds(self.shapes)
        return float(west), float(south), float(east), float(north)

    def _by_tree(self, x: Floats, y: Floats) -> Index:
        """Few points: ask the tree."""
        out = np.full(len(x), len(self.shapes), dtype=np.int32)
        point, zone = self._tree.query(shapely.points(x, y), predicate="intersects")
        np.minimum.at(out, point, zone.astype(np.int32))
        out[out == len(self.shapes)] = NONE
        return out

    def _by_polygon(self, x: Floats, y: Floats) -> Index:
        """Many points: polygon by polygon over points sorted by longitude. First zone wins."""
        order = np.argsort(x, kind="stable")
        sx, sy = x[order], y[order]
        got = np.full(len(x), NONE, dtype=np.int32)
        box = shapely.bounds(self.shapes)
        first = np.searchsorted(sx, box[:, 0], side="left")
        last = np.searchsorted(sx, box[:, 2], side="right")
        for i in range(len(self.shapes)):
            a, b = first[i], last[i]
            if a == b:
                continue
            ys = sy[a:b]
            here = np.flatnonzero((ys >= box[i, 1]) & (ys <= box[i, 3]) & (got[a:b] == NONE)) + a
            inside = shapely.intersects_xy(self.shapes[i], sx[here], sy[here])
            got[here[inside]] = i
        out = np.empty_like(got)
        out[order] = got
        return out

    def _square(self, x: Floats, y: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Column and row of the grid square of each point inside the bounds."""
        west, south, east, north = self._bounds
        size = self._grid_size
        column = ((x - west) * (size / (east - west))).astype(np.int64)
        row = ((y - south) * (size / (north - south))).astype(np.int64)
        return np.minimum(column, size - 1), np.minimum(row, size - 1)

    def _lay_grid(self, expected: int) -> None:
        """The grid of labels: a zone's position, NONE outside all, _MIXED where a boundary passes.

        More points deserve a finer grid: about one square for every two points, at most 2048 x 2048.
        """
        size = int(np.clip(np.sqrt(expected / 2), 32, 2048))
        if size <= self._grid_size:
            return
        self._grid_size = size
        region, count = scipy.ndimage.label(~self._touched(size))
        label = np.full(count + 1, _MIXED, dtype=np.int32)
        if count:
            at = np.zeros(count + 1, dtype=np.int64)
            at[region.ravel()] = np.arange(size * size)  # any one square of each region will do
            row, column = np.divmod(at[1:], size)
            west, south, east, north = self._bounds
            x = west + (column + 0.5) * (east - west) / size
            y = south + (row + 0.5) * (north - south) / size
            label[1:] = self._by_tree(x, y)
        self._grid = label[region]

    def _touched(self, size: int) -> npt.NDArray[np.bool_]:
        """Squares that a boundary may touch: those of points half a square apart along it, and all
        squares around them, so that rounding cannot hide one."""
        west, south, east, north = self._bounds
        scale = np.array([size / (east - west), size / (north - south)])
        rings = shapely.boundary(self.shapes)
        rings = shapely.transform(rings, lambda at: (at - (west, south)) * scale)
        at = shapely.get_coordinates(shapely.segmentize(rings, 0.5)).astype(np.int64)
        at = np.clip(at, 0, size - 1)
        touched = np.zeros((size, size), dtype=bool)
        touched[at[:, 1], at[:, 0]] = True
        return scipy.ndimage.binary_dilation(touched, np.ones((3, 3), dtype=bool))


def points_in_zones(lon: Any, lat: Any, zones: pa.Table, level: int | None = None) -> pa.StringArray:
    """The zone_id of each point, null where it lies in no zone.

    `lon`, `lat`: degrees WGS 84 (Arrow, numpy or lists, empty values allowed). `zones`: canonical zone
    table. `level`: the level to ask for; the finest that has geometry where left out. One zone a point:
    on a shared boundary or in an overlap, the zone whose id sorts first.
    """
    return ZoneFinder(zones, level).find(lon, lat)
