"""A chart or a map of an answer: chosen by the types of its columns, drawn on the server as every figure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from nagara.campus.cities.drawings import WIDTH
from nagara.campus.cities.lakes import Place
from nagara.citylab.brief.figures import figure_spec, svg
from nagara.citylab.brief.maps import Layer, cell_layer, map_spec, point_layer, zone_layer

KINDS = {"bar": "bars", "line": "a line", "points": "points"}
_WHOLE = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
)


@dataclass(frozen=True)
class Answered:
    """An answer as it is kept: names and types of columns, rows."""

    columns: tuple[tuple[str, str], ...]
    rows: Sequence[Sequence[Any]]
    truncated: bool = False

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Answered:
        columns = tuple((str(name), str(kind)) for name, kind in told["columns"])
        return cls(columns, told["rows"], bool(told["truncated"]))

    def named(self, kind: str) -> list[str]:
        """Names of the columns of a kind: number, time or text; each name once."""
        found = [name for name, sql in self.columns if _kind(sql) == kind]
        return [name for i, name in enumerate(found) if name not in found[:i]]

    def values(self, name: str) -> list[Any]:
        at = next(i for i, (column, _) in enumerate(self.columns) if column == name)
        return [row[at] for row in self.rows]

    def numbers(self, name: str) -> list[float | None]:
        return [_number(value) for value in self.values(name)]

    @property
    def lower(self) -> dict[str, str]:
        """Names in small letters -> as they are."""
        return {name.lower(): name for name, _ in self.columns}


def _kind(sql: str) -> str:
    if sql.startswith(("DOUBLE", "FLOAT", "DECIMAL")) or sql in _WHOLE:
        return "number"
    if sql.startswith("TIMESTAMP") or sql == "DATE":
        return "time"
    return "text" if sql.startswith(("VARCHAR", "BOOLEAN", "ENUM")) else "other"


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


@dataclass(frozen=True)
class Chart:
    """What a chart shows; `across` are columns that may stand along x, `up` those that may be measured."""

    kind: str
    x: str
    y: str
    across: tuple[str, ...]
    up: tuple[str, ...]
    series: str = ""
    times: bool = False

    @property
    def in_words(self) -> str:
        return f"{self.y} by {self.x}" + (f", a series each {self.series}" if self.series else "")


def chart_of(answer: Answered, asked: Mapping[str, str]) -> Chart | None:
    """The chart that was asked for, as far as the columns carry it; else the one that suits them best."""
    numbers, times, texts = (answer.named(kind) for kind in ("number", "time", "text"))
    placed = {"lon", "lat", "h3"}
    up = [n for n in numbers if n.lower() not in placed] or numbers
    across = [*times, *texts, *[n for n in numbers if n.lower() not in placed]]
    if not up or not answer.rows or not (across or len(up) > 1):
        return None
    across = across or up
    first = [c for c in across if c != up[-1]] or across
    x = asked.get("x") if asked.get("x") in across else first[0]
    left = [n for n in up if n != x] or up
    y = asked.get("y") if asked.get("y") in up else left[-1] if x in up else left[0]
    kind = asked.get("kind") if asked.get("kind") in KINDS else _suits(answer, str(x), times, texts)
    if x in texts:
        kind = "bar"
    repeated = len(set(answer.values(str(x)))) < len(answer.rows)
    series = next((t for t in texts if t != x), "") if repeated and kind != "bar" else ""
    return Chart(str(kind), str(x), str(y), tuple(dict.fromkeys(across)), tuple(up), series, x in times)


def _suits(answer: Answered, x: str, times: Sequence[str], texts: Sequence[str]) -> str:
    if x in times:
        return "line"
    values = answer.numbers(x) if x not in texts else []
    few = len(set(values)) <= 40 and all(v is None or v == int(v) for v in values)
    once = len(set(values)) == len(values)
    return "bar" if x in texts or (few and once) else "points"


def draw_chart(answer: Answered, chart: Chart, tz: str, *, width: int = WIDTH) -> str:
    """The chart as SVG in marker colours, `width` pixels wide."""
    kinds = dict(answer.columns)
    bar = chart.kind == "bar"
    # plain names: a column may be called count(*), which a specification would take for a path
    columns = {
        "x": _column(answer, chart.x, _kind(kinds[chart.x]), as_text=bar),
        "y": _column(answer, chart.y, "number", as_text=False),
    }
    if chart.series:
        columns["series"] = _column(answer, chart.series, "text", as_text=True)
    rows = pa.table(columns)
    if chart.kind == "line":
        rows = rows.sort_by([("x", "ascending")])
    figure: dict[str, Any] = {"kind": chart.kind, "x": "x", "y": "y", "x_title": chart.x, "y_title": chart.y}
    if chart.series:
        figure["series"] = "series"
    if bar:
        figure |= {
            "most": 60,
            "horizontal": len(rows) > 31 or any(len(v) > 5 for v in columns["x"].to_pylist()),
        }
    return svg(figure_spec(figure, rows, tz, width=width))


def _column(answer: Answered, name: str, kind: str, *, as_text: bool) -> pa.Array:
    if kind == "time" and not as_text:
        moments = [None if v is None else datetime.fromisoformat(str(v)) for v in answer.values(name)]
        return pa.array([m and m.replace(tzinfo=None) for m in moments], pa.timestamp("us")).cast(
            pa.timestamp("us", tz="UTC")
        )
    if kind == "number" and not as_text:
        return pa.array(answer.numbers(name), pa.float64())
    return pa.array([_label(v) for v in answer.values(name)], pa.string())


def _label(value: Any) -> str:
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return "(empty)" if value is None else str(value)[:60].removesuffix("T00:00:00Z")


def map_kind(answer: Answered) -> str:
    """What can be put on a map: points (lon, lat), cells (h3), zones (zone_id), or nothing."""
    names = answer.lower
    if not answer.rows:
        return ""
    if "lon" in names and "lat" in names:
        return "points"
    return "cells" if "h3" in names else "zones" if "zone_id" in names else ""


def map_value(answer: Answered) -> str:
    """The column that colours the map: the last number that is no place."""
    found = [n for n in answer.named("number") if n.lower() not in {"lon", "lat", "h3", "zone_id"}]
    return found[-1] if found else ""


def draw_map(place: Place, answer: Answered) -> str:
    """The map as SVG in marker colours. Raises ValueError where nothing of it has a place."""
    layers = _layers(place, answer)
    if not layers:
        raise ValueError("nothing has a place")
    return svg(map_spec(layers, width=WIDTH))


def _layers(place: Place, answer: Answered) -> list[Layer]:
    names, kind, value = answer.lower, map_kind(answer), map_value(answer)
    measured = answer.numbers(value) if value else None
    zones = _zones(place)
    if kind == "zones":
        ids = [str(v) for v in answer.values(names["zone_id"])]
        shown = dict(zip(ids, measured or [1.0] * len(ids), strict=True))
        return [zone_layer(zones, shown, title=value)] if zones.num_rows else []
    ground = [zone_layer(zones)] if zones.num_rows else []
    if kind == "cells":
        cells = [_cell(v) for v in answer.values(names["h3"])]
        pairs = zip(cells, measured or [1.0] * len(cells), strict=True)
        values = {cell: number for cell, number in pairs if cell is not None}
        return [*ground, cell_layer(values, title=value)] if values else []
    rows = pa.table(
        {
            "lon": pa.array(answer.numbers(names["lon"]), pa.float64()),
            "lat": pa.array(answer.numbers(names["lat"]), pa.float64()),
            "name": pa.array(
                [_label(v) for v in answer.values(names["name"])]
                if "name" in names
                else [""] * len(answer.rows)
            ),
        }
        | ({"value": pa.array(measured, pa.float64())} if measured else {})
    )
    inside = [
        bool(p and q is not None and abs(p) <= 180 and abs(q) <= 85)
        for p, q in zip(*(rows.column(c).to_pylist() for c in ("lon", "lat")), strict=True)
    ]
    rows = rows.filter(pa.array(inside))
    return [*ground, point_layer(rows, "value" if measured else None, title=value)] if rows.num_rows else []


def _zones(place: Place) -> pa.Table:
    from nagara.citylab.brief.map_layers import overview_zones

    assert place.snapshot is not None
    return overview_zones(place.snapshot)


def _cell(value: Any) -> int | None:
    """An H3 cell from a whole number or its text; None where it is none."""
    import h3.api.basic_int as h3

    try:
        cell = int(value)
        return cell if 0 < cell < 1 << 63 and h3.is_valid_cell(cell) else None
    except (TypeError, ValueError):
        return None
