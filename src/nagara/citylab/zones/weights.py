"""Areal weights: how the area of each zone is shared among H3 cells.

Whole cells inside a zone are known from H3 itself; only cells on a boundary are cut with the polygon, in the
city's metric system. Source of the method: areal weighting, Goodchild and Lam (1980), Areal interpolation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import h3.api.numpy_int as h3
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from nagara.citylab.cells import outlines_of, parents_of
from nagara.citylab.tables import H3_INDICATOR
from nagara.citylab.zones.polygons import Shapes, in_metres, polygonal, polygons_of

Longs = npt.NDArray[np.int64]
_SMALL = 60
_BATCH = 100_000
_SCHEMA = pa.schema(
    [
        ("h3", pa.int64()),
        ("zone_id", pa.string()),
        ("level", pa.int8()),
        ("share", pa.float64()),
        ("land_share", pa.float64()),
    ]
)


def cell_weights(zones: pa.Table, epsg: int) -> Iterator[pa.Table]:
    """Rows of the canonical table `cell`, zone by zone in chunks, for every zone that has geometry.

    `zones`: canonical zone table of any levels. `epsg`: the city's metric system. `share` is the part of the
    zone's area that lies in the cell and sums to 1 a zone; `land_share` is the part of the cell's area that
    the zone covers.
    """
    drawn = zones.filter(pc.is_valid(zones.column("geom_wkb")))
    shapes = polygonal(polygons_of(drawn.column("geom_wkb")))
    batch: list[_Zone] = []
    for i, shape in enumerate(shapes):
        if shape is not None:
            zone_id, level = drawn.column("zone_id")[i].as_py(), drawn.column("level")[i].as_py()
            batch.append(_Zone(zone_id, level, shape, *_cells_of_polygon(shape)))
        if sum(len(zone.inner) + len(zone.edge) for zone in batch) > _BATCH:
            yield _weighed(batch, epsg)
            batch = []
    if batch:
        yield _weighed(batch, epsg)


@dataclass(frozen=True)
class _Zone:
    zone_id: str
    level: int
    shape: Any
    inner: Longs
    edge: Longs


def _cells_of_polygon(shape: Any) -> tuple[Longs, Longs]:
    """Cells wholly inside, and cells that may be cut. A small zone's cells are all taken as cut."""
    touched: set[int] = set()
    full: set[int] = set()
    for part in shapely.get_parts(shape):
        outline = _outline(part)
        found = h3.h3shape_to_cells_experimental(outline, H3_INDICATOR, "overlap").tolist()
        touched.update(found)
        if len(found) > _SMALL:
            full.update(h3.h3shape_to_cells_experimental(outline, H3_INDICATOR, "full").tolist())
    return np.array(sorted(full), dtype=np.int64), np.array(sorted(touched - full), dtype=np.int64)


def _weighed(batch: list[_Zone], epsg: int) -> pa.Table:
    tables = []
    # Projecting rounds corners: what barely touched may cross, so shapes are made valid once more.
    metric = polygonal(in_metres(np.array([zone.shape for zone in batch], dtype=object), epsg))
    edges = np.concatenate([zone.edge for zone in batch])
    owner = np.repeat(np.arange(len(batch)), [len(zone.edge) for zone in batch])
    distinct, at = np.unique(edges, return_inverse=True)
    rims = in_metres(hexagons(distinct), epsg)[at]
    shared, whole = shapely.area(shapely.intersection(rims, metric[owner])), shapely.area(rims)
    for k, zone in enumerate(batch):
        mine = (owner == k) & (shared > 0)
        inner = _areas(zone.inner, epsg)
        part = np.concatenate([inner, shared[mine]])
        if part.sum() > 0:
            cells = np.concatenate([zone.inner, edges[mine]])
            columns = [
                cells,
                pa.repeat(zone.zone_id, len(cells)),
                np.full(len(cells), zone.level, dtype=np.int8),
                part / part.sum(),
                np.minimum(part / np.concatenate([inner, whole[mine]]), 1.0),
            ]
            tables.append(pa.table(columns, schema=_SCHEMA))
    return pa.concat_tables(tables) if tables else _SCHEMA.empty_table()


def _areas(cells: Longs, epsg: int) -> npt.NDArray[np.float64]:
    """Area of whole cells in m2 in the metric system.

    The area on the sphere, scaled by what the system makes of the parent three resolutions up: the scale of
    a projection changes by far less than a millionth within such a parent.
    """
    if not len(cells):
        return np.empty(0)
    sphere = np.fromiter((h3.cell_area(int(c), "m^2") for c in cells), dtype=np.float64, count=len(cells))
    parents, at = np.unique(parents_of(cells, H3_INDICATOR - 3), return_inverse=True)
    theirs = np.array([h3.cell_area(int(c), "m^2") for c in parents])
    return sphere * (shapely.area(in_metres(hexagons(parents), epsg)) / theirs)[at]


def _outline(part: Any) -> Any:
    rings = [part.exterior, *part.interiors]
    return h3.LatLngPoly(*[shapely.get_coordinates(ring)[:, ::-1].tolist() for ring in rings])


def hexagons(cells: Longs) -> Shapes:
    """The polygons of cells, WGS 84 (lon, lat)."""
    rings = outlines_of(cells)
    if not rings:
        return np.empty(0, dtype=object)
    index = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    corners = np.array([corner for ring in rings for corner in ring], dtype=np.float64)
    return shapely.polygons(shapely.linearrings(corners, indices=index))
