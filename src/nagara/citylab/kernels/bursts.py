"""Bursts in hourly counts: an hour with far more reports than the day before led to expect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from nagara.citylab.recipes import Context

Floats = npt.NDArray[np.float64]
HOUR = 3_600_000_000

BURST = pa.schema(
    [
        ("ts", pa.timestamp("us")),
        ("n", pa.int64()),
        ("usual", pa.float64()),
        ("limit", pa.float64()),
        ("is_burst", pa.bool_()),
        ("starts", pa.bool_()),
    ]
)


def limits(counts: Floats, window: int, k: float, least: float) -> tuple[Floats, Floats]:
    """The usual count (trailing median) and the burst limit of each hour, from the `window` hours before it.

    limit = median + k * max(1.4826 MAD, sqrt(median + 1)), at least `least`: counts scatter by their root
    even where the median distance is nought. Hours with less than half a window behind
    them have no limit (NaN).
    """
    usual, limit = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    for i in range(max(1, window // 2), len(counts)):
        past = counts[max(0, i - window) : i]
        usual[i] = np.median(past)
        spread = max(1.4826 * float(np.median(np.abs(past - usual[i]))), float(np.sqrt(usual[i] + 1)))
        limit[i] = max(least, usual[i] + k * spread)
    return usual, limit


def hourly(table: pa.Table, *, hold: bool) -> tuple[npt.NDArray[np.int64], Floats]:
    """Every hour from the first to the last: (hour starts in UTC microseconds, counts).

    Hours without a row hold nought, or the value before (`hold`) where the rows are states and not events.
    """
    at = table.column("ts").cast(pa.int64()).to_numpy(zero_copy_only=False)
    n = table.column("n").to_numpy(zero_copy_only=False).astype(float)
    order = np.argsort(at, kind="stable")
    at, n = at[order], n[order]
    if len(at) == 0 or (at[-1] - at[0]) // HOUR > 24 * 366 * 20:
        return np.array([], np.int64), np.array([])
    hours = at[0] + HOUR * np.arange((at[-1] - at[0]) // HOUR + 1)
    where = np.searchsorted(at, hours, side="right") - 1
    return hours, n[where] if hold else np.where(at[where] == hours, n[where], 0.0)


def report_bursts(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Every hour of post_hour with its limit. See BURST; `starts` marks the first hour of a burst."""
    del context
    return _marked(tables["post_hour"], params, hold=False)


def marking_bursts(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Every hour of marked_hour (zones marked) with its limit; `starts`: the marking begins to grow."""
    del context
    return _marked(tables["marked_hour"], params, hold=True)


def _marked(table: pa.Table, params: Mapping[str, Any], *, hold: bool) -> pa.Table:
    hours, counts = hourly(table, hold=hold)
    window, k = int(params["burst_window_hours"]), float(params["burst_k"])
    usual, limit = limits(counts, window, k, float(params["burst_least"]))
    burst = counts > limit
    if len(burst) > 1:
        burst[1:] |= _carried(counts, burst)[1:]
    starts = burst & ~np.concatenate([[False], burst[:-1]]) if len(burst) else burst
    return pa.table(
        [
            pa.array(hours, pa.timestamp("us")),
            counts.astype(np.int64),
            pa.array(usual, from_pandas=True),
            pa.array(limit, from_pandas=True),
            burst,
            starts,
        ],
        schema=BURST,
    )


def _carried(counts: Floats, burst: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """A burst lasts until the count falls back to half its peak: it must not become its own usual."""
    carried, peak = np.zeros(len(counts), bool), 0.0
    for i, count in enumerate(counts):
        if burst[i]:
            peak = max(peak, count)
        elif peak and count >= peak / 2:
            carried[i] = True
        else:
            peak = 0.0
    return carried
