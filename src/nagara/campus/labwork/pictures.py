"""Maps and charts of tasks as numbers for a template: drawn on the server, no other site is asked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Pair = tuple[float, float]
WIDTH = 640
MARGIN = 0.06
LOWEST = 0.45
"""Height of a map, of its width, at least: places may stand in a row."""
POINTS = 260
"""Of a chart's line: more cannot be seen on a phone."""


class Frame:
    """Degrees to pixels: longitude is squeezed by the cosine of the middle latitude."""

    def __init__(self, points: Iterable[Pair]) -> None:
        found = list(points)
        xs, ys = [x for x, _ in found] or [0.0], [y for _, y in found] or [0.0]
        wide = max(max(xs) - min(xs), 0.002)
        high = max(max(ys) - min(ys), 0.002, wide * LOWEST)
        middle = (max(ys) + min(ys)) / 2
        if high > max(ys) - min(ys):
            ys = [middle - high / 2, middle + high / 2]
        self.west, self.east = min(xs) - wide * MARGIN, max(xs) + wide * MARGIN
        self.south, self.north = min(ys) - high * MARGIN, max(ys) + high * MARGIN
        self.squeeze = math.cos(math.radians((self.south + self.north) / 2))
        self.scale = WIDTH / ((self.east - self.west) * self.squeeze)
        self.height = round((self.north - self.south) * self.scale)

    def at(self, point: Pair) -> Pair:
        x = (point[0] - self.west) * self.squeeze * self.scale
        return round(x, 1), round((self.north - point[1]) * self.scale, 1)

    @property
    def text(self) -> str:
        return ",".join(f"{v:.6f}" for v in (self.west, self.south, self.east, self.north))

    def inside(self, point: Pair) -> bool:
        return self.west <= point[0] <= self.east and self.south <= point[1] <= self.north

    def grid(self) -> dict[str, list[tuple[float, str]]]:
        return {
            "across": [(self.at((self.west, v))[1], f"{v:g}") for v in _steps(self.south, self.north)],
            "down": [(self.at((v, self.north))[0], f"{v:g}") for v in _steps(self.west, self.east)],
        }


def _steps(low: float, high: float, about: int = 4) -> list[float]:
    """Round numbers between two."""
    rough = (high - low) / about
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * m for m in (1, 2, 5, 10) if size * m >= rough)
    return [round(n * step, 10) for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def shades(values: Sequence[float | None]) -> list[int]:
    """A class from 0 (nothing) to 5 for each value: fifths of those that are there."""
    known = sorted(v for v in values if v is not None)
    if not known:
        return [0] * len(values)
    cuts = [known[min(len(known) - 1, len(known) * n // 5)] for n in range(1, 5)]
    return [0 if v is None else 1 + sum(v >= cut for cut in cuts) for v in values]


def cell_map(cells: Sequence[Mapping[str, Any]], chosen: Iterable[str]) -> dict[str, Any]:
    """Cells as hexagons, shaded by their value. `h3` is text; it may be hexadecimal or a number."""
    from nagara.citylab.cells import outlines_of

    taken = set(chosen)
    rings = outlines_of(int(c["h3"]) for c in cells)
    frame = Frame(p for ring in rings for p in ring)
    tones = shades([_number(c.get("value")) for c in cells])
    shapes = []
    for cell, ring, tone in zip(cells, rings, tones, strict=True):
        corners = "L".join(f"{x:g} {y:g}" for x, y in map(frame.at, ring))
        shapes.append(
            {
                "id": str(cell["h3"]),
                "path": f"M{corners}z",
                "tone": tone,
                "title": f"{cell.get('label') or cell['h3']}",
                "chosen": str(cell["h3"]) in taken,
            }
        )
    return {"width": WIDTH, "height": frame.height, "cells": shapes, "frame": frame.text, **frame.grid()}


def point_map(places: Sequence[Mapping[str, Any]], at: Pair | None) -> dict[str, Any]:
    """Named places, and where the answer stands."""
    points = [(float(p["lon"]), float(p["lat"])) for p in places]
    frame = Frame(points)
    tones = shades([_number(p.get("value")) for p in places])
    dots = [
        {"at": frame.at(point), "title": str(p.get("label") or ""), "tone": tone}
        for p, point, tone in zip(places, points, tones, strict=True)
    ]
    spot = frame.at(at) if at is not None and frame.inside(at) else None
    return {
        "width": WIDTH,
        "height": frame.height,
        "dots": dots,
        "named": len(dots) <= 12,  # more names would cover each other: they stand in the table
        "frame": frame.text,
        "spot": spot,
        "outside": at is not None and spot is None,
        **frame.grid(),
    }


def _number(value: Any) -> float | None:
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError):
        return None


def chart(
    series: Mapping[str, Sequence[Sequence[Any]]],
    streams: Sequence[Mapping[str, Any]],
    events: Sequence[Mapping[str, Any]] = (),
    threshold: float | None = None,
) -> dict[str, Any]:
    """Lines over time. Of more than POINTS values the lowest and highest of each stretch are kept: peaks
    stay. Times are UTC; `events` are bands."""
    lines = {k: [(_stamp(t), float(v)) for t, v in rows if v is not None] for k, rows in series.items()}
    every = [p for line in lines.values() for p in line]
    if not every:
        return {}
    first, last = min(t for t, _ in every), max(t for t, _ in every)
    low, high = min(v for _, v in every), max(v for _, v in every)
    if threshold is not None and threshold < high + (high - low):
        low, high = min(low, threshold), max(high, threshold)
    span, rise = (last - first) or 1.0, (high - low) or 1.0
    height, left, foot = 260, 44, 22

    def x(t: float) -> float:
        return round(left + (t - first) / span * (WIDTH - left - 6), 1)

    def y(v: float) -> float:
        return round(8 + (high - v) / rise * (height - foot - 8), 1)

    drawn = []
    for number, stream in enumerate(streams):
        line = thinned(lines.get(str(stream["id"]), []))
        path = "M" + "L".join(f"{x(t):g} {y(v):g}" for t, v in line) if line else ""
        drawn.append({"name": stream.get("name") or stream["id"], "path": path, "number": number % 8 + 1})
    bands = [
        {
            "x": x(_stamp(e["starts"])),
            "width": max(2.0, round(x(_stamp(e["ends"])) - x(_stamp(e["starts"])), 1)),
        }
        for e in events
    ]
    return {
        "width": WIDTH,
        "height": height,
        "left": left,
        "foot": height - foot,
        "lines": drawn,
        "bands": bands,
        "across": [(y(v), f"{v:g}") for v in _steps(low, high) if low <= v <= high],
        "down": [
            (x(t), f"{datetime.fromtimestamp(t, tz=UTC):%d %b}".lstrip("0")) for t in _days(first, last)
        ],
        "threshold": y(threshold) if threshold is not None and low <= threshold <= high else None,
    }


def thinned(line: Sequence[Pair], most: int = POINTS) -> list[Pair]:
    """The lowest and the highest of each stretch, in order of time."""
    if len(line) <= most:
        return list(line)
    size = math.ceil(len(line) / (most / 2))
    kept: list[Pair] = []
    for start in range(0, len(line), size):
        part = line[start : start + size]
        kept += sorted({min(part, key=lambda p: p[1]), max(part, key=lambda p: p[1])})
    return kept


def _stamp(value: Any) -> float:
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _days(first: float, last: float) -> list[float]:
    """Midnights (UTC) between two instants, six at most."""
    day = 86_400.0
    count = max(1, math.ceil((last - first) / day / 6))
    start = math.ceil(first / day) * day
    return [start + n * day * count for n in range(7) if start + n * day * count <= last]
