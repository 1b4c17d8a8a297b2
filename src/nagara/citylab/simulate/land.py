"""Land: coast, river, wards, people and the cells beneath them.

The city lies on an invented northern coast. A river runs from hills in the south to the sea. Wards are a
lattice with moved corners, so that neighbours share their border exactly. Positions inside the city are
metres east (x) and north (y) of its south-western corner; `Ground.lonlat` places them on the globe.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from pyproj import Transformer

from nagara.citylab.cells import cells_of, centres_of
from nagara.citylab.tables import H3_INDICATOR
from nagara.citylab.zones import zone_areas
from nagara.citylab.zones.weights import cell_weights

Floats = npt.NDArray[np.float64]

EPSG = 32649
LON, LAT = 110.62, 4.86
"""South-western corner: open sea, so that nobody takes the city for a real one."""
WIDE, TALL = 9_000.0, 10_800.0
COLUMNS, ROWS = 6, 7
DENSEST = 21_000.0
"""People a square kilometre in the old town."""
COUNTED = date(2025, 7, 1)
AGES = {"0-14": 0.24, "15-29": 0.25, "30-49": 0.28, "50-64": 0.15, "65+": 0.08}

DISTRICTS = ("Old Harbour", "North Bank", "Market Side", "Mangrove Point", "Hill Gate", "River Bend")
FIRST_NAMES = ("Kampong", "Upper", "Lower", "New", "East", "West", "Old")
SECOND_NAMES = ("Jetty", "Tamarind", "Saltpan", "Mango", "Lotus", "Weir")


@dataclass(frozen=True)
class Ground:
    """The lie of the land: how positions become places, how high they are, how far from the river."""

    river: Any  # LineString in metres
    epsg: int = EPSG

    def lonlat(self, xy: Floats) -> Floats:
        """Metres in the city -> WGS 84 degrees, shape (n, 2)."""
        to_metric = Transformer.from_crs(4326, self.epsg, always_xy=True)
        east, north = to_metric.transform(LON, LAT)
        lon, lat = to_metric.transform(xy[:, 0] + east, xy[:, 1] + north, direction="INVERSE")
        return np.column_stack([lon, lat])

    def to_globe(self, shapes: Any) -> Any:
        return shapely.transform(shapes, self.lonlat)

    def coast(self, x: Floats) -> Floats:
        """How far north the land reaches, metres."""
        return TALL - 500 + 260 * np.sin(x / 1400) + 130 * np.sin(x / 530 + 1)

    def to_river(self, xy: Floats) -> Floats:
        """Metres to the river."""
        return np.asarray(shapely.distance(shapely.points(xy), self.river))

    def height(self, xy: Floats) -> Floats:
        """Metres above the sea: flat by the coast, hills in the south, a hollow along the river."""
        inland = np.clip(self.coast(xy[:, 0]) - xy[:, 1], 0, None) / 1000
        hollow = 3.2 * np.exp(-self.to_river(xy) / 420)
        height: Floats = 0.9 + 0.35 * inland**1.9 - hollow * np.exp(-inland / 7)
        return np.clip(height, -0.4, None).round(2)

    def density(self, xy: Floats) -> Floats:
        """People a square kilometre, smooth: two centres."""
        old = np.hypot(xy[:, 0] - 4200, xy[:, 1] - 8300) / 2600
        new = np.hypot(xy[:, 0] - 6700, xy[:, 1] - 4200) / 2000
        density: Floats = DENSEST * (np.exp(-(old**2)) + 0.45 * np.exp(-(new**2)) + 0.06)
        return density


def ground() -> Ground:
    north = np.linspace(-200, TALL + 600, 60)
    east = 4600 + 900 * np.sin(north / 2300) + 260 * np.sin(north / 800 + 2)
    return Ground(shapely.LineString(np.column_stack([east, north])))


def _corners(random: np.random.Generator) -> Floats:
    """Lattice corners, the inner ones moved: shape (COLUMNS + 1, ROWS + 1, 2), metres."""
    x, y = np.meshgrid(np.linspace(0, WIDE, COLUMNS + 1), np.linspace(0, TALL, ROWS + 1), indexing="ij")
    corners = np.stack([x, y], axis=-1)
    corners[1:-1, 1:-1] += random.uniform(-360, 360, corners[1:-1, 1:-1].shape)
    return corners


def _ward_shapes(here: Ground, random: np.random.Generator) -> list[Any]:
    corners = _corners(random)
    along = np.linspace(-500, WIDE + 500, 400)
    land = shapely.Polygon(
        [(-500, -500), (WIDE + 500, -500), *zip(along[::-1], here.coast(along[::-1]), strict=True)]
    )
    shapes = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            ring = [
                corners[column, row],
                corners[column + 1, row],
                corners[column + 1, row + 1],
                corners[column, row + 1],
            ]
            shapes.append(shapely.intersection(shapely.Polygon(ring), land))
    return shapes


def _district_of(index: int) -> int:
    row, column = divmod(index, COLUMNS)
    return min(2, row * 3 // ROWS) * 2 + column // 3


@dataclass(frozen=True)
class Land:
    """The tables of the land, and what later rooms need of them."""

    here: Ground
    zone: pa.Table
    cell: pa.Table
    population: pa.Table
    layer: pa.Table
    wards: list[Any]  # polygons in metres
    ward_ids: list[str]
    people: Floats  # a ward
    prone: npt.NDArray[np.bool_]  # flood-prone wards


def _zone_rows(here: Ground, wards: list[Any]) -> list[dict[str, Any]]:
    rows: list[tuple[Any, ...]] = []
    names = [f"{a} {b}" for b in SECOND_NAMES for a in FIRST_NAMES]
    whole = shapely.union_all(wards)
    rows.append(("S", 1, "city", None, "Simulated city", whole))
    for district, name in enumerate(DISTRICTS):
        parts = [shape for i, shape in enumerate(wards) if _district_of(i) == district]
        rows.append((f"S{district + 1}", 2, "district", "S", name, shapely.union_all(parts)))
    for i, shape in enumerate(wards):
        parent = f"S{_district_of(i) + 1}"
        rows.append((f"{parent}{i + 1:02d}", 3, "ward", parent, names[i], shape))
    keys = ("zone_id", "level", "level_name", "parent_id", "name", "geom_wkb")
    placed = here.to_globe(np.array([row[-1] for row in rows], dtype=object))
    return [
        dict(zip(keys, (*row[:-1], shapely.to_wkb(shape)), strict=True))
        for row, shape in zip(rows, placed, strict=True)
    ]


def make_land(random: np.random.Generator) -> Land:
    """Zones of three levels, cells, people by zone and group, and two layers (height, built-up share)."""
    here = ground()
    wards = _ward_shapes(here, random)
    zone = pa.Table.from_pylist(_zone_rows(here, wards))
    zone = zone.append_column("area_km2", zone_areas(zone, EPSG))
    middle = shapely.get_coordinates(shapely.centroid(wards))
    km2 = np.array([shape.area for shape in wards]) / 1e6
    people = np.round(here.density(middle) * km2 * random.lognormal(0, 0.18, len(wards)))
    ids = [row["zone_id"] for row in zone.to_pylist() if row["level"] == 3]
    prone = (here.height(middle) < 1.6) | (shapely.distance(np.array(wards, dtype=object), here.river) < 1)
    low = here.height(middle) < np.quantile(here.height(middle), 0.55)
    weights = pa.concat_tables(list(cell_weights(zone, EPSG)))
    return Land(
        here=here,
        zone=zone,
        cell=weights,
        population=_population(zone, ids, people, random),
        layer=_layers(here, weights),
        wards=wards,
        ward_ids=ids,
        people=people,
        prone=prone & low,
    )


def _population(zone: pa.Table, ids: list[str], people: Floats, random: np.random.Generator) -> pa.Table:
    """People by ward, district and city, in all and by sex and age; groups sum to the total."""
    parents = dict(zip(zone.column("zone_id").to_pylist(), zone.column("parent_id").to_pylist(), strict=True))
    totals: dict[tuple[str, str], float] = {}
    shares = np.array([half * share for half in (0.5, 0.5) for share in AGES.values()])
    groups = [f"{sex}:{age}" for sex in ("f", "m") for age in AGES]
    for zone_id, count in zip(ids, people, strict=True):
        split = random.multinomial(int(count), shares / shares.sum())
        for group, n in zip(["total", *groups], [int(count), *split], strict=True):
            at: str | None = zone_id
            while at is not None:
                totals[at, group] = totals.get((at, group), 0.0) + float(n)
                at = parents[at]
    return pa.Table.from_pylist(
        [
            {"unit_kind": "zone", "unit_id": unit, "date": COUNTED, "group_id": group, "n": n}
            | {"n_lo": np.floor(n * 0.98), "n_hi": np.ceil(n * 1.02)}
            for (unit, group), n in totals.items()
        ]
    )


def _layers(here: Ground, weights: pa.Table) -> pa.Table:
    cells = np.unique(weights.column("h3").to_numpy())
    lon, lat = centres_of(cells.tolist())
    to_metric = Transformer.from_crs(4326, here.epsg, always_xy=True)
    west, south = to_metric.transform(LON, LAT)
    east, north = to_metric.transform(lon, lat)
    xy = np.column_stack([np.asarray(east) - west, np.asarray(north) - south])
    built = np.clip(here.density(xy) / 16_000, 0.02, 0.95)
    parts = []
    for name, values, spread in (("height", here.height(xy), 0.6), ("built_up", np.round(built, 3), 0.05)):
        parts.append(
            pa.table(
                {
                    "name": pa.array([name] * len(cells)),
                    "h3": pa.array(cells),
                    "value": pa.array(values),
                    "sd": pa.array(np.full(len(cells), spread)),
                }
            )
        )
    return pa.concat_tables(parts)


def cells_at(lonlat: Floats, res: int = H3_INDICATOR) -> pa.Array:
    return cells_of(lonlat[:, 0], lonlat[:, 1], res)
