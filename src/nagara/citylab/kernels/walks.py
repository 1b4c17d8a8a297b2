"""How far people walk to services: every street node's distance to the nearest place of each kind.

Used by the recipes fifteen-minute and access. People live at street nodes: those of a cell are shared
equally among its nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from nagara.citylab.cells import cells_of, centres_of, resolutions_of
from nagara.citylab.kernels.extents import one_map
from nagara.citylab.kernels.network import Network, Snapper, nearest, network_of
from nagara.citylab.recipes import Context
from nagara.citylab.tables import H3_INDICATOR
from nagara.citylab.zones.points import points_in_zones
from nagara.citylab.zones.polygons import finest_level, in_metres, polygonal, polygons_of

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

GATE_M = 50.0
"""Street nodes this near to a green area are ways in; where there is none, the nearest node is."""
BORDER = "border"
WALK = pa.schema(
    [
        ("node_id", pa.int64()),
        ("service", pa.string()),
        ("metres", pa.float64()),
        ("border_m", pa.float64()),
    ]
)
"""metres to the nearest place of the service and to the nearest end of the data; null beyond the limit."""
SPOT = pa.schema(
    [
        ("node_id", pa.int64()),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
        ("h3", pa.int64()),
        ("zone_id", pa.string()),
        ("people", pa.float64()),
    ]
)


def fifteen(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Kernel of fifteen-minute: `WALK` up to what the fastest walker does in `minutes`.

    Reads street_node, street_edge, service (service, lon, lat) and green (service, geom_wkb).
    """
    fastest = max(float(params[name]) for name in ("slow_kmh", "usual_kmh", "fast_kmh"))
    return _walks(tables, params, fastest * params["minutes"] * 1000 / 60, context.epsg)


def access(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Kernel of access: `WALK` up to the longest way that an indicator asks for, with the band above it.

    Reads street_node, street_edge, service (service, lon, lat) and green (service, geom_wkb).
    """
    longest = max(float(params[name]) for name in params if name.endswith("_m") and name != "snap_m")
    return _walks(tables, params, longest * (1 + params["band"]), context.epsg)


def _walks(tables: Mapping[str, pa.Table], params: Mapping[str, Any], limit_m: float, epsg: int) -> pa.Table:
    network = _network(tables)
    targets = _targets(network, tables, params, epsg)
    targets[BORDER] = (np.flatnonzero(network.border), np.zeros(int(network.border.sum())))
    found = nearest(network, targets, limit_m=limit_m)
    origin = np.flatnonzero(_origins(network, params))
    names = [name for name in targets if name != BORDER]
    border_m = _or_null(found[origin, -1])
    parts = [
        pa.table(
            {
                "node_id": network.node_id[origin],
                "service": pa.array([name] * len(origin), pa.string()),
                "metres": _or_null(found[origin, k]),
                "border_m": border_m,
            }
        )
        for k, name in enumerate(names)
    ]
    return pa.concat_tables(parts).cast(WALK) if parts else WALK.empty_table()


def _network(tables: Mapping[str, pa.Table]) -> Network:
    return network_of(*one_map(tables["street_node"], tables["street_edge"]), mode="w")


def _origins(network: Network, params: Mapping[str, Any]) -> npt.NDArray[np.bool_]:
    """Nodes where people may live: inside the data, and not on a stray piece of path."""
    least = min(int(params["least_part"]), int(network.part_size.max(initial=1)))
    return network.in_parts_of(least) & ~network.border


def _or_null(metres: Floats) -> pa.Array:
    return pa.array(np.round(metres, 6), mask=~np.isfinite(metres))


def _targets(
    network: Network, tables: Mapping[str, pa.Table], params: Mapping[str, Any], epsg: int
) -> dict[str, tuple[Longs, Floats]]:
    """Street nodes of the places of each service, with the way from there to the place."""
    least = min(int(params["least_part"]), int(network.part_size.max(initial=1)))
    snapper, cap = Snapper(network, least_part=least), float(params["snap_m"])
    service, green = tables["service"], tables["green"]
    both = pa.concat_arrays(
        [service.column("service").combine_chunks(), green.column("service").combine_chunks()]
    )
    out = {}
    for name in sorted(pc.unique(both).to_pylist()):
        mine = service.filter(pc.equal(service.column("service"), name))
        index, extra = snapper.snap(mine.column("lon").to_numpy(), mine.column("lat").to_numpy(), cap_m=cap)
        areas = green.filter(pc.equal(green.column("service"), name))
        gates, far = _gates(network, areas, snapper, cap, epsg)
        out[name] = (np.r_[index, gates], np.r_[extra, far])
    return out


def _gates(
    network: Network, areas: pa.Table, snapper: Snapper, cap_m: float, epsg: int
) -> tuple[Longs, Floats]:
    """Ways into areas: street nodes in them or within 50 m, else the node nearest to their outline."""
    if not areas.num_rows or not len(network):
        return np.zeros(0, np.int64), np.zeros(0)
    shapes = polygonal(polygons_of(areas.column("geom_wkb")))
    shapes = shapes[~shapely.is_missing(shapes)]
    metric = in_metres(shapes, epsg)
    points = in_metres(shapely.points(network.lon, network.lat), epsg)
    shape, node = shapely.STRtree(points).query(metric, predicate="dwithin", distance=GATE_M)
    far = shapely.distance(metric[shape], points[node])
    lonely = np.setdiff1d(np.arange(len(shapes)), shape)
    if len(lonely):
        lines = shapely.segmentize(shapely.boundary(shapes[lonely]), 0.0005)
        spots, of = shapely.get_coordinates(lines, return_index=True)
        index, metres = snapper.snap(spots[:, 0], spots[:, 1], cap_m=cap_m)
        order = np.lexsort((metres, of))
        first = order[np.r_[True, of[order][1:] != of[order][:-1]]]
        node, far = np.r_[node, index[first]], np.r_[far, metres[first]]
    return node.astype(np.int64), far


def spots(tables: Mapping[str, pa.Table], params: Mapping[str, Any], _context: Context) -> pa.Table:
    """Kernel: where people live (`SPOT`): street nodes with cell (H3 resolution 9), zone and people.

    Reads street_node, street_edge, zone and people (h3 of any resolution, n). Without people every node
    counts as one. One more row without node holds the people who could not be placed on a street.
    """
    network = _network(tables)
    origin = np.flatnonzero(_origins(network, params))
    lon, lat = network.lon[origin], network.lat[origin]
    cells = (
        np.asarray(cells_of(lon, lat, H3_INDICATOR).to_numpy(), np.int64)
        if len(origin)
        else np.zeros(0, np.int64)
    )
    zone = pa.nulls(len(origin), pa.string())
    if finest_level(tables["zone"]) is not None:
        zone = points_in_zones(lon, lat, tables["zone"])
    people, lost = _settle(lon, lat, tables["people"], float(params["snap_m"]))
    rows = {
        "node_id": network.node_id[origin],
        "lon": lon,
        "lat": lat,
        "h3": cells,
        "zone_id": zone,
        "people": people,
    }
    found = pa.table(rows).cast(SPOT)
    if lost > 0:
        found = pa.concat_tables([found, pa.Table.from_pylist([{"people": round(lost, 6)}], schema=SPOT)])
    return found


def _settle(lon: Floats, lat: Floats, people: pa.Table, cap_m: float) -> tuple[Floats, float]:
    """People at each node, and the people of cells without a street near them.

    The people of a cell are shared equally among its nodes; where it has none, they go to the node nearest
    to its middle within `cap_m` metres.
    """
    at = np.zeros(len(lon))
    if not people.num_rows:
        return np.ones(len(lon)), 0.0
    cells = np.asarray(people.column("h3").to_numpy(), np.int64)
    n = np.asarray(people.column("n").cast(pa.float64()).to_numpy(), np.float64)
    if not len(lon):
        return at, float(n.sum())
    left: list[int] = []
    for res in np.unique(resolutions_of(cells)):
        mine = np.flatnonzero(resolutions_of(cells) == res)
        home = np.asarray(cells_of(lon, lat, int(res)).to_numpy(), np.int64)
        known, index, count = np.unique(home, return_inverse=True, return_counts=True)
        place = np.minimum(np.searchsorted(known, cells[mine]), len(known) - 1)
        there = known[place] == cells[mine]
        total = np.bincount(place[there], weights=n[mine][there], minlength=len(known))
        at += total[index] / count[index]
        left += mine[~there].tolist()
    far = np.array(left, np.int64)
    if not len(far):
        return np.round(at, 6), 0.0
    near = _nearest(lon, lat, *centres_of(cells[far].tolist()), cap_m)
    np.add.at(at, near[near >= 0], n[far][near >= 0])
    return np.round(at, 6), float(n[far][near < 0].sum())


def _nearest(lon: Floats, lat: Floats, x: Floats, y: Floats, cap_m: float) -> Longs:
    """Index of the point nearest to each (x, y), -1 beyond `cap_m`."""
    bare = Network.of_points(lon, lat)
    return Snapper(bare).snap(x, y, cap_m=cap_m)[0]
