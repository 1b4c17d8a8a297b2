"""How much land each use takes: by city, zone and cell, no square metre twice within a use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import h3.api.numpy_int as h3
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from nagara.citylab.cells import outlines_of
from nagara.citylab.recipes import Context
from nagara.citylab.tables import H3_INDICATOR
from nagara.citylab.zones.polygons import Shapes, finest_level, in_metres, polygonal, polygons_of

SPREAD = pa.schema(
    [
        ("unit_kind", pa.string()),
        ("unit_id", pa.string()),
        ("use", pa.string()),
        ("km2", pa.float64()),
        ("summed_km2", pa.float64()),
        ("n", pa.int64()),
        ("unit_km2", pa.float64()),
    ]
)
"""km2 counts overlapping areas once, summed_km2 as often as they are drawn; n areas touch the unit.
unit_km2 is the whole unit, empty for a city without zones."""


def spread(tables: Mapping[str, pa.Table], _params: Mapping[str, Any], context: Context) -> pa.Table:
    """Kernel: area by use in the city, its zones (finest level) and cells (`SPREAD`). Reads area and zone.

    The city is what its zones cover, else what the map says it covers; areas beyond are cut off.
    """
    area = tables["area"].filter(pc.is_valid(tables["area"].column("geom_wkb")))
    extent = pc.equal(area.column("category"), "map_extent")
    reach = in_metres(polygons_of(area.filter(extent).column("geom_wkb")), context.epsg)
    area = area.filter(pc.invert(extent))
    shapes = polygonal(polygons_of(area.column("geom_wkb")))
    drawn = ~shapely.is_missing(shapes)
    area, shapes = area.filter(pa.array(drawn)), shapes[drawn]
    metric, uses = polygonal(in_metres(shapes, context.epsg)), area.column("category").to_pylist()
    zone_ids, zones = _zones(tables["zone"], context.epsg)
    limits = zones if len(zones) else reach
    city = shapely.union_all(limits) if len(limits) else None
    found: list[dict[str, Any]] = []
    for use in sorted(set(uses)):
        mine = np.array([i for i, other in enumerate(uses) if other == use])
        own, merged = metric[mine], shapely.union_all(metric[mine])
        whole = np.array([merged if city is None else city], dtype=object)
        found += _measured("city", ["city"], whole, use, own, merged, known=city is not None)
        found += _measured("zone", zone_ids, zones, use, own, merged)
        cells = _cells(shapes[mine])
        rings = np.array([shapely.Polygon(ring) for ring in outlines_of(cells)], dtype=object)
        if len(rings):
            names = [str(cell) for cell in cells]
            found += _measured("cell", names, in_metres(rings, context.epsg), use, own, merged)
    return pa.Table.from_pylist(found, schema=SPREAD)


def regrouped(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Kernel: as `spread`, of areas that an earlier step gave uses of its own. Reads regrouped and zone."""
    return spread({"area": tables["regrouped"], "zone": tables["zone"]}, params, context)


def _zones(zones: pa.Table, epsg: int) -> tuple[list[str], Shapes]:
    level = finest_level(zones)
    if level is None:
        return [], np.empty(0, dtype=object)
    mine = zones.filter(pc.equal(zones.column("level"), level))
    shapes = polygonal(polygons_of(mine.column("geom_wkb")))
    there = ~shapely.is_missing(shapes)
    ids = [name for name, ok in zip(mine.column("zone_id").to_pylist(), there, strict=True) if ok]
    return ids, polygonal(in_metres(shapes[there], epsg))


def _measured(
    kind: str, ids: list[str], units: Shapes, use: str, own: Shapes, merged: Any, *, known: bool = True
) -> list[dict[str, Any]]:
    """Rows of the units in which the use has any land."""
    if not len(units):
        return []
    area, unit = shapely.STRtree(own).query(units, predicate="intersects")[::-1]
    summed = np.zeros(len(units))
    np.add.at(summed, unit, shapely.area(shapely.intersection(units[unit], own[area])))
    touched = np.bincount(unit, minlength=len(units))
    whole = shapely.area(units)
    once = shapely.area(shapely.intersection(units, merged))
    return [
        {
            "unit_kind": kind,
            "unit_id": ids[i],
            "use": use,
            "km2": round(float(once[i]) / 1e6, 9),
            "summed_km2": round(float(summed[i]) / 1e6, 9),
            "n": int(touched[i]),
            "unit_km2": round(float(whole[i]) / 1e6, 9) if known else None,
        }
        for i in np.flatnonzero(once > 0)
    ]


def _cells(shapes: Shapes) -> list[int]:
    """Every cell that an area touches."""
    found: set[int] = set()
    for part in shapely.get_parts(shapes):
        rings = [part.exterior, *part.interiors]
        outline = h3.LatLngPoly(*[shapely.get_coordinates(ring)[:, ::-1].tolist() for ring in rings])
        found.update(h3.h3shape_to_cells_experimental(outline, H3_INDICATOR, "overlap").tolist())
    return sorted(found)
