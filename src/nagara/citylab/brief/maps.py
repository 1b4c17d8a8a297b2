"""Maps without any outside request: zones, cells, points and lines as GeoJSON and as drawn figures.

A map is a Vega-Lite figure of geoshape layers, in the same marker colours as every figure. Geometry is
simplified to what a page can show, so that a city of thousands of zones stays light.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from nagara.citylab.brief.figures import Spec, config
from nagara.citylab.brief.palette import MARKERS, STEPS
from nagara.citylab.cells import outlines_of

MOST_POINTS = 4_000
MOST_LINES = 12_000
CLASSES = 5
GRID = 0.2
"""Pixels between two places that a drawing tells apart."""
SAME_SPOT = 1.4
"""Pixels within which two points are drawn as one."""
NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Layer:
    """Shapes (WGS 84) with an optional value each. `kind`: zones, cells, points or lines."""

    kind: str
    shapes: np.ndarray[Any, Any]
    values: Sequence[float | None] | None = None
    names: Sequence[str] | None = None
    title: str = ""
    unit: str = ""
    labels: Mapping[float, str] | None = None
    """Words for values that are classes: the legend shows these."""


def zone_layer(zones: pa.Table, values: Mapping[str, float | None] | None = None, **named: Any) -> Layer:
    """Zones with geometry, coloured by `values` (zone_id -> number)."""
    there = zones.filter(pc.is_valid(zones.column("geom_wkb")))
    shapes = shapely.from_wkb(there.column("geom_wkb").to_numpy(zero_copy_only=False))
    ids = there.column("zone_id").to_pylist()
    shown = [values.get(i) for i in ids] if values is not None else None
    return Layer("zones", shapes, shown, there.column("name").to_pylist(), **named)


def cell_layer(values: Mapping[int, float | None], **named: Any) -> Layer:
    """H3 cells coloured by value."""
    cells = list(values)
    rings = [np.asarray(ring) for ring in outlines_of(cells)]
    which = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    corners = np.concatenate([np.empty((0, 2)), *rings])
    shapes = shapely.polygons(shapely.linearrings(corners, indices=which))
    return Layer("cells", shapes, [values[c] for c in cells], None, **named)


def point_layer(rows: pa.Table, value: str | None = None, **named: Any) -> Layer:
    """Rows with lon and lat; those without a place are left out (count them beside the map)."""
    there = rows.filter(pc.and_(pc.is_valid(rows.column("lon")), pc.is_valid(rows.column("lat"))))
    if there.num_rows > MOST_POINTS:
        there = there.take(pa.array(np.linspace(0, there.num_rows - 1, MOST_POINTS).astype(int)))
    shapes = shapely.points(there.column("lon").to_numpy(), there.column("lat").to_numpy())
    names = there.column("name").to_pylist() if "name" in there.column_names else None
    return Layer("points", shapes, there.column(value).to_pylist() if value else None, names, **named)


def line_layer(rows: pa.Table, **named: Any) -> Layer:
    """Rows with a line in `geom_wkb`, the longest first where there are very many."""
    there = rows.filter(pc.is_valid(rows.column("geom_wkb")))
    if there.num_rows > MOST_LINES:
        longest = pc.sort_indices(there, sort_keys=[("metres", "descending")])[:MOST_LINES]
        there = there.take(longest)
    return Layer("lines", shapely.from_wkb(there.column("geom_wkb").to_numpy(zero_copy_only=False)), **named)


def breaks(values: Sequence[float], classes: int = CLASSES) -> list[float]:
    """Upper ends of all classes but the last: quantiles, each told apart and rounded to three digits."""
    found = sorted({_round(float(q)) for q in np.quantile(values, np.linspace(0, 1, classes + 1)[1:-1])})
    return [b for b in found if b > min(values)]


def _round(value: float, digits: int = 3) -> float:
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def _extent(layers: Sequence[Layer]) -> tuple[float, float, float, float]:
    boxes = [shapely.total_bounds(layer.shapes) for layer in layers if len(layer.shapes)]
    west, south, east, north = (
        np.nanmin([b[:2] for b in boxes], axis=0).tolist()
        + np.nanmax([b[2:] for b in boxes], axis=0).tolist()
    )
    return west, south, east, north


def _features(
    layer: Layer, detail: float, place: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]
) -> list[Spec]:
    """Shapes in pixels of the page, simplified to what a pixel can show.

    Shapes of one colour become one: thousands of marks of their own make a picture slow and heavy.
    """
    shapes = shapely.transform(layer.shapes, place)
    values = layer.values
    if layer.kind == "lines" and values is None:
        shapes = _joined(shapes)
    if layer.kind in {"zones", "lines"}:
        shapes = shapely.simplify(shapes, detail, preserve_topology=layer.kind == "zones")
    shapes = shapely.set_precision(shapes, GRID, mode="pointwise")
    if values is None:
        return _as_one(layer.kind, shapes)
    if layer.kind == "cells" and layer.labels is None:
        return _by_class(shapes, values)
    texts = shapely.to_geojson(shapes)
    features = []
    for i, text in enumerate(texts):
        if text is None or shapely.is_empty(shapes[i]):
            continue
        row: Spec = {"geo": json.loads(text), "value": (value := values[i])}
        if layer.labels is not None:
            row["class"] = NOT_KNOWN if value is None else layer.labels.get(value, f"{value:g}")
        if layer.names is not None:
            row["name"] = layer.names[i]
        features.append(row)
    return features


def _joined(lines: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Lines that meet end to end as one; what is shorter than a pixel is left out."""
    parts = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(shapely.get_parts(lines))))
    return parts[shapely.length(parts) >= 1.0]


def _as_one(kind: str, shapes: np.ndarray[Any, Any]) -> list[Spec]:
    """All shapes as one; points that would lie on each other are drawn once."""
    if kind == "points":
        spots = np.round(shapely.get_coordinates(shapes) / SAME_SPOT) * SAME_SPOT
        whole = shapely.multipoints(np.unique(spots, axis=0))
    else:
        whole = shapely.geometrycollections(shapely.get_parts(shapes[~shapely.is_empty(shapes)]))
    return [] if shapely.is_empty(whole) else [{"geo": json.loads(shapely.to_geojson(whole))}]


def _by_class(cells: np.ndarray[Any, Any], values: Sequence[float | None]) -> list[Spec]:
    """Neighbouring cells of one colour as one shape, under a value that has this colour."""
    known = np.array([math.nan if v is None else v for v in values], float)
    there = np.isfinite(known)
    cuts = breaks(known[there].tolist()) if there.any() else []
    classes = np.where(there, np.searchsorted(cuts, known, side="right"), -1)
    features = []
    for number in np.unique(classes):
        chosen = classes == number
        whole = shapely.union_all(cells[chosen], grid_size=GRID)
        value = None if number < 0 else float(known[chosen][0])
        features.append({"geo": json.loads(shapely.to_geojson(whole)), "value": value})
    return features


def _colour(layer: Layer) -> Spec:
    known = [v for v in layer.values or () if v is not None and math.isfinite(v)]
    if not known:
        return {"value": MARKERS["empty"]}
    if layer.labels is not None:
        return _classes(layer, known)
    if len(set(known)) == 1:
        return {"condition": {"test": "datum.value === null", "value": MARKERS["empty"]}, "value": STEPS[-2]}
    cuts = breaks(known)
    steps = [STEPS[round(i * (len(STEPS) - 1) / max(1, len(cuts)))] for i in range(len(cuts) + 1)]
    title = f"{layer.title} ({layer.unit})" if layer.unit and layer.title else layer.title or layer.unit
    scale = {"type": "threshold", "domain": cuts, "range": steps}
    return {
        "condition": {"test": "datum.value === null", "value": MARKERS["empty"]},
        "field": "value",
        "type": "quantitative",
        "scale": scale,
        "legend": {
            "title": title or None,
            "orient": "bottom",
            "direction": "horizontal",
        },
    }


def _classes(layer: Layer, known: Sequence[float]) -> Spec:
    """A colour a class: nothing for nought, darker for higher, grey where it is not known."""
    labels = layer.labels or {}
    met = sorted(set(known))
    high = [v for v in met if v > 0]
    steps = STEPS[1:] if len(high) > 1 else (STEPS[3],)
    shades = [steps[round(i * (len(steps) - 1) / max(1, len(high) - 1))] for i in range(len(high))]
    colours = [MARKERS["empty"]] * (len(met) - len(high)) + shades
    words = [labels.get(v, f"{v:g}") for v in met]
    if layer.values is not None and any(v is None for v in layer.values):
        words, colours = [*words, NOT_KNOWN], [*colours, MARKERS["unknown"]]
    legend = {
        "title": None,
        "orient": "bottom",
        "direction": "horizontal",
        "columns": 3,
        "symbolType": "square",
    }
    return {
        "field": "class",
        "type": "nominal",
        "scale": {"domain": words, "range": colours},
        "legend": legend | {"labelLimit": 300},
    }


_MARKS: Mapping[str, Spec] = {
    "zones": {"stroke": MARKERS["paper"], "strokeWidth": 0.4},
    "cells": {"stroke": None},
    "points": {"stroke": MARKERS["paper"], "strokeWidth": 0.5},
    "lines": {"filled": False, "strokeWidth": 0.6},
}


def map_spec(
    layers: Sequence[Layer], *, width: int = 640, most_height: int = 640, detail: float = 0.6
) -> Spec:
    """A map of the layers, first one at the bottom. Mercator, north up, fitted to all layers.

    `detail` is the size in pixels below which the course of a border does not show. Raises ValueError
    where no layer has a shape.
    """
    drawn = [layer for layer in layers if len(layer.shapes)]
    if not drawn:
        raise ValueError("nothing to draw")
    west, south, east, north = _extent(drawn)
    middle = math.radians((south + north) / 2)
    wide, tall = max((east - west) * math.cos(middle), 1e-6), max(north - south, 1e-6)
    height = max(200, min(most_height, round(width * tall / wide)))
    top, bottom = _mercator(north), _mercator(south)
    scale = min(width / math.radians(max(east - west, 1e-9)), height / max(top - bottom, 1e-9))
    aside = (width - scale * math.radians(east - west)) / 2

    def place(lonlat: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        x = aside + scale * np.radians(lonlat[:, 0] - west)
        y = scale * (top - np.arcsinh(np.tan(np.radians(lonlat[:, 1]))))
        return np.column_stack([x, y])

    spec_layers = []
    for layer in drawn:
        colour = _colour(layer) if layer.values is not None else {"value": _plain_colour(layer.kind)}
        channel = "stroke" if layer.kind == "lines" else "fill"
        mark = {"type": "geoshape"} | dict(_MARKS[layer.kind])
        if layer.kind == "points":
            mark["pointRadius"] = 2 if len(layer.shapes) > 500 else 4
        spec_layers.append(
            {
                "data": {"values": _features(layer, detail, place)},
                "mark": mark,
                "encoding": {"shape": {"field": "geo", "type": "geojson"}, channel: colour},
            }
        )
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "config": config(),
        "width": width,
        "height": height,
        "projection": {"type": "identity", "scale": 1, "translate": [0, 0]},
        "layer": spec_layers,
    }


def _mercator(lat: float) -> float:
    return math.asinh(math.tan(math.radians(lat)))


def _plain_colour(kind: str) -> str:
    return {
        "zones": MARKERS["empty"],
        "cells": MARKERS["q3"],
        "points": MARKERS["s2"],
        "lines": MARKERS["soft"],
    }[kind]
