"""A point on a map, in degrees of WGS 84. The server draws the map; nothing is asked of other sites."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from nagara.campus.quizzes.domain.kinds.shape import FULL, NOTHING, Body, Fields, Given, Mark, Posed, Say
from nagara.campus.quizzes.domain.numbers import read

EARTH_M = 6_371_008.8
"""Mean radius (IUGG): metres."""
WIDTH = 600
HALF = Fraction(1, 2)
Pair = tuple[float, float]


def distance_m(a: Pair, b: Pair) -> float:
    """Metres between two points (lon, lat in degrees) on a sphere (haversine); within 0.5 % of the
    ellipsoid."""
    (lon1, lat1), (lon2, lat2) = ((math.radians(x), math.radians(y)) for x, y in (a, b))
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(half)))


def inside(point: Pair, ring: Sequence[Pair]) -> bool:
    """True for a point in a polygon or on its edge."""
    from shapely.geometry import Point, Polygon

    return bool(Polygon(ring).covers(Point(point)))


@dataclass(frozen=True)
class MapPoint:
    """A place. Full marks inside the area, or within the distance; half of them within `half_within_m`."""

    name: str = "map"
    title: str = "Point on a map"

    def check(self, body: Body, say: Say) -> None:
        frame = body.get("map", {}).get("frame") if isinstance(body.get("map"), dict) else None
        if not _is_frame(frame):
            say("map.frame", "The frame of the map is missing.", "[west, south, east, north] in degrees.")
        for shape in (body.get("map") or {}).get("shapes", []):
            if shape.get("kind") not in ("area", "line", "point") or not _ring(shape.get("coordinates")):
                say(
                    "map.shapes", "A shape has kind (area, line, point) and coordinates.", "[[lon, lat], ...]"
                )
        target = body.get("target") or {}
        area, point = _ring(target.get("area")), _point(target.get("point"))
        if not (len(area) >= 3 or (point and _positive(target.get("within_m")))):
            say("target", "What is right is missing.", "An area, or a point with within_m (metres).")

    def order(self, body: Body, chance: Random, *, shuffle: bool) -> list[int]:
        return []

    def ask(self, posed: Posed, given: Given) -> dict[str, Any]:
        frame = _frame(posed.body)
        at = _given_point(given)
        problems = [read(str(given.get(n, ""))) for n in ("lat", "lon") if given.get(n)]
        return {
            "lat": given.get("lat", ""),
            "lon": given.get("lon", ""),
            "drawing": draw(posed.body, at),
            "frame": ",".join(f"{v:g}" for v in frame),
            "problem": next(
                (p.problem or "Write degrees such as 10.785." for p in problems if p.value is None), ""
            ),
            "outside": at is not None and not _in_frame(at, frame),
        }

    def read(self, posed: Posed, fields: Fields) -> Given:
        found = {n: str(fields(n)[0]).strip()[:40] for n in ("lat", "lon") if fields(n)}
        return {n: text for n, text in found.items() if text}

    def mark(self, posed: Posed, given: Given) -> Mark:
        at = _given_point(given)
        if at is None:
            said = "The place needs latitude and longitude in degrees."
            return Mark(Fraction(0), remark=said) if given else NOTHING
        target = posed.body["target"]
        area = _ring(target.get("area"))
        if area and inside(at, area):
            return FULL
        point = _point(target.get("point"))
        if point is not None:
            away = distance_m(at, point)
            if away <= float(target.get("within_m") or 0):
                return FULL
            if away <= float(target.get("half_within_m") or 0):
                return Mark(HALF, remark="Near, but not within the distance for full marks.")
        swapped = (at[1], at[0])
        if -90 <= swapped[1] <= 90 and self._hits(target, swapped):
            return Mark(Fraction(0), mistake="swapped", remark="Latitude and longitude are swapped.")
        return NOTHING

    def _hits(self, target: Body, at: Pair) -> bool:
        area, point = _ring(target.get("area")), _point(target.get("point"))
        if area and inside(at, area):
            return True
        return point is not None and distance_m(at, point) <= float(target.get("within_m") or 0)

    def key(self, posed: Posed) -> Given:
        target = posed.body["target"]
        point = _point(target.get("point"))
        if point is None:
            from shapely.geometry import Polygon

            middle = Polygon(_ring(target["area"])).representative_point()
            point = (middle.x, middle.y)
        return {"lat": _degrees(point[1]), "lon": _degrees(point[0])}

    def words(self, posed: Posed, given: Given) -> str:
        at = _given_point(given)
        return f"{_degrees(at[1])}, {_degrees(at[0])} (latitude, longitude)" if at else ""


def _degrees(value: float) -> str:
    """Six places of a degree, a tenth of a metre; never three, which could be read as thousands."""
    return f"{value:.6f}"


def _given_point(given: Given) -> Pair | None:
    """(lon, lat) of an answer. Degrees are below 1000: a point or comma in them is a decimal one."""
    values = [read(str(given.get(n, "")), "decimal").value for n in ("lon", "lat")]
    if any(v is None for v in values):
        return None
    lon, lat = (float(v or Decimal(0)) for v in values)
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


def _positive(value: Any) -> bool:
    try:
        return float(value) > 0
    except (TypeError, ValueError):
        return False


def _point(value: Any) -> Pair | None:
    found = _ring([value]) if value else []
    return found[0] if found else None


def _ring(value: Any) -> list[Pair]:
    """Pairs of degrees, or [] where they are none."""
    try:
        pairs = [(float(x), float(y)) for x, y in value or []]
    except (TypeError, ValueError):
        return []
    return pairs if all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in pairs) else []


def _is_frame(frame: Any) -> bool:
    try:
        west, south, east, north = (float(v) for v in frame)
    except (TypeError, ValueError):
        return False
    return -180 <= west < east <= 180 and -85 <= south < north <= 85


def _frame(body: Body) -> tuple[float, float, float, float]:
    west, south, east, north = (float(v) for v in body["map"]["frame"])
    return west, south, east, north


def _in_frame(at: Pair, frame: tuple[float, float, float, float]) -> bool:
    return frame[0] <= at[0] <= frame[2] and frame[1] <= at[1] <= frame[3]


def draw(body: Body, at: Pair | None) -> dict[str, Any]:
    """The map as numbers for a template: size, shapes as paths, lines of the grid with their degrees, and
    where the answer stands. Longitude is squeezed by the cosine of the middle latitude."""
    west, south, east, north = frame = _frame(body)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * squeeze)
    height = (north - south) * scale

    def place(point: Pair) -> Pair:
        return round((point[0] - west) * squeeze * scale, 1), round((north - point[1]) * scale, 1)

    shapes = []
    for shape in body["map"].get("shapes", []):
        points = [place(p) for p in _ring(shape.get("coordinates"))]
        path = "M" + "L".join(f"{x} {y}" for x, y in points) + ("z" if shape["kind"] == "area" else "")
        label = points[len(points) // 2] if shape["kind"] != "area" else _middle(points)
        shapes.append({"kind": shape["kind"], "path": path, "title": shape.get("title", ""), "at": label})
    return {
        "width": WIDTH,
        "height": round(height),
        "shapes": shapes,
        "across": [(round((north - v) * scale, 1), f"{v:g}") for v in _steps(south, north)],
        "down": [(round((v - west) * squeeze * scale, 1), f"{v:g}") for v in _steps(west, east)],
        "spot": place(at) if at is not None and _in_frame(at, frame) else None,
    }


def _middle(points: Sequence[Pair]) -> Pair:
    count = len(points) or 1
    return round(sum(x for x, _ in points) / count, 1), round(sum(y for _, y in points) / count, 1)


def _steps(low: float, high: float) -> list[float]:
    """Round degrees between two, four or five of them."""
    rough = (high - low) / 5
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * m for m in (1, 2, 5, 10) if size * m >= rough)
    margin = (high - low) / 20  # nothing is written at the very edge
    steps = range(math.ceil((low + margin) / step), math.floor((high - margin) / step) + 1)
    return [round(n * step, 10) for n in steps]
