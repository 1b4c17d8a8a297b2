"""Places from nodes, areas and open lines: where each one is, and its category."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from nagara.citylab.places import category_of_tags
from nagara.citylab.sources.osm.streets import Box, within

_KEPT = frozenset(
    {
        "access",
        "cuisine",
        "fee",
        "isced:level",
        "opening_hours",
        "operator:type",
        "religion",
        "sport",
        "wheelchair",
    }
)


class Places:
    """Collects places; `table` gives rows of the table `place`."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._boxes = boxes
        self._rows: list[tuple[str, str, str, Mapping[str, str]]] = []
        self._lon: list[float] = []
        self._lat: list[float] = []
        self.outside = 0
        self.unknown: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._rows)

    def add_points(self, name: str, tags: Mapping[str, str], x: Sequence[int], y: Sequence[int]) -> None:
        """Take a node, or an open line by its middle point; x, y in 1e-7 degrees."""
        found = self._category(tags)
        if found is not None:
            middle = len(x) // 2
            self._add(name, found, tags, x[middle] / 1e7, y[middle] / 1e7)

    def add_area(self, name: str, tags: Mapping[str, str], geometry: bytes) -> None:
        """Take an area by its centroid, or by a point inside where the centroid lies outside it."""
        found = self._category(tags)
        if found is None:
            return
        shape = shapely.from_wkb(geometry)
        spot = shapely.centroid(shape)
        if not shapely.intersects(shape, spot):
            spot = shapely.point_on_surface(shape)
        if not shapely.is_empty(spot):
            self._add(name, found, tags, shapely.get_x(spot), shapely.get_y(spot))

    def _category(self, tags: Mapping[str, str]) -> tuple[str, str] | None:
        found = category_of_tags(tags)
        if found is None and "amenity" in tags:
            self.unknown[f"amenity={tags['amenity']}"] += 1
        return found

    def _add(
        self, name: str, found: tuple[str, str], tags: Mapping[str, str], lon: float, lat: float
    ) -> None:
        self._rows.append((name, *found, tags))
        self._lon.append(lon)
        self._lat.append(lat)

    def table(self) -> pa.Table:
        """Rows of the places taken since the last call, those inside the bounds (without h3)."""
        rows, lon, lat = self._rows, np.array(self._lon), np.array(self._lat)
        self._rows, self._lon, self._lat = [], [], []
        at = np.flatnonzero(within(lon, lat, self._boxes))
        self.outside += len(rows) - len(at)
        kept = [rows[i] for i in at]
        return pa.table(
            {
                "place_id": pa.array([row[0] for row in kept], pa.string()),
                "category": pa.array([row[1] for row in kept], pa.string()),
                "subcategory": pa.array([row[2] for row in kept], pa.string()),
                "name": pa.array([row[3].get("name") for row in kept], pa.string()),
                "lon": pa.array(np.round(lon[at], 7)),
                "lat": pa.array(np.round(lat[at], 7)),
                "capacity": pa.array([_capacity(row[3]) for row in kept], pa.float64()),
                "attributes": pa.array([_attributes(row[3]) for row in kept], pa.string()),
            }
        )


def _capacity(tags: Mapping[str, str]) -> float | None:
    """Beds or places, where the tag is a plain number."""
    for key in ("beds", "capacity:beds", "capacity"):
        text = tags.get(key, "").strip()
        if text.isascii() and text.isdigit():
            return float(text)
    return None


def _attributes(tags: Mapping[str, str]) -> str | None:
    """Tags worth keeping beside the name; nothing that names or reaches a person."""
    kept: dict[str, Any] = {key: tags[key] for key in sorted(tags) if key in _KEPT}
    return json.dumps(kept, ensure_ascii=False) if kept else None
