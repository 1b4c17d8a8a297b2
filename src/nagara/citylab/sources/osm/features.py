"""Areas with a use, from closed ways and multipolygons. Which tags mean which use: `areas.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from nagara.citylab.sources.osm.streets import Box
from nagara.citylab.zones.polygons import areas_m2, polygonal, polygons_of, wkb_of

_BOOK: dict[str, Any] = tomllib.loads(files(__package__).joinpath("areas.toml").read_text(encoding="utf-8"))
KEYS: tuple[str, ...] = tuple(_BOOK["keys"]["names"])
_RULES: list[dict[str, Any]] = _BOOK["rule"]
_PRIVATE = frozenset(_BOOK["private"]["access"])


EXTENT = "map_extent"
"""Use of the rows that say how far a map reaches: what lies outside is not known."""


def extent_table(boxes: Sequence[Box], epsg: int) -> pa.Table:
    """Rows of the table `area` for the rectangles that the map was cut to."""
    shapes = np.array([shapely.box(*box) for box in boxes], dtype=object)
    return pa.table(
        {
            "area_id": pa.array([f"extent/{place}" for place in range(len(boxes))], pa.string()),
            "category": pa.array([EXTENT] * len(boxes), pa.string()),
            "geom_wkb": wkb_of(shapes),
            "m2": pa.array(np.round(areas_m2(shapes, epsg), 3)),
        }
    )


def uses_of(tags: Mapping[str, str]) -> list[tuple[str, str]]:
    """The uses of an area with these tags, each with the tag that says so: [("green", "leisure=park")]."""
    found: dict[str, str] = {}
    for rule in _RULES:
        if rule["use"] in found or (rule.get("public") and tags.get("access") in _PRIVATE):
            continue
        if all(tags.get(key) in values for key, values in rule["tags"].items()):
            key = next(iter(rule["tags"]))
            found[rule["use"]] = f"{key}={tags[key]}"
    return list(found.items())


class Areas:
    """Collects areas; `table` measures them and gives rows of the table `area`."""

    def __init__(self, boxes: Sequence[Box], epsg: int) -> None:
        self._boxes, self._epsg = boxes, epsg
        self._rows: list[tuple[str, str, str, str | None, bytes]] = []
        self.taken = self.outside = self.broken = self.reaching = 0

    def add(self, name: str, tags: Mapping[str, str], geometry: bytes) -> None:
        """Take one area by its id (`w17` or `r17`), its tags and its WKB."""
        for place, (use, word) in enumerate(uses_of(tags)):
            key = name if place == 0 else f"{name}/{use}"
            self._rows.append((key, use, word, tags.get("name"), geometry))

    def __len__(self) -> int:
        return len(self._rows)

    def table(self) -> pa.Table:
        """Rows of the areas taken since the last call: those that touch a box, whole, made valid."""
        rows, self._rows = self._rows, []
        shapes = polygonal(polygons_of(pa.array([row[4] for row in rows], pa.binary())))
        drawn = ~shapely.is_missing(shapes)
        touching, wholly = drawn.copy(), drawn.copy()
        if self._boxes:
            bounds = shapely.union_all([shapely.box(*box) for box in self._boxes])
            shapely.prepare(bounds)
            touching, wholly = shapely.intersects(bounds, shapes), shapely.covers(bounds, shapes)
        self.broken += int((~drawn).sum())
        self.outside += int((drawn & ~touching).sum())
        self.reaching += int((touching & ~wholly).sum())
        at = np.flatnonzero(touching)
        self.taken += len(at)
        kept = [rows[i] for i in at]
        return pa.table(
            {
                "area_id": pa.array([row[0] for row in kept], pa.string()),
                "category": pa.array([row[1] for row in kept], pa.string()),
                "subcategory": pa.array([row[2] for row in kept], pa.string()),
                "name": pa.array([row[3] for row in kept], pa.string()),
                "geom_wkb": wkb_of(shapes[at]),
                "m2": pa.array(np.round(areas_m2(shapes[at], self._epsg), 3)),
            }
        )
