"""The map of member cities: borders from Natural Earth (npm `world-atlas`), drawn once a process as SVG.

Equirectangular projection: near the equator it keeps shapes well. Labels keep apart by moving up or down
beside their city; on a narrow screen the stylesheet hides them and the table beside has the names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from nagara.campus.design.collect_assets import ASSETS

WEST, SOUTH, EAST, NORTH = 90.5, -12.0, 142.0, 25.0
WIDTH = 1000
SCALE = WIDTH / (EAST - WEST)
HEIGHT = round((NORTH - SOUTH) * SCALE)
SIMPLIFY = 0.04  # degrees
LABEL_HEIGHT = 13.0
LETTER_WIDTH = 6.0

MEMBER_NUMBERS = {
    "096": "BN",
    "116": "KH",
    "360": "ID",
    "418": "LA",
    "458": "MY",
    "104": "MM",
    "608": "PH",
    "702": "SG",
    "764": "TH",
    "626": "TL",
    "704": "VN",
}
"""ISO 3166-1 numeric code, as world-atlas names countries -> alpha-2."""


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
    """(ISO code or "", SVG path) of every country in the frame; empty where the borders are missing."""
    path = ASSETS / "world" / "countries-50m.json"
    if not path.is_file():
        return ()
    frame = box(WEST, SOUTH, EAST, NORTH)
    shapes = []
    for number, shape in countries(path):
        inside = shapely.make_valid(shape).intersection(frame).simplify(SIMPLIFY)
        text = svg_path(inside)
        if text:
            shapes.append((MEMBER_NUMBERS.get(number, ""), text))
    return tuple(sorted(shapes))


def countries(path: Path) -> Iterable[tuple[str, BaseGeometry]]:
    """(numeric code, polygons in degrees) from a TopoJSON file of quantised arcs."""
    topology = json.loads(path.read_text("utf-8"))
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[list[tuple[float, float]]] = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    for item in topology["objects"]["countries"]["geometries"]:
        polygons = {"Polygon": [item.get("arcs")], "MultiPolygon": item.get("arcs")}.get(item["type"], [])
        shapes = [Polygon(_ring(p[0], arcs), [_ring(r, arcs) for r in p[1:]]) for p in polygons or []]
        yield str(item.get("id", "")), MultiPolygon(shapes)


def _ring(indices: Sequence[int], arcs: Sequence[Any]) -> list[tuple[float, float]]:
    ring: list[tuple[float, float]] = []
    for index in indices:
        points = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring += points[1:] if ring else points
    return ring


def svg_path(shape: BaseGeometry) -> str:
    """The outline as SVG path data, in tenths of a map unit; specks under one square unit are left out."""
    pieces = []
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon" or part.area * SCALE * SCALE < 1.5:
            continue
        points = [project(x, y) for x, y in part.exterior.coords[:-1]]
        moves = [f"{_short(points[0][0])} {_short(points[0][1])}"]
        for (x0, y0), (x1, y1) in pairwise(points):
            moves.append(f"{_short(round(x1, 1) - round(x0, 1))} {_short(round(y1, 1) - round(y0, 1))}")
        pieces.append("M" + "l".join(moves) + "z")
    return "".join(pieces).replace(" -", "-")


def _short(value: float) -> str:
    """A number to one decimal in as few letters as SVG allows."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


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
