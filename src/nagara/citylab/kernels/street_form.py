"""What the recipe street-form counts: streets, junctions and dead ends, each in its cell and zone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from nagara.citylab.cells import cells_of
from nagara.citylab.kernels.extents import ground_of, one_map, reach_of
from nagara.citylab.kernels.streets import Fabric, fabric_of, merged, pieces, usable
from nagara.citylab.recipes import Context
from nagara.citylab.tables import H3_INDICATOR
from nagara.citylab.zones.points import points_in_zones
from nagara.citylab.zones.polygons import finest_level

Floats = npt.NDArray[np.float64]

_HAIR = 1e-8
"""Degrees, about a millimetre: a street on the very edge of the data is within them."""
SCHEMA = pa.schema(
    [
        ("kind", pa.string()),
        ("h3", pa.int64()),
        ("zone_id", pa.string()),
        ("n", pa.int64()),
        ("metres", pa.float64()),
        ("straight_m", pa.float64()),
    ]
)
"""kind is length (of street within the data), street, crossing (merged), loose_crossing and tight_crossing
(merged a quarter wider and narrower), junction (each node where three or more streets meet) or dead_end."""


def counted(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Kernel: everything that street-form counts, by cell (H3 resolution 9) and zone (`SCHEMA`).

    Reads street_node, street_edge, area and zone. Parameters: mode (w, b or c), merge_m (metres). What lies
    in no zone is left out where there are zones.
    """
    nodes, edges = one_map(tables["street_node"], tables["street_edge"])
    edges = usable(edges, params["mode"])
    fabric = fabric_of(nodes, edges)
    lon, lat, metres, _ = pieces(nodes, edges)
    within = shapely.intersects_xy(reach_of(tables["street_node"], tables["area"]).buffer(_HAIR), lon, lat)
    inside = ~fabric.border
    parts = [_rows("length", lon[within], lat[within], metres=metres[within]), _streets(fabric)]
    for kind, mask in (("junction", fabric.junction & inside), ("dead_end", fabric.dead_end)):
        parts.append(_rows(kind, fabric.lon[mask], fabric.lat[mask]))
    at = fabric.junction & inside
    for kind, factor in (("crossing", 1.0), ("loose_crossing", 1.25), ("tight_crossing", 0.75)):
        apart = factor * params["merge_m"]
        _, x, y = merged(fabric.lon[at], fabric.lat[at], tolerance_m=apart, epsg=context.epsg)
        parts.append(_rows(kind, x, y))
    return _placed(pa.concat_tables(parts), tables["zone"])


def ground(tables: Mapping[str, pa.Table], _params: Mapping[str, Any], context: Context) -> pa.Table:
    """Kernel: city, zones and cells with the km2 that the street data cover (see `ground_of`).

    Reads street_node, area, zone and counted.
    """
    cells = np.unique(tables["counted"].column("h3").drop_null().to_numpy())
    return ground_of(
        reach_of(tables["street_node"], tables["area"]),
        tables["zone"],
        cells.astype(np.int64),
        city_id=context.city_id,
        epsg=context.epsg,
    )


def _streets(fabric: Fabric) -> pa.Table:
    """Streets from junction to junction, placed halfway between their ends; rings that meet nothing aside."""
    at = np.flatnonzero(fabric.first >= 0)
    a, b = fabric.first[at], fabric.last[at]
    lon, lat = ((values[a] + values[b]) / 2 for values in (fabric.lon, fabric.lat))
    return _rows("street", lon, lat, metres=fabric.metres[at], straight=fabric.straight_m[at])


def _rows(
    kind: str, lon: Floats, lat: Floats, *, metres: Floats | None = None, straight: Floats | None = None
) -> pa.Table:
    n = len(lon)
    none = pa.nulls(n, pa.float64())
    return pa.table(
        {
            "kind": pa.array([kind] * n, pa.string()),
            "lon": pa.array(lon, pa.float64()),
            "lat": pa.array(lat, pa.float64()),
            "metres": none if metres is None else pa.array(metres),
            "straight_m": none if straight is None else pa.array(straight),
        }
    )


def _placed(rows: pa.Table, zones: pa.Table) -> pa.Table:
    """Rows summed by kind, cell and zone."""
    lon, lat = rows.column("lon"), rows.column("lat")
    rows = rows.append_column("h3", cells_of(lon, lat, H3_INDICATOR))
    if finest_level(zones) is None:
        zone = pa.nulls(rows.num_rows, pa.string())
    else:
        zone = points_in_zones(lon, lat, zones)
    rows = rows.append_column("zone_id", zone)
    if finest_level(zones) is not None:
        rows = rows.filter(pc.is_valid(rows.column("zone_id")))
    summed = rows.group_by(["kind", "h3", "zone_id"], use_threads=False).aggregate(
        [([], "count_all"), ("metres", "sum"), ("straight_m", "sum")]
    )
    named = summed.rename_columns({"count_all": "n", "metres_sum": "metres", "straight_m_sum": "straight_m"})
    return named.select(SCHEMA.names).cast(SCHEMA)
