"""From a recipe's `[[map]]` to layers: which rows, which shapes, which value.

Keys: `kind` (zones, cells, points, lines), `step` (a kept step, or "result") or `table` (with `step` and
`join` to colour it), `indicator` (for result rows), `value` (column), `id` (column that names the zone or
cell), `label` (column of words for values that are classes), `nothing` (the word for nought), `title`,
`unit`, `level` (of zones; the finest where left out).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab import runs
from nagara.citylab.brief.maps import Layer, cell_layer, line_layer, point_layer, zone_layer
from nagara.citylab.brief.numbers import unit_text
from nagara.citylab.evidence import Run
from nagara.citylab.findings import CityLabError
from nagara.citylab.lake import CityLake, Snapshot


def recipe_map(city: CityLake, made: Run, item: Mapping[str, Any]) -> tuple[list[Layer], str]:
    """Layers of one map of a run, ground first, and a note on what could not be drawn."""
    seen = _seen(city, made)
    rows = _rows(city, made, seen, item)
    if rows is None or rows.num_rows == 0:
        return [], ""
    named = {"title": item.get("value_title", ""), "unit": unit_text(item.get("unit", ""))}
    kind = item["kind"]
    ground = [zone_layer(z)] if kind != "zones" and (z := overview_zones(seen)).num_rows else []
    if kind == "zones":
        values = _by_id(rows, item.get("id", item.get("join", "unit_id")), item.get("value", "value"))
        zones = _of_level(_drawn(seen.table("zone"), values), item.get("level"))
        if zones.num_rows and "level" not in item:
            zones = _of_level(zones, pc.max(zones.column("level")).as_py())
        labels = _labels(rows, item)
        return ([zone_layer(zones, values, labels=labels, **named)] if zones.num_rows else []), ""
    if kind == "cells":
        cells = {
            int(k): v for k, v in _by_id(rows, item.get("id", "unit_id"), item.get("value", "value")).items()
        }
        return [*ground, cell_layer(cells, **named)], ""
    if kind == "points":
        lost = rows.column("lon").null_count
        note = f"{lost:,} without a known place are not on the map." if lost else ""
        return [*ground, point_layer(rows, item.get("value"), **named)], note
    return [*ground, line_layer(rows, **named)], ""


def _seen(city: CityLake, made: Run) -> Snapshot:
    """The snapshot that the run read; the newest where that one is gone."""
    try:
        return city.snapshot(made.snapshot)
    except CityLabError:
        return city.newest()


def _joined(ground: pa.Table, rows: pa.Table | None, key: str, value: str) -> pa.Table:
    """Rows of a table with the value that a step gives them by `key`."""
    if rows is None:
        return ground
    given = dict(zip(rows.column(key).to_pylist(), rows.column(value).to_pylist(), strict=True))
    values = [given.get(i) for i in ground.column(key).to_pylist()]
    there = ground.drop_columns([value]) if value in ground.column_names else ground
    return there.append_column(value, pa.array(values, pa.float64()))


def _rows(city: CityLake, made: Run, seen: Snapshot, item: Mapping[str, Any]) -> pa.Table | None:
    if "table" in item:
        ground = seen.table(item["table"])
        if "step" not in item or "join" not in item:
            return ground
        return _joined(ground, runs.step(city, made.run_id, item["step"]), item["join"], item["value"])
    if item.get("step", "result") != "result":
        return runs.step(city, made.run_id, item["step"])
    rows = made.rows
    if "indicator" in item:
        rows = rows.filter(pc.equal(rows.column("indicator"), item["indicator"]))
    if "unit_kind" in item:
        rows = rows.filter(pc.equal(rows.column("unit_kind"), item["unit_kind"]))
    return rows


def _by_id(rows: pa.Table, key: str, value: str) -> dict[str, float | None]:
    pairs = zip(rows.column(key).to_pylist(), rows.column(value).to_pylist(), strict=True)
    return {str(k): v for k, v in pairs if k is not None}


def _labels(rows: pa.Table, item: Mapping[str, Any]) -> dict[float, str] | None:
    """Words for each value, where the map's `label` names the column that holds them."""
    if "label" not in item:
        return None
    pairs = zip(rows.column(item.get("value", "value")).to_pylist(), rows.column(item["label"]).to_pylist(),
                strict=True)  # fmt: skip
    return {v: word or str(item.get("nothing", "none")) for v, word in pairs if v is not None}


def _drawn(zones: pa.Table, values: Mapping[str, Any]) -> pa.Table:
    """Zones that have a border and a value."""
    wanted = pc.is_in(zones.column("zone_id"), pa.array(list(values), pa.string()))
    return zones.filter(pc.and_(wanted, pc.is_valid(zones.column("geom_wkb"))))


def _of_level(zones: pa.Table, level: int | None) -> pa.Table:
    return zones if level is None else zones.filter(pc.equal(zones.column("level"), level))


def overview_zones(snapshot: Snapshot, most: int = 600) -> pa.Table:
    """Zones of the finest level that still has at most `most` zones with a border: ground for a map."""
    zones = snapshot.table("zone")
    zones = zones.filter(pc.is_valid(zones.column("geom_wkb")))
    if zones.num_rows == 0:
        return zones
    counts = zones.group_by("level").aggregate([("zone_id", "count")]).to_pylist()
    fitting = [row["level"] for row in counts if row["zone_id_count"] <= most]
    fallback = min(counts, key=lambda row: row["zone_id_count"])["level"]
    return _of_level(zones, max(fitting) if fitting else fallback)
