"""Rows made ready for a figure: fewer, in order, in local time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MOST_POINTS = 6_000
"""A line with more points than a page has pixels is thinned: minimum and maximum of each step are kept."""
MOST_SERIES = 8


def prepared(figure: Mapping[str, Any], rows: pa.Table) -> pa.Table:
    """The rows that a figure asks for.

    `above` keeps rows whose column exceeds a number: {column = 0}; `pair` names two columns that make the
    column `pair`, "a to b"; `order` sorts ("lag_h desc, ..."); `most` keeps that many.
    """
    for column, least in figure.get("above", {}).items():
        rows = rows.filter(pc.fill_null(pc.greater(rows.column(column), least), False))
    if "pair" in figure:
        first, second = (rows.column(name).cast(pa.string()) for name in figure["pair"])
        rows = rows.append_column("pair", pc.binary_join_element_wise(first, second, " \u2192 "))
    if "order" in figure:
        keys = [part.strip().partition(" ") for part in str(figure["order"]).split(",")]
        ways = [(name, "descending" if way == "desc" else "ascending") for name, _, way in keys]
        rows = rows.sort_by(ways)
    return rows.slice(0, int(figure["most"])) if "most" in figure else rows


def local_times(column: pa.ChunkedArray, tz: str) -> pa.Array:
    """UTC times as local wall time without zone: what an axis shows."""
    aware = column.cast(pa.timestamp("us", tz="UTC"))
    return pc.local_timestamp(aware.cast(pa.timestamp("us", tz=tz)))


def values(rows: pa.Table, tz: str) -> list[dict[str, Any]]:
    """Rows as a figure's data: times local, days and decimals plain."""
    for i, kind in enumerate(rows.schema.types):
        if pa.types.is_timestamp(kind):
            name = rows.column_names[i]
            rows = rows.set_column(i, name, pc.strftime(local_times(rows.column(i), tz), "%Y-%m-%dT%H:%M:%S"))
        elif pa.types.is_date(kind):
            rows = rows.set_column(i, rows.column_names[i], rows.column(i).cast(pa.string()))
        elif pa.types.is_decimal(kind):
            rows = rows.set_column(i, rows.column_names[i], rows.column(i).cast(pa.float64()))
    return list(rows.to_pylist())


def thinned(rows: pa.Table, x: str, y: str, series: str | None) -> pa.Table:
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


def few_series(rows: pa.Table, y: str, series: str) -> tuple[pa.Table, int]:
    """The series with the highest values, at most eight; how many were left out."""
    tops = rows.group_by(series).aggregate([(y, "max")]).sort_by([(f"{y}_max", "descending")])
    kept = tops.column(series)[:MOST_SERIES]
    mine = rows.filter(pc.is_in(rows.column(series), kept.combine_chunks()))
    return mine, max(0, tops.num_rows - MOST_SERIES)


def lowest_lanes(rows: pa.Table, lane: str, value: str, most: int) -> tuple[pa.Table, int]:
    """The lanes with the lowest mean value, at most `most`; how many were left out."""
    means = rows.group_by(lane).aggregate([(value, "mean")])
    means = means.sort_by([(f"{value}_mean", "ascending"), (lane, "ascending")])
    kept = means.column(lane)[:most]
    return rows.filter(pc.is_in(rows.column(lane), kept.combine_chunks())), max(0, means.num_rows - most)


def gravest_lanes(rows: pa.Table, lane: str, rank: str | None, most: int) -> tuple[pa.Table, int]:
    """The lanes that reach the highest rank (those with most rows, where there is none), at most `most`."""
    by = [(rank, "max"), (lane, "count")] if rank else [(lane, "count")]
    found = rows.group_by(lane).aggregate(by)
    keys = [(f"{column}_{how}", "descending") for column, how in by]
    found = found.sort_by([*keys, (lane, "ascending")])
    kept = found.column(lane)[:most]
    return rows.filter(pc.is_in(rows.column(lane), kept.combine_chunks())), max(0, found.num_rows - most)


def in_order(rows: pa.Table, column: str) -> list[Any]:
    """The distinct values of a column as they first appear."""
    return list(dict.fromkeys(rows.column(column).to_pylist()))
