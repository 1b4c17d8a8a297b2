"""The map of member cities: borders from Natural Earth (npm `world-atlas`), as SVG.

Equirectangular projection: near the equator it keeps shapes well. Labels keep apart by moving up or down
beside their city; on a narrow screen the stylesheet hides them and the table beside has the names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import uuid4

from nagara.campus.design.collect_assets import ASSETS
from nagara.campus.home import home

WEST, SOUTH, EAST, NORTH = 90.5, -12.0, 142.0, 25.0
WIDTH = 1000
SCALE = WIDTH / (EAST - WEST)
HEIGHT = round((NORTH - SOUTH) * SCALE)
LABEL_HEIGHT = 13.0
LETTER_WIDTH = 6.0
DRAWING = 1
"""Counts changes of how borders are drawn (`borders.py`)."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A city on the map: where its point and its label stand, in map units."""

    slug: str
    name: str
    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str
    has_data: bool
    dim: bool

    @property
    def led(self) -> bool:
        """True where the label stands so far off that a line must lead to it."""
        return abs(self.label_y - self.y - 4) > LABEL_HEIGHT * 0.8


def project(lon: float, lat: float) -> tuple[float, float]:
    """Degrees (WGS 84) to map units."""
    return (lon - WEST) * SCALE, (NORTH - lat) * SCALE


@cache
def land() -> tuple[tuple[str, str], ...]:
    """(ISO code or "", SVG path) of every country in the frame; empty where the borders are missing.

    Drawn once a site and kept in the home folder, under a name made from the borders' content."""
    path = ASSETS / "world" / "countries-50m.json"
    if not path.is_file():
        return ()
    kept = home() / f"borders-{sha256(path.read_bytes()).hexdigest()[:16]}-{DRAWING}.json"
    if not kept.is_file():
        from nagara.campus.cities.borders import draw

        fresh = kept.with_suffix(f".{uuid4().hex}")
        fresh.write_text(json.dumps(draw(path)), encoding="utf-8")
        fresh.replace(kept)
    return tuple((code, text) for code, text in json.loads(kept.read_text("utf-8")))


def place_spots(cities: Iterable[Any], *, with_data: set[str], shown: set[str] | None = None) -> list[Spot]:
    """Spots with labels that do not lie on each other. `cities` have slug, name, lon, lat; those not in
    `shown` are dimmed."""
    ordered = sorted(cities, key=lambda city: -city.lat)
    points = [project(city.lon, city.lat) for city in ordered]
    taken: list[tuple[float, float, float, float]] = [(x - 6, y - 6, x + 6, y + 6) for x, y in points]
    spots = []
    for city, (x, y) in zip(ordered, points, strict=True):
        label_x, label_y, anchor = _free_place(x, y, len(city.name) * LETTER_WIDTH, taken)
        dim = shown is not None and city.slug not in shown
        has_data = city.slug in with_data
        spots.append(Spot(city.slug, city.name, x, y, label_x, label_y, anchor, has_data, dim))
    return sorted(spots, key=lambda spot: spot.name)


def _free_place(
    x: float, y: float, width: float, taken: list[tuple[float, float, float, float]]
) -> tuple[float, float, str]:
    """The nearest free place for a label, right of the point before left of it."""
    for step in range(12):
        for offset in sorted({step * LABEL_HEIGHT * 0.9, -step * LABEL_HEIGHT * 0.9}):
            for anchor in ("start", "end"):
                left = x + 9 if anchor == "start" else x - 9 - width
                frame = (left, y + offset - 7, left + width, y + offset + 6)
                if frame[0] > 0 and frame[2] < WIDTH and not any(_overlap(frame, t) for t in taken):
                    taken.append(frame)
                    return (x + 9 if anchor == "start" else x - 9), y + offset + 4, anchor
    return x + 9, y + 4, "start"


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def member_map(cities: list[Any], shown: set[str] | None, with_data: set[str]) -> dict[str, Any]:
    """What `cities/_atlas.html` draws: land, and a spot a city. `shown` None shows all alike."""
    spots = place_spots(cities, with_data=with_data, shown=shown)
    return {"land": land(), "spots": spots, "width": WIDTH, "height": HEIGHT}
