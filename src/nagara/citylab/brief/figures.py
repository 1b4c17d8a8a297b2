"""Figures: one Vega-Lite specification a figure, drawn to SVG here, or interactive on the page.

A recipe's `[[figure]]` says kind, step, x, y, series, title and unit; the rows come from the kept step.
Times are shown in the city's own clock.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import vl_convert as vlc

import nagara
from nagara.citylab.brief.figure_rows import (
    MOST_POINTS,
    few_series,
    gravest_lanes,
    in_order,
    local_times,
    lowest_lanes,
    prepared,
    thinned,
    values,
)
from nagara.citylab.brief.numbers import unit_text
from nagara.citylab.brief.palette import MARKERS, SERIES, STEPS, WARNINGS

Spec = dict[str, Any]
VEGA_LITE = "6.4"
FONT = "Noto Sans, Arial, Helvetica, Liberation Sans, sans-serif"
"""Ours first, as in print. Where it is missing, one that is no wider: room was measured for ours."""
FONTS = Path(nagara.__file__).parent / "campus" / "design" / "assets" / "fonts"
"""Noto Sans of every script, put there by `make assets`; typst's own fonts serve where it is absent."""
PADDING = {"left": 8, "right": 4, "top": 4, "bottom": 4}
"""Room for readers whose fonts are wider than ours."""
CLOCK = {
    "minutes": "%H:%M",
    "hours": "%H:%M",
    "day": "%-d %b",
    "date": "%-d %b",
    "week": "%-d %b",
    "month": "%-d %b",
    "quarter": "%-d %b",
    "year": "%-d %b %Y",
}
"""Times on axes, in the clock of 24 hours."""


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
        | {
            "orient": "top",
            "title": None,
            "columns": 4,
            "labelLimit": 220,
            "symbolStrokeWidth": 3,
            "gradientLength": 320,
        },
        "title": {"color": ink, "anchor": "start", "fontSize": 14},
        "range": {"category": list(SERIES), "ramp": list(STEPS), "heatmap": list(STEPS)},
        "mark": {"color": MARKERS["s1"]},
        "text": {"color": ink, "fontSize": 12},
        "rule": {"color": MARKERS["alarm"]},
    }


def _axis(figure: Mapping[str, Any], which: str, unit: str = "") -> str | None:
    title, shown = figure.get(f"{which}_title"), unit_text(unit)
    return f"{title} ({shown})" if title and shown else title or (shown or None)


def _along(figure: Mapping[str, Any], rows: pa.Table, tz: str) -> Spec:
    """The x axis of lines and points."""
    x = figure["x"]
    axis: Spec = {"field": x, "type": _scale(rows, x), "title": _axis(figure, "x")}
    if axis["type"] == "temporal":
        axis["axis"] = _ticks(rows, x, x, tz, figure["width"] - 60)
    return axis


def _ticks(rows: pa.Table, first: str, last: str, tz: str, width: int) -> Spec:
    """Where a time axis is marked: whole days, and hours between them where there is room (58 px each)."""
    axis: Spec = {"format": CLOCK, "labelOverlap": True}
    if not pa.types.is_timestamp(rows.schema.field(first).type) or rows.num_rows == 0:
        return axis
    low = pc.min(local_times(rows.column(first), tz)).as_py()
    high = pc.max(local_times(rows.column(last), tz)).as_py()
    if low is None or high is None:
        return axis
    hours, room = (high - low).total_seconds() / 3600, max(2, width // 58)
    step = next((h for h in (1, 3, 6, 12, 24) if hours / h <= room), None)
    if step is None:
        return axis
    midnight = low.replace(hour=0, minute=0, second=0, microsecond=0)
    marks = (midnight + timedelta(hours=h) for h in range(0, int(hours) + 25, step))
    shown = [
        {"year": t.year, "month": t.month, "date": t.day, "hours": t.hour} for t in marks if low <= t <= high
    ]
    return axis | ({"values": shown} if shown else {})


def _up(figure: Mapping[str, Any]) -> Spec:
    title = _axis(figure, "y", figure.get("unit", ""))
    return {"field": figure["y"], "type": "quantitative", "title": title}


def _line(figure: Mapping[str, Any], rows: pa.Table, tz: str) -> Spec:
    x, y, series = figure["x"], figure["y"], figure.get("series")
    left_out = 0
    if series:
        rows, left_out = few_series(rows, y, series)
    rows = thinned(rows, x, y, series)
    encoding: Spec = {"x": _along(figure, rows, tz), "y": _up(figure)}
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
    if "flag" in figure and pc.any(rows.column(figure["flag"])).as_py():
        layers.append(_flags(figure, x))
    spec: Spec = {"data": {"values": values(rows, tz)}, "layer": layers}
    if left_out:
        spec["usermeta"] = {"note": f"{left_out} more series are in the table."}
    return spec


def _flags(figure: Mapping[str, Any], x: str) -> Spec:
    """An upright line at each row whose `flag` column is true."""
    return {
        "transform": [{"filter": f"datum[{figure['flag']!r}]"}],
        "mark": {"type": "rule", "strokeDash": [4, 3], "strokeWidth": 1.5},
        "encoding": {"x": {"field": x, "type": "temporal"}},
    }


def _bar(figure: Mapping[str, Any], rows: pa.Table, tz: str) -> Spec:
    x, y, series = figure["x"], figure["y"], figure.get("series")
    rows = rows.slice(0, figure.get("most", 40))
    across = figure.get("horizontal", not pa.types.is_temporal(rows.schema.field(x).type))
    name: Spec = {
        "field": x,
        "type": "ordinal" if not across else "nominal",
        "title": _axis(figure, "x"),
        "sort": None,  # as the rows come
    }
    size = {"field": y, "type": "quantitative", "title": _axis(figure, "y", figure.get("unit", ""))}
    if not across and pa.types.is_timestamp(rows.schema.field(x).type):
        name |= {"type": "temporal"}
    elif across:
        name["axis"] = {"labelLimit": 230}
    encoding: Spec = {"y": name, "x": size} if across else {"x": name, "y": size}
    if series:
        encoding["color"] = {"field": series, "type": "nominal"}
    mark: Spec = {"type": "bar"} | ({"height": {"band": 0.8}} if across else {})
    layers: list[Spec] = [{"mark": mark, "encoding": encoding}]
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
    return {"data": {"values": values(rows, tz)}, "layer": layers}


def _calendar(figure: Mapping[str, Any], rows: pa.Table, tz: str) -> Spec:
    """Days across, `y` down, colour for `value`. `lanes`: only that many, those with the lowest mean."""
    title = _unit_title(figure)
    rows, left_out = lowest_lanes(rows, figure["y"], figure["value"], int(figure.get("lanes", rows.num_rows)))
    encoding = {
        "x": {"field": figure["x"], "type": "temporal", "timeUnit": "yearmonthdate", "title": None},
        "y": {"field": figure["y"], "type": "nominal", "title": None, "axis": {"labelLimit": 220}},
        "color": {
            "field": figure["value"],
            "type": "quantitative",
            # Steps, no blend: a blend of marker colours could not be painted.
            "scale": {"type": "quantize", "range": list(STEPS)},
            "legend": {"title": title, "type": "symbol", "symbolType": "square"},
        },
    }
    spec: Spec = {"data": {"values": values(rows, tz)}, "mark": {"type": "rect"}, "encoding": encoding}
    if left_out:
        spec["usermeta"] = {"note": f"The weakest; {left_out} more are in the table."}
    return spec


def _timeline(figure: Mapping[str, Any], rows: pa.Table, tz: str) -> Spec:
    """Bars from `start` to `end` for each `y`, the first to start on top, coloured by `series`.

    With `rank` the series are grades: the gravest is drawn last, and darkest. `lanes`: at most that many.
    """
    series, rank = figure.get("series"), figure.get("rank")
    rows, left_out = gravest_lanes(rows, figure["y"], rank, int(figure.get("lanes", rows.num_rows)))
    lanes = in_order(rows.sort_by([(figure["start"], "ascending")]), figure["y"])
    rows = rows.sort_by([(rank or figure["start"], "ascending")])
    encoding: Spec = {
        "x": {
            "field": figure["start"],
            "type": "temporal",
            "title": None,
            "axis": _ticks(rows, figure["start"], figure["end"], tz, figure["width"] - 200)
            | {"orient": "top"},
        },
        "x2": {"field": figure["end"]},
        "y": {
            "field": figure["y"],
            "type": "nominal",
            "title": None,
            "sort": lanes,
            "axis": {"labelLimit": 220, "grid": True},
        },
    }
    if series:
        scale = _grades(rows, series, rank) if rank else {}
        encoding["color"] = {"field": series, "type": "nominal", "legend": {"columns": 6}} | scale
    mark = {"type": "bar", "cornerRadius": 1, "minBandSize": 2, "height": {"band": 0.72}}
    spec: Spec = {"data": {"values": values(rows, tz)}, "mark": mark, "encoding": encoding}
    if left_out:
        spec["usermeta"] = {"note": f"The gravest; {left_out} more are in the table."}
    return spec


def _grades(rows: pa.Table, series: str, rank: str) -> Spec:
    """Colours of grades: of one rank alike, the higher the darker."""
    pairs = rows.group_by([series, rank]).aggregate([]).sort_by([(rank, "ascending"), (series, "descending")])
    ranks = pairs.column(rank).to_pylist()
    steps = sorted(set(ranks))
    shades = [WARNINGS[round(i * (len(WARNINGS) - 1) / max(1, len(steps) - 1))] for i in range(len(steps))]
    colours = [shades[steps.index(r)] for r in ranks]
    return {"scale": {"domain": pairs.column(series).to_pylist(), "range": colours}}


def _points(figure: Mapping[str, Any], rows: pa.Table, tz: str) -> Spec:
    """One dot a row; colour by `series`."""
    series = figure.get("series")
    if series:
        rows, _ = few_series(rows, figure["y"], series)
    encoding: Spec = {"x": _along(figure, rows, tz), "y": _up(figure)}
    if series:
        encoding["color"] = {"field": series, "type": "nominal"}
        encoding["shape"] = {"field": series, "type": "nominal"}
    mark = {"type": "point", "filled": True, "size": 28, "opacity": 0.8}
    return {"data": {"values": values(rows.slice(0, MOST_POINTS), tz)}, "mark": mark, "encoding": encoding}


def _scale(rows: pa.Table, column: str) -> str:
    kind = rows.schema.field(column).type
    return "temporal" if pa.types.is_timestamp(kind) or pa.types.is_date(kind) else "quantitative"


def _unit_title(figure: Mapping[str, Any]) -> str | None:
    return unit_text(figure.get("unit", "")) or None


_KINDS = {"line": _line, "bar": _bar, "calendar": _calendar, "timeline": _timeline, "points": _points}


def figure_spec(
    figure: Mapping[str, Any], rows: pa.Table, tz: str, *, width: int = 640, height: int | None = None
) -> Spec:
    """The Vega-Lite specification of a recipe's figure, in marker colours, `width` pixels with its labels.

    `rows` are the step's rows (times UTC); axes show local time of `tz`. Raises KeyError where the figure
    names a kind or a column that is not there.
    """
    figure = {**figure, "width": width}
    spec = _KINDS[figure["kind"]](figure, prepared(figure, rows), tz)
    sized: Spec = {"width": width, "height": height or figure.get("height") or 260}
    sized |= {"autosize": {"type": "fit-x", "contains": "padding"}, "padding": PADDING}
    if height is None and (figure["kind"] in {"calendar", "timeline"} or _sideways(spec)):
        sized["height"] = {"step": figure.get("step_height", 18)}
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
    return _drawn(json.dumps(spec))


@lru_cache(maxsize=128)
def _drawn(spec: str) -> str:
    """One text, one picture: drawing takes most of a brief's time, and pages show the same figures again."""
    _measure_in_our_fonts()
    return _ROLES.sub("", str(vlc.vegalite_to_svg(spec, vl_version=VEGA_LITE)))


@cache
def _measure_in_our_fonts() -> None:
    """Texts take the room that they take in print; without our fonts, that of the drawer's own."""
    if FONTS.is_dir():
        vlc.register_font_directory(str(FONTS))


_ROLES = re.compile(r' (?:role="graphics-[a-z-]+"|aria-roledescription="[^"]*")')


def local_text(at: datetime, tz: str) -> str:
    """A moment as people read it: day, hour and zone of the city."""
    there = at.replace(tzinfo=at.tzinfo or UTC).astimezone(ZoneInfo(tz))
    return f"{there.day} {there:%B %Y, %H:%M} ({there:%Z})"
