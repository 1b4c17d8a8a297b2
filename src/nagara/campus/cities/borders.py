"""Borders from Natural Earth (npm `world-atlas`, TopoJSON) as SVG paths in the map units of `atlas.py`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from nagara.campus.cities.atlas import EAST, NORTH, SCALE, SOUTH, WEST, project

SIMPLIFY = 0.04  # degrees

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


def draw(path: Path) -> tuple[tuple[str, str], ...]:
    """(ISO code or "", SVG path) of every country in the frame."""
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
