"""Coordinates as numbers in lists -> shapes, forgiving what can be forgiven and saying so.

Lists come from GeoJSON (RFC 7946), TopoJSON, KML and shapefiles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely


class Unusable(Exception):
    """Coordinates that make no shape; the message says why, in words for people."""


def positions(values: Any) -> npt.NDArray[np.float64]:
    """A list of positions as an (n, 2) array; height and measures are dropped.

    Raises Unusable on anything but pairs of finite numbers.
    """
    try:
        at = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        try:
            at = np.asarray([position[:2] for position in values], dtype=np.float64)
        except (TypeError, ValueError, IndexError, KeyError) as error:
            raise Unusable("coordinates are not numbers") from error
    if at.ndim != 2 or at.shape[1] < 2:
        if at.size == 0:
            return np.empty((0, 2))
        raise Unusable("coordinates are nested in a wrong way")
    if not np.isfinite(at[:, :2]).all():
        raise Unusable("coordinates are not finite numbers (NaN or infinity)")
    return at[:, :2]


EMPTY = shapely.from_wkt("POLYGON EMPTY")


def polygon(rings: Any, collapsed: list[int] | None = None) -> Any:
    """A polygon from its rings, outer one first; open rings are closed. Raises Unusable.

    A ring of fewer than three corners has no area: it is left out, and the length of `collapsed` grows.
    """
    made = [_ring(ring) for ring in _list(rings)]
    lost = [i for i, ring in enumerate(made) if ring is None]
    if collapsed is not None:
        collapsed += [1 for i in lost if len(rings[i])]
    if not made or made[0] is None:
        return EMPTY
    return shapely.polygons(made[0], [ring for ring in made[1:] if ring is not None] or None)


def _ring(ring: Any) -> Any:
    at = positions(ring)
    return None if len(np.unique(at, axis=0)) < 3 else shapely.linearrings(at)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise Unusable("coordinates are nested in a wrong way")
    return list(value)


def geojson_shape(geometry: Any, collapsed: list[int] | None = None) -> Any:
    """A GeoJSON geometry object as a shape, None where null. Raises Unusable. `collapsed`: see `polygon`."""
    if geometry is None:
        return None
    if not isinstance(geometry, dict):
        raise Unusable("the geometry is not an object")
    kind, at = geometry.get("type"), geometry.get("coordinates")
    if kind == "GeometryCollection":
        return shapely.GeometryCollection(
            [geojson_shape(g, collapsed) for g in _list(geometry.get("geometries"))]
        )
    if kind not in _MAKERS:
        raise Unusable(f"unknown geometry type {kind!r}")
    if at is None:
        raise Unusable("the geometry has no coordinates")
    try:
        return _MAKERS[str(kind)](at, [] if collapsed is None else collapsed)
    except (shapely.errors.GEOSException, ValueError) as error:
        raise Unusable(str(error)) from error


def _point(at: Any, _: list[int]) -> Any:
    return shapely.Point(positions([at])[0]) if _list(at) else shapely.Point()


def _line(at: Any, _: list[int]) -> Any:
    return shapely.linestrings(positions(at)) if _list(at) else shapely.LineString()


def _multipolygon(at: Any, collapsed: list[int]) -> Any:
    made = [polygon(rings, collapsed) for rings in _list(at)]
    return shapely.MultiPolygon([shape for shape in made if not shape.is_empty])


_MAKERS: dict[str, Callable[[Any, list[int]], Any]] = {
    "Point": _point,
    "LineString": _line,
    "Polygon": polygon,
    "MultiPoint": lambda at, _: shapely.MultiPoint(positions(at)),
    "MultiLineString": lambda at, _: shapely.MultiLineString([_line(line, _) for line in _list(at)]),
    "MultiPolygon": _multipolygon,
}


def from_parts(parts: list[npt.NDArray[np.float64]]) -> Any:
    """Shapefile rings in any order as a (multi)polygon: clockwise ones are outer, the others holes.

    A hole belongs to the smallest outer ring that contains it; one that lies in none is taken as outer
    (some writers turn rings the wrong way). Source: ESRI Shapefile Technical Description, 1998, Polygon.
    """
    rings = [_ring(part) for part in parts]
    rings = [ring for ring in rings if ring is not None]
    if len(rings) <= 1:
        return shapely.polygons(rings[0]) if rings else shapely.Polygon()
    ccw = shapely.is_ccw(np.array(rings, dtype=object))
    outer = [r for r, hole in zip(rings, ccw, strict=True) if not hole]
    holes: list[list[Any]] = [[] for _ in outer]
    discs = shapely.polygons(outer) if outer else np.empty(0, dtype=object)
    sizes = shapely.area(discs)
    extra: list[Any] = []
    for ring in (r for r, hole in zip(rings, ccw, strict=True) if hole):
        point = shapely.Point(ring.coords[0])
        around = [i for i in np.argsort(sizes) if shapely.intersects(discs[i], point)]
        (holes[around[0]] if around else extra).append(ring)
    made = [shapely.polygons(r, h or None) for r, h in zip(outer, holes, strict=True)]
    made += [shapely.polygons(r) for r in extra]
    return made[0] if len(made) == 1 else shapely.MultiPolygon(made)
