"""The `geo` metadata of GeoParquet 1.1 for a column of WKB in longitude and latitude (OGC:CRS84)."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

KINDS = {
    0: "Point",
    1: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
}


class GeoMetadata:
    """Collects the kinds and bounds of geometries as they are written (specification 1.1.0)."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._kinds: set[str] = set()
        self._bounds = np.array([np.inf, np.inf, -np.inf, -np.inf])

    def add(self, wkb: pa.ChunkedArray) -> None:
        """Look at more geometries; empty values and broken geometries are passed over."""
        shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
        shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
        if not len(shapes):
            return
        flat = zip(shapely.get_type_id(shapes).tolist(), shapely.has_z(shapes).tolist(), strict=True)
        self._kinds |= {KINDS.get(kind, "GeometryCollection") + (" Z" if z else "") for kind, z in set(flat)}
        new = shapely.total_bounds(shapes)
        self._bounds[:2] = np.minimum(self._bounds[:2], new[:2])
        self._bounds[2:] = np.maximum(self._bounds[2:], new[2:])

    def as_json(self) -> str:
        column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(self._kinds)}
        if self._kinds:
            column["bbox"] = self._bounds.tolist()
        return json.dumps(
            {"version": "1.1.0", "primary_column": self._column, "columns": {self._column: column}}
        )
