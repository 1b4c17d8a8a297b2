"""GeoJSON (RFC 7946) of a city's tables for interactive maps, box by box."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from django.http import Http404

from nagara.campus.cities.lakes import Place
from nagara.campus.lab.tables import view_table
from nagara.citylab.cells import outlines_of

MOST = 5000
Box = tuple[float, float, float, float]


def _points(rows: pa.Table) -> Any:
    lon, lat = (rows.column(c).to_numpy(zero_copy_only=False) for c in ("lon", "lat"))
    return shapely.points(lon, lat)


def _geometry(rows: pa.Table) -> Any:
    return shapely.from_wkb(rows.column("geom_wkb").to_numpy(zero_copy_only=False))


def _cells(rows: pa.Table) -> Any:
    return np.array(
        [shapely.Polygon(ring) for ring in outlines_of(rows.column("h3").to_pylist())], dtype=object
    )


LAYERS: dict[str, tuple[str, tuple[str, ...], Callable[[pa.Table], Any]]] = {
    "zones": ("zone", ("zone_id", "name", "level", "level_name", "area_km2"), _geometry),
    "cells": ("cell", ("h3", "zone_id", "land_share"), _cells),
    "streets": ("street_edge", ("edge_id", "name", "class", "modes"), _geometry),
    "places": ("place", ("place_id", "name", "category"), _points),
    "stops": ("stop", ("stop_id", "name", "mode"), _points),
    "things": ("thing", ("thing_id", "name", "kind"), _points),
}
"""Layer -> its table, the properties of a feature, how its shape is made."""


def layer(place: Place, name: str, box: Box, limit: int, *, all_rows: bool) -> dict[str, Any]:
    """A FeatureCollection of the features that touch `box` (west, south, east, north; WGS 84), their
    borders simplified to a four-thousandth of the box's width, at most 0.00025 degrees.

    Raises Http404 where the city has no such table."""
    table, properties, shape_of = LAYERS[name]
    view = view_table(place, table, all_rows=all_rows)
    wanted = shapely.box(*box)
    detail = min(box[2] - box[0], 1.0) / 4000
    features: list[dict[str, Any]] = []
    truncated = False
    for piece in view.batches():
        rows = _located(piece)
        shapes = shape_of(rows) if rows.num_rows else np.array([])
        near: Any = np.flatnonzero(shapely.intersects(shapes, wanted)) if len(shapes) else []
        room = limit - len(features)
        truncated = truncated or len(near) > room
        chosen = near[:room]
        facts = rows.select(list(properties)).take(pa.array(chosen)).to_pylist() if len(chosen) else []
        for index, fact in zip(chosen, facts, strict=True):
            if "h3" in fact:
                fact["h3"] = f"{fact['h3']:x}"
            features.append(
                {"type": "Feature", "properties": fact, "geometry": _geojson(shapes[index], detail)}
            )
        if truncated:
            break
    return {"type": "FeatureCollection", "features": features, "truncated": truncated}


def _located(piece: pa.Table) -> pa.Table:
    """Rows that have a shape."""
    if "geom_wkb" in piece.column_names:
        return piece.filter(pc.is_valid(piece.column("geom_wkb")))
    if "lon" in piece.column_names:
        return piece.filter(pc.and_(pc.is_valid(piece.column("lon")), pc.is_valid(piece.column("lat"))))
    return piece


def _geojson(shape: Any, detail: float) -> Any:
    """The shape with no more detail (degrees) than a screen that shows the box can show."""
    shown = shapely.set_precision(shapely.simplify(shape, detail), 0.000001, mode="pointwise")
    return json.loads(shapely.to_geojson(shown))


def extent(place: Place) -> Box:
    """The box of everything that has a place; Http404 where nothing has."""
    boxes = []
    for facts in place.tables:
        name = facts.table.name
        if name in {"zone", "area"} and place.snapshot is not None:
            for piece in place.snapshot.batches(name, ["geom_wkb"]):
                shapes = shapely.from_wkb(piece.column("geom_wkb").drop_null().to_numpy(zero_copy_only=False))
                if len(shapes):
                    boxes.append(tuple(shapely.total_bounds(shapes)))
        elif {"lon", "lat"} <= set(facts.table.column):
            got = place.ask(
                f'select min(lon) a, min(lat) b, max(lon) c, max(lat) d from "{name}"', over=[name]
            ).to_pylist()[0]
            if got["a"] is not None:
                boxes.append((got["a"], got["b"], got["c"], got["d"]))
    if not boxes:
        raise Http404(f"Nothing of {place.name} has a place on a map yet.")
    array = np.array(boxes)
    low, high = array[:, :2].min(axis=0), array[:, 2:].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
