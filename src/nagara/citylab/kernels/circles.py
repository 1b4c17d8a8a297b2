"""How much of each population unit lies within reach of a stop: circles over areas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import shapely

from nagara.citylab.findings import CityLabError
from nagara.citylab.recipes import Context
from nagara.citylab.zones import polygons_of
from nagara.citylab.zones.polygons import Shapes, in_metres
from nagara.citylab.zones.weights import hexagons

Floats = npt.NDArray[np.float64]

SHARE = pa.schema(
    [
        ("unit_kind", pa.string()),
        ("unit_id", pa.string()),
        ("people", pa.float64()),
        ("people_lo", pa.float64()),
        ("people_hi", pa.float64()),
        ("near", pa.float64()),
        ("often", pa.float64()),
    ]
)


def _units(counted: pa.Table, zone: pa.Table, epsg: int) -> tuple[pa.Table, Shapes]:
    """Population units and their shapes in metres: cells where there are any, else the finest zones."""
    cells = counted.filter(pc.equal(counted.column("unit_kind"), "cell"))
    if cells.num_rows:
        ids = np.array([int(i) for i in cells.column("unit_id").to_pylist()], np.int64)
        return cells, in_metres(hexagons(ids), epsg)
    known = zone.select(["zone_id", "level", "geom_wkb"]).filter(pc.is_valid(zone.column("geom_wkb")))
    met = counted.join(known, "unit_id", "zone_id", join_type="inner")
    if met.num_rows == 0:
        raise CityLabError(
            "no zone with people has a polygon", mend="Import the zones that the population names, or cells."
        )
    finest = met.filter(pc.equal(met.column("level"), pc.max(met.column("level")))).sort_by("unit_id")
    return finest, in_metres(polygons_of(finest.column("geom_wkb")), epsg)


def covered(shapes: Shapes, x: Floats, y: Floats, reach: float) -> Floats:
    """The part of each area that lies within `reach` of one of the points (all in metres), 0 to 1."""
    area = shapely.area(shapes)
    if len(x) == 0:
        return np.zeros(len(shapes))
    ground = shapely.union_all(shapely.buffer(shapely.points(x, y), reach, quad_segs=16))
    parts = np.array(shapely.get_parts(ground))
    shapely.prepare(shapes)
    i, j = shapely.STRtree(parts).query(shapes, predicate="intersects")
    inside = np.bincount(i, shapely.area(shapely.intersection(shapes[i], parts[j])), len(shapes))
    return np.asarray(np.clip(np.divide(inside, area, out=np.zeros(len(shapes)), where=area > 0), 0, 1))


def share(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """People by unit, and the part of its area near a stop, and near one served often. See SHARE.

    Reads counted, spot (steps of near-transit) and zone. Where no stop has a timetable, every stop counts.
    Raises CityLabError where no unit of population has an area.
    """
    units, shapes = _units(tables["counted"], tables["zone"], context.epsg)
    spot = tables["spot"]
    lon, lat = (spot.column(c).to_numpy(zero_copy_only=False).astype(float) for c in ("lon", "lat"))
    to_metres = pyproj.Transformer.from_crs(4326, context.epsg, always_xy=True)
    x, y = (np.asarray(v) for v in to_metres.transform(lon, lat))
    served = spot.column("served").to_numpy(zero_copy_only=False) > 0
    often = spot.column("often").to_numpy(zero_copy_only=False) > 0
    used = served if served.any() else np.ones(len(x), bool)
    reach = float(params["reach_m"])
    return pa.table(
        [
            units.column("unit_kind"),
            units.column("unit_id"),
            units.column("n"),
            units.column("lo"),
            units.column("hi"),
            covered(shapes, x[used], y[used], reach),
            covered(shapes, x[often], y[often], reach),
        ],
        schema=SHARE,
    )
