"""Figures: one Vega-Lite specification a figure, drawn to SVG here, or interactive on the page.

A recipe's `[[figure]]` says kind, step, x, y, series, title and unit; the rows come from the kept step.
Times are shown in the city's own clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import vl_convert as vlc

from nagara.citylab.brief.numbers import unit_text
from nagara.citylab.brief.palette import MARKERS, SERIES, STEPS

Spec = dict[str, Any]
VEGA_LITE = "6.4"
FONT = "Noto Sans, system-ui, sans-serif"
MOST_POINTS = 6_000
"""A line with more points than a page has pixels is thinned: minimum and maximum of each step are kept."""
MOST_SERIES = 8


def config() -> Spec:
    """The look that all figures share, in marker colours."""
    ink, soft, line = MARKERS["ink"], MARKERS["soft"], MARKERS["line"]
    text = {"labelColor": soft, "titleColor": ink, "labelFontSize": 12, "titleFontSize": 12}
    return {
        "aria": False,
        "background": None,
        "font": FONT,
        "view": {"stroke": None},
        "axis": text
        | {"gridColor": line, "domainColor": line, "tickColor": line, "titleFontWeight": "normal"},
        "legend": text
        | {"orient": "top", "title": None, "columns": 4, "labelLimit": 220, "symbolStrokeWidth": 3},
        "title": {"color": ink, "anchor": "start", "fontSize": 14},
        "range": {"category": list(SERIES), "ramp": list(STEPS), "heatmap": list(STEPS)},
        "mark": {"color": MARKERS["s1"]},
        "text": {"color": ink, "fontSize": 12},
        "rule": {"color": MARKERS["alarm"]},
    }


def local_times(column: pa.ChunkedArray, tz: str) -> pa.Array:
    """UTC times as local wall time without zone: what an axis shows."""
    aware = column.cast(pa.timestamp("us", tz="UTC"))
    return pc.local_timestamp(aware.cast(pa.timestamp("us", tz=tz)))


def _values(rows: pa.Table, tz: str) -> list[dict[str, Any]]:
    for i, kind in enumerate(rows.schema.types):
        if pa.types.is_timestamp(kind):
            name = rows.column_names[i]
            rows = rows.set_column(i, name, pc.strftime(local_times(rows.column(i), tz), "%Y-%m-%dT%H:%M:%S"))
        elif pa.types.is_date(kind):
            rows = rows.set_column(i, rows.column_names[i], rows.column(i).cast(pa.string()))
        elif pa.types.is_decimal(kind):
            rows = rows.set_column(i, rows.column_names[i], rows.column(i).cast(pa.float64()))
    return list(rows.to_pylist())


def _thin(rows: pa.Table, x: str, y: str, series: str | None) -> pa.Table:
    """Fewer points for the eye: lowest and highest value of each step of x, a series at a time."""
    if rows.num_rows <= MOST_POINTS:
        return rows
    codes = np.zeros(rows.num_rows, np.int64)
    if series:
        encoded = rows.column(series).combine_chunks().dictionary_encode()
        codes = np.asarray(encoded.indices.fill_null(-1))
    at = np.asarray(rows.column(x).cast(pa.int64()).to_numpy(zero_copy_only=False))
    value = np.nan_to_num(rows.column(y).cast(pa.float64()).to_numpy(zero_copy_only=False))
    steps = max(50, MOST_POINTS // (2 * (int(codes.max()) + 1)))
    width = max(1, (int(at.max()) - int(at.min())) // steps)
    step = (at - at.min()) // width
    order = np.lexsort((value, step, codes))
    group = np.stack([codes[order], step[order]])
    edge = np.any(group[:, 1:] != group[:, :-1], axis=0)
    lowest = order[np.concatenate([[True], edge])]
    highest = order[np.concatenate([edge, [True]])]
    return rows.take(pa.array(np.unique(np.concatenate([lowest, highest]))))


def _axis(figure: Mapping[str, Any], which: str, unit: str = "") -> str | None:
    title, shown = figure.get(f"{which}_title"), unit_text(unit)
    return f"{title} ({shown})" if title and shown else title or (shown or None)


def _few_series(rows: pa.Table, y: str, series: str) -> tuple[pa.Table, int]:
    """The series with the highest values, at most eight; how many were left out."""
    tops = rows.group_by(series).aggregate([(y, "max")]).sort_by([(f"{y}_max", "descending")])
    kept = tops.column(series)[:MOST_SERIES]
    return rows.filter(pc.is_in(rows.column(series), kept.combine_chunks())), max(
        0, tops.num_rows - MOST_SERIES
    )


def _line(figure: Mapping[str, Any], rows: pa.Table, tz: str) -> Spec:
    x, y, series = figure["x"], figure["y"], figure.get("series")
    left_out = 0
    if series:
        rows, left_out = _few_series(rows, y, series)
    rows = _thin(rows, x, y, series)
    encoding: Spec = {
        "x": {"field": x, "type": _scale(rows, x), "title": _axis(figure, "x")},
        "y": {"field": y, "type": "quantitative", "title": _axis(figure, "y", figure.get("unit", ""))},
    }
    if series:
        encoding["color"] = {"field": series, "type": "nominal"}
        encoding["strokeDash"] = {"field": series, "type": "nominal"}
    layers: list[Spec] = [{"mark": {"type": "line", "strokeWidth": 1.8}, "encoding": encoding}]
    layers += [
        {
            "mark": {"type": "rule", "strokeDash": [4, 3]},
            "encoding": {"y": {"datum": line["value"]}, "description": {"value": line.get("title", "")}},
        }
        for line in figure.get("lines", ())
    ]
    spec: Spec = {"data": {"values": _values(rows, tz)}, "layer": layers}
    if left_out:
        spec["usermeta"] = {"note": f"{left_out} more series are in the table."}
    return spec


def _bar(figure: Mapping[str, Any], rows: pa.Table, tz: str) -> Spec:
    x, y, series = figure["x"], figure["y"], figure.get("series")
    values = _values(rows.slice(0, figure.get("most", 40)), tz)
    across = figure.get("horizontal", not pa.types.is_temporal(rows.schema.field(x).type))
    order = None if figure.get("keep_order") is False else figure.get("sort", None)
    name = {
        "field": x,
        "type": "ordinal" if not across else "nominal",
        "title": _axis(figure, "x"),
        "sort": order,
    }
    size = {"field": y, "type": "quantitative", "title": _axis(figure, "y", figure.get("unit", ""))}
    if not across and pa.types.is_timestamp(rows.schema.field(x).type):
        name |= {"type": "temporal"}
    elif across:
        name["axis"] = {"labelLimit": 230}
    encoding: Spec = {"y": name, "x": size} if across else {"x": name, "y": size}
    if series:
        encoding["color"] = {"field": series, "type": "nominal"}
    layers: list[Spec] = [{"mark": {"type": "bar"}, "encoding": encoding}]
    lo, hi = figure.get("lo"), figure.get("hi")
    if lo and hi:
        main, other = ("x", "y") if across else ("y", "x")
        layers.append(
            {
                "mark": {"type": "rule", "color": MARKERS["ink"]},
                "encoding": {main: {"field": lo, "type": "quantitative"}, f"{main}2": {"field": hi}}
                | {other: encoding[other]},
            }
        )
    return {"data": {"values": values}, "layer": layers}


def _calendar(figure: Mapping[str, Any], rows: pa.Table, tz: str) -> Spec:
    """Days across, `y` down, colour for `value`."""
    title = _unit_title(figure)
    encoding = {
        "x": {"field": figure["x"], "type": "temporal", "timeUnit": "yearmonthdate", "title": None},
        "y": {"field": figure["y"], "type": "nominal", "title": None, "axis": {"labelLimit": 220}},
        "color": {"field": figure["value"], "type": "quantitative", "legend": {"title": title}},
    }
    return {"data": {"values": _values(rows, tz)}, "mark": {"type": "rect"}, "encoding": encoding}


def _timeline(figure: Mapping[str, Any], rows: pa.Table, tz: str) -> Spec:
    """Bars from `start` to `end` for each `y`, coloured by `series` where given."""
    encoding: Spec = {
        "x": {"field": figure["start"], "type": "temporal", "title": None},
        "x2": {"field": figure["end"]},
        "y": {
            "field": figure["y"],
            "type": "nominal",
            "title": None,
            "sort": None,
            "axis": {"labelLimit": 220},
        },
    }
    if figure.get("series"):
        encoding["color"] = {"field": figure["series"], "type": "nominal"}
    mark = {"type": "bar", "cornerRadius": 2, "minBandSize": 2}
    return {"data": {"values": _values(rows, tz)}, "mark": mark, "encoding": encoding}


def _points(figure: Mapping[str, Any], rows: pa.Table, tz: str) -> Spec:
    """One dot a row; colour by `series`."""
    series = figure.get("series")
    if series:
        rows, _ = _few_series(rows, figure["y"], series)
    x = {"field": figure["x"], "type": _scale(rows, figure["x"]), "title": _axis(figure, "x")}
    y = {"field": figure["y"], "type": "quantitative", "title": _axis(figure, "y", figure.get("unit", ""))}
    encoding: Spec = {"x": x, "y": y}
    if series:
        encoding["color"] = {"field": series, "type": "nominal"}
        encoding["shape"] = {"field": series, "type": "nominal"}
    mark = {"type": "point", "filled": True, "size": 28, "opacity": 0.8}
    return {"data": {"values": _values(rows.slice(0, MOST_POINTS), tz)}, "mark": mark, "encoding": encoding}


def _scale(rows: pa.Table, column: str) -> str:
    kind = rows.schema.field(column).type
    return "temporal" if pa.types.is_timestamp(kind) or pa.types.is_date(kind) else "quantitative"


def _unit_title(figure: Mapping[str, Any]) -> str | None:
    return unit_text(figure.get("unit", "")) or None


_KINDS = {"line": _line, "bar": _bar, "calendar": _calendar, "timeline": _timeline, "points": _points}


def figure_spec(
    figure: Mapping[str, Any], rows: pa.Table, tz: str, *, width: int = 640, height: int | None = None
) -> Spec:
    """The Vega-Lite specification of a recipe's figure, in marker colours.

    `rows` are the step's rows (times UTC); axes show local time of `tz`. Raises KeyError where the figure
    names a kind or a column that is not there.
    """
    spec = _KINDS[figure["kind"]](figure, rows, tz)
    sized: Spec = {"width": width, "height": height or figure.get("height") or 260}
    if height is None and (figure["kind"] in {"calendar", "timeline"} or _sideways(spec)):
        sized["height"] = {"step": 18}
    return {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "config": config()} | sized | spec


def _sideways(spec: Spec) -> bool:
    """True for bars that lie: their height grows with the number of bars."""
    layers = spec.get("layer", ())
    return (
        bool(layers)
        and layers[0]["mark"].get("type") == "bar"
        and layers[0]["encoding"]["y"]["type"] == "nominal"
    )


def svg(spec: Spec) -> str:
    """The figure as SVG in marker colours: see `palette.for_page` and `palette.paint`.

    Groups of marks lose their role: a role without a name says nothing to a screen reader, and the page
    names the figure as a whole.
    """
    return _ROLES.sub("", str(vlc.vegalite_to_svg(spec, vl_version=VEGA_LITE)))


_ROLES = re.compile(r' (?:role="graphics-[a-z-]+"|aria-roledescription="[^"]*")')


def local_text(at: datetime, tz: str) -> str:
    """A moment as people read it: day, hour and zone of the city."""
    there = at.replace(tzinfo=at.tzinfo or UTC).astimezone(ZoneInfo(tz))
    return f"{there.day} {there:%B %Y, %H:%M} ({there:%Z})"
