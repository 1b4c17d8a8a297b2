"""Polygons: from WKB and back, made valid, measured in metres."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import shapely

Shapes = npt.NDArray[np.object_]


def polygons_of(column: pa.Array | pa.ChunkedArray) -> Shapes:
    """WKB as shapely geometries, None where empty. Raises shapely.errors.GEOSException on broken WKB."""
    return shapely.from_wkb(np.array(column.to_pylist(), dtype=object))


def wkb_of(shapes: Shapes) -> pa.BinaryArray:
    """Geometries as 2D WKB; null where there is none."""
    flat = shapely.force_2d(np.asarray(shapes, dtype=object))
    return pa.array(shapely.to_wkb(flat, byte_order=1).tolist(), pa.binary())


def polygonal(shapes: Shapes) -> Shapes:
    """Valid polygons and multipolygons only: what has no area (lines, points) is dropped to None."""
    out = np.array(shapes, dtype=object)
    broken = ~shapely.is_valid(out) & ~shapely.is_missing(out)
    out[broken] = shapely.make_valid(out[broken])
    kinds = shapely.get_type_id(out)
    for i in np.flatnonzero(kinds == 7):
        parts = shapely.get_parts(out[i])
        out[i] = shapely.multipolygons(shapely.get_parts(parts[np.isin(shapely.get_type_id(parts), (3, 6))]))
    kinds = shapely.get_type_id(out)
    out[~np.isin(kinds, (3, 6)) | shapely.is_empty(out)] = None
    return out


@lru_cache(maxsize=32)
def _to_metric(epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(4326, epsg, always_xy=True)


def in_metres(shapes: Shapes, epsg: int) -> Shapes:
    """Geometries from WGS 84 into the metric system `epsg`."""
    ahead = _to_metric(epsg).transform

    def move(x: Any, y: Any) -> Any:
        return ahead(x, y)

    return shapely.transform(np.asarray(shapes, dtype=object), move, interleaved=False)


def areas_m2(shapes: Shapes, epsg: int) -> npt.NDArray[np.float64]:
    """Planar area in m2 in the metric system `epsg`; NaN where there is no geometry."""
    return shapely.area(in_metres(shapes, epsg))


def zone_areas(zones: pa.Table, epsg: int) -> pa.DoubleArray:
    """Area of each zone in km2, measured in the metric system `epsg`; null where it has no geometry."""
    km2 = areas_m2(polygons_of(zones.column("geom_wkb")), epsg) / 1e6
    return pa.array(km2, mask=np.isnan(km2))


def finest_level(zones: pa.Table) -> int | None:
    """The deepest level that has geometry; None where no zone has any."""
    drawn = zones.filter(pc.is_valid(zones.column("geom_wkb")))
    return pc.max(drawn.column("level")).as_py() if drawn.num_rows else None
