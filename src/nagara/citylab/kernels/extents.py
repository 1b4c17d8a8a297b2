"""Where street data reach, and how much of each zone and cell that is.

A map says itself how far it reaches (areas of use map_extent); where it does not, that is the rectangle
around its nodes that are no border.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from nagara.citylab.cells import outlines_of
from nagara.citylab.zones.polygons import finest_level, in_metres, polygonal, polygons_of

Longs = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]


def one_map(nodes: pa.Table, edges: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Street nodes and edges of several sources as one map.

    A node counts once; it is border only where every source says so. Of pieces between the same nodes with
    the same length (to 0.1 m) those of one source count. One source is given back as it is.
    """
    if pc.count_distinct(edges.column("source_id")).as_py() <= 1:
        return nodes, edges
    border = pc.fill_null(nodes.column("border"), False)
    at = nodes.column_names.index("border")
    grouped = (
        nodes.set_column(at, "border", border)
        .group_by("node_id")
        .aggregate([("lon", "min"), ("lat", "min"), ("border", "all"), ("source_id", "min")])
        .rename_columns(["node_id", "lon", "lat", "border", "source_id"])
        .sort_by("node_id")
    )
    u, v = (edges.column(name).to_numpy() for name in ("u", "v"))
    keys = np.stack(
        [
            np.minimum(u, v),
            np.maximum(u, v),
            np.round(edges.column("metres").to_numpy() * 10).astype(np.int64),
        ]
    )
    _, group = np.unique(keys, axis=1, return_inverse=True)
    source = pc.rank(edges.column("source_id"), tiebreaker="dense").to_numpy().astype(np.int64)
    first = np.full(int(group.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, group.ravel(), source)
    return grouped, edges.filter(pa.array(source == first[group.ravel()]))


def reach_of(nodes: pa.Table, areas: pa.Table) -> Any:
    """The area that street data cover (WGS 84): what each source says itself (areas of use map_extent),
    else the rectangle around its nodes inside.
    """
    said = areas.filter(pc.equal(areas.column("category"), "map_extent"))
    boxes = [shape for shape in polygons_of(said.column("geom_wkb")) if shape is not None]
    inside = nodes.filter(pc.invert(pc.fill_null(nodes.column("border"), False)))
    silent = set(pc.unique(inside.column("source_id")).to_pylist()) - set(
        said.column("source_id").to_pylist()
    )
    for source in sorted(silent):
        mine = inside.filter(pc.equal(inside.column("source_id"), source))
        (west, east), (south, north) = (
            (pc.min(mine.column(name)).as_py(), pc.max(mine.column(name)).as_py()) for name in ("lon", "lat")
        )
        boxes.append(shapely.box(west, south, east, north))
    return shapely.union_all(boxes) if boxes else shapely.Polygon()


def ground_of(reach: Any, zones: pa.Table, cells: Longs, *, city_id: str, epsg: int) -> pa.Table:
    """City, zones (finest level) and cells with the area that street data cover (`reach`, WGS 84).

    Gives unit_kind, unit_id, km2 (covered, in the metric system `epsg`) and coverage (covered share, 0-1).
    Without zones the city is what the data cover.
    """
    reach = in_metres(np.array([reach], dtype=object), epsg)[0]
    shapely.prepare(reach)
    level = finest_level(zones)
    parts: list[pa.Table] = []
    whole = reach
    if level is not None:
        mine = zones.filter(pc.equal(zones.column("level"), level))
        mine = mine.filter(pc.is_valid(mine.column("geom_wkb")))
        shapes = in_metres(polygonal(polygons_of(mine.column("geom_wkb"))), epsg)
        parts.append(_covered("zone", mine.column("zone_id").to_pylist(), shapes, reach))
        whole = shapely.union_all(shapes[~shapely.is_missing(shapes)])
    parts.append(_covered("city", [city_id], np.array([whole], dtype=object), reach))
    ids = np.unique(cells)
    if len(ids):
        rings = [shapely.Polygon(ring) for ring in outlines_of(ids.tolist())]
        shapes = in_metres(np.array(rings, dtype=object), epsg)
        parts.append(_covered("cell", [str(cell) for cell in ids.tolist()], shapes, reach))
    return pa.concat_tables(parts)


def _covered(kind: str, ids: list[str], shapes: Shapes, reach: Any) -> pa.Table:
    whole = np.nan_to_num(shapely.area(shapes))
    covered = np.nan_to_num(shapely.area(shapely.intersection(shapes, reach)))
    share = np.divide(covered, whole, out=np.zeros(len(whole)), where=whole > 0)
    return pa.table(
        {
            "unit_kind": pa.array([kind] * len(ids), pa.string()),
            "unit_id": pa.array(ids, pa.string()),
            "km2": pa.array(np.round(covered / 1e6, 9)),
            "coverage": pa.array(np.round(np.minimum(share, 1.0), 9)),
        }
    )
