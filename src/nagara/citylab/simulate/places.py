"""Places and areas: more where more people live, every category somewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from nagara.citylab.places import categories
from nagara.citylab.simulate.land import EPSG, Land, cells_at
from nagara.citylab.tables import H3_POINT
from nagara.citylab.zones.polygons import areas_m2

PER_100_000 = {
    "food": 180, "shop": 170, "grocery": 90, "school": 40, "kindergarten": 35, "clinic": 30, "pharmacy": 30,
    "worship": 30, "bank": 22, "market": 12, "supermarket": 12, "playground": 18, "sports": 12, "toilets": 8,
    "hotel": 10, "parking": 14, "fuel": 9, "community": 9, "government": 7, "culture": 4, "library": 3,
    "hospital": 3, "police": 4, "fire_station": 2, "shelter": 6, "pump": 5,
}  # fmt: skip
"""Places for every 100,000 people; categories that are not named get two in all."""


def make_places(land: Land, random: np.random.Generator) -> pa.Table:
    """Table `place`: positions in wards by population, a few without a known position."""
    total = float(land.people.sum())
    share = land.people / total
    rows: list[dict[str, Any]] = []
    for category, title in categories().items():
        count = max(2, round(PER_100_000.get(category, 0) * total / 100_000))
        for number in range(count):
            ward = land.wards[int(random.choice(len(land.wards), p=share))]
            xy = _inside(ward, random)
            lonlat = land.here.lonlat(np.array([xy]))
            rows.append(
                {
                    "place_id": f"{category}-{number + 1}",
                    "category": category,
                    "subcategory": category,
                    "name": f"{title} {number + 1}",
                    "lon": float(lonlat[0, 0]),
                    "lat": float(lonlat[0, 1]),
                    "h3": cells_at(lonlat, H3_POINT)[0].as_py(),
                    "zone_id": None,
                    "capacity": float(random.integers(40, 600))
                    if category in {"hospital", "school"}
                    else None,
                }
            )
    unplaced = {"place_id": "shelter-unplaced", "category": "shelter", "subcategory": "shelter"}
    rows.append(unplaced | {"name": "Unplaced shelter", "zone_id": land.ward_ids[0], "capacity": 120.0})
    return pa.Table.from_pylist(rows)


def _inside(ward: Any, random: np.random.Generator) -> tuple[float, float]:
    west, south, east, north = ward.bounds
    for _ in range(60):
        x, y = random.uniform(west, east), random.uniform(south, north)
        if ward.contains(shapely.Point(x, y)):
            return x, y
    point = ward.representative_point()
    return point.x, point.y


def make_areas(land: Land, random: np.random.Generator) -> pa.Table:
    """Table `area`: the river, the built-up part of each ward, parks, squares and other uses."""
    shapes: list[tuple[str, str, str, Any]] = [("water", "river", "River", land.here.river.buffer(55))]
    for ward_id, ward in zip(land.ward_ids, land.wards, strict=True):
        if ward.is_empty:
            continue
        built = ward.buffer(-60).difference(land.here.river.buffer(90))
        if not built.is_empty:
            shapes.append(("built_up", "built_up", f"Built-up {ward_id}", built))
        for number in range(int(random.integers(0, 3))):
            x, y = _inside(ward, random)
            side = random.uniform(45, 190)
            park = shapely.box(x - side, y - side * 0.7, x + side, y + side * 0.7).intersection(ward)
            kind, use = ("green", "park") if random.uniform() < 0.75 else ("public_space", "square")
            shapes.append((kind, use, f"{use.capitalize()} {ward_id}-{number + 1}", park))
    for use in ("residential", "commercial", "industrial"):
        ward = land.wards[int(random.integers(len(land.wards)))]
        shapes.append((use, use, f"{use.capitalize()} area", ward.buffer(-120)))
    shapes = [s for s in shapes if not s[3].is_empty]
    placed = land.here.to_globe(np.array([s[3] for s in shapes], dtype=object))
    return pa.table(
        {
            "area_id": [f"area-{i + 1}" for i in range(len(shapes))],
            "category": [s[0] for s in shapes],
            "subcategory": [s[1] for s in shapes],
            "name": [s[2] for s in shapes],
            "geom_wkb": shapely.to_wkb(placed),
            "m2": np.round(areas_m2(placed, EPSG), 1),
        }
    )
