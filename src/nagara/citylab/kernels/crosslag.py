"""Which station rises first, and by how long: cross-correlation of all pairs, and the order in one event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.recipes import Context

Floats = npt.NDArray[np.float64]
MINUTE = 60_000_000

LAG = pa.schema(
    [
        ("lead_id", pa.string()),
        ("follow_id", pa.string()),
        ("lag_h", pa.float64()),
        ("lo_h", pa.float64()),
        ("hi_h", pa.float64()),
        ("r", pa.float64()),
        ("r_lo", pa.float64()),
        ("r_hi", pa.float64()),
        ("n", pa.int64()),
        ("coverage", pa.float64()),
    ]
)
ONSET = pa.schema(
    [
        ("datastream_id", pa.string()),
        ("event_ts", pa.timestamp("us")),
        ("onset_ts", pa.timestamp("us")),
        ("peak_ts", pa.timestamp("us")),
        ("after_first_h", pa.float64()),
        ("error_h", pa.float64()),
        ("base", pa.float64()),
        ("peak", pa.float64()),
        ("n", pa.int64()),
        ("place", pa.int64()),
    ]
)


def regular(at: npt.NDArray[np.int64], value: Floats, grid: npt.NDArray[np.int64], reach: int) -> Floats:
    """Values on a regular grid by straight lines between readings at most `reach` apart; else NaN.

    at, grid: microseconds, ascending. reach: microseconds.
    """
    out = np.interp(grid, at, value, left=np.nan, right=np.nan)
    after = np.clip(np.searchsorted(at, grid), 1, len(at) - 1)
    far = (at[after] - at[after - 1]) > reach
    exact = at[np.clip(np.searchsorted(at, grid), 0, len(at) - 1)] == grid
    out[far & ~exact] = np.nan
    return np.asarray(out)


def _grids(reading: pa.Table, ids: list[str], step: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """All datastreams on one grid: (times, values as datastreams x times)."""
    stamps = reading.column("ts").cast(pa.int64())
    first, last = pc.min(stamps).as_py(), pc.max(stamps).as_py()
    grid = np.arange(first - first % step, last + 1, step, dtype=np.int64)
    rows = np.full((len(ids), len(grid)), np.nan)
    for i, name in enumerate(ids):
        mine = reading.filter(pc.equal(reading.column("datastream_id"), name)).sort_by("ts")
        at = mine.column("ts").cast(pa.int64()).to_numpy(zero_copy_only=False)
        value = mine.column("value").to_numpy(zero_copy_only=False).astype(float)
        if len(at) > 2:
            usual = float(np.median(np.diff(at)))
            rows[i] = regular(at, value, grid, int(max(180 * MINUTE, 4 * usual)))
    return grid, rows


def _without_trend(rows: Floats, width: int) -> Floats:
    """Each row less its mean over `width` steps around: slow tides of weeks say nothing about hours."""
    known = np.isfinite(rows)
    filled, kernel = np.where(known, rows, 0.0), np.ones(width)
    total = np.array([np.convolve(row, kernel, "same") for row in filled])
    count = np.array([np.convolve(row, kernel, "same") for row in known.astype(float)])
    with np.errstate(all="ignore"):
        return np.where(known, rows - total / count, np.nan)


def _sums(a: Floats, b: Floats, blocks: npt.NDArray[np.int64], n_blocks: int) -> Floats:
    """Sums for correlations of every row of a with every row of b, by block of time: (6, blocks, i, j)."""
    ka, kb = np.isfinite(a).astype(float), np.isfinite(b).astype(float)
    fa, fb = np.where(ka > 0, a, 0.0), np.where(kb > 0, b, 0.0)
    out = np.zeros((6, n_blocks, len(a), len(b)))
    edges = np.searchsorted(blocks, np.arange(n_blocks + 1))
    for block in range(n_blocks):
        t = slice(edges[block], edges[block + 1])
        xa, xb, na, nb = fa[:, t], fb[:, t], ka[:, t], kb[:, t]
        pairs = ((na, nb), (xa, nb), (na, xb), (xa * xa, nb), (na, xb * xb), (xa, xb))
        for m, (left, right) in enumerate(pairs):
            out[m, block] = left @ right.T
    return out


def _correlation(s: Floats, least: float) -> Floats:
    """Correlations from sums of shape (6, ..., i, j); -1 where fewer than `least` pairs stand behind it."""
    n, a, b, aa, bb, ab = s
    with np.errstate(all="ignore"):
        r = (n * ab - a * b) / np.sqrt((n * aa - a * a) * (n * bb - b * b))
    return np.where((n >= least) & np.isfinite(r), r, -1.0)


@dataclass(frozen=True)
class Lags:
    """For every pair (i, j): the shift (steps) at which j follows i best, its 90 % range, r, its range, n."""

    shift: npt.NDArray[np.int64]
    low: Floats
    high: Floats
    r: Floats
    r_low: Floats
    r_high: Floats
    n: Floats


def best_lags(rows: Floats, *, most: int, blocks: int = 30, draws: int = 200, seed: int = 1) -> Lags:
    """Shifts 0..most of all pairs of `rows` (series, times; NaN where unknown).

    Ranges come from a bootstrap over blocks of time. One seed, one answer.
    """
    series, times = rows.shape
    chance = np.random.default_rng(seed).multinomial(blocks, np.full(blocks, 1 / blocks), size=draws)
    weights = chance.astype(float)
    best_r, best = np.full((series, series), -2.0), np.zeros((series, series), np.int64)
    pairs = np.zeros((series, series))
    drawn_r, drawn = np.full((draws, series, series), -2.0), np.zeros((draws, series, series), np.int64)
    for shift in range(min(most, times - 2) + 1):
        block = (np.arange(times - shift) * blocks) // (times - shift)
        s = _sums(rows[:, : times - shift], rows[:, shift:], block, blocks)
        whole = s.sum(1)
        r = _correlation(whole, 0.1 * times)
        better = r > best_r
        best_r, best = np.where(better, r, best_r), np.where(better, shift, best)
        pairs = np.where(better, whole[0], pairs)
        r = _correlation(np.moveaxis(np.tensordot(weights, s, (1, 1)), 1, 0), 0.05 * times)
        better = r > drawn_r
        drawn_r, drawn = np.where(better, r, drawn_r), np.where(better, shift, drawn)
    low, high = np.quantile(drawn, [0.05, 0.95], axis=0)
    r_low, r_high = np.quantile(drawn_r, [0.05, 0.95], axis=0)
    return Lags(
        best,
        np.minimum(low, best),
        np.maximum(high, best),
        best_r,
        np.minimum(r_low, best_r),
        np.maximum(r_high, best_r),
        pairs,
    )


def lags(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Pairs of datastreams of one property of which one follows the other. See LAG (hours).

    Reads reading and level (steps of early-warning). Of both directions the one with the higher correlation
    is kept; pairs below `least_r` are left out. At most `most_streams` datastreams of a property are
    compared: those with the most readings.
    """
    del context
    step = int(params["lag_step_minutes"]) * MINUTE
    most = round(float(params["lag_hours_max"]) * 60 * MINUTE / step)
    found: list[dict[str, Any]] = []
    for ids in _by_property(tables["level"], int(params["most_streams"])):
        _, rows = _grids(tables["reading"], ids, step)
        rows = _without_trend(rows, max(3, round(5 * 24 * 60 * MINUTE / step) | 1))
        best = best_lags(rows, most=most)
        found += _pairs(ids, best, step / (60 * MINUTE), rows.shape[1], float(params["least_r"]))
    found.sort(key=lambda row: (-row["r"], row["lead_id"], row["follow_id"]))
    return pa.Table.from_pylist(found[: int(params["most_pairs"])], schema=LAG)


def _pairs(ids: list[str], best: Lags, hours: float, times: int, least: float) -> list[dict[str, Any]]:
    """Rows of LAG. `hours`: length of a step."""
    found, r, shift = [], best.r, best.shift
    for i in range(len(ids)):
        for j in range(i + 1, len(ids)):
            a, b = (i, j) if (r[i, j], -shift[i, j]) >= (r[j, i], -shift[j, i]) else (j, i)
            if r[a, b] < least:
                continue
            low = best.low[a, b]
            if shift[b, a] and r[b, a] > r[a, b] - 0.02:
                low = min(low, -best.high[b, a])  # the other direction fits as well: the order is open
            found.append(
                {
                    "lead_id": ids[a],
                    "follow_id": ids[b],
                    "lag_h": shift[a, b] * hours,
                    "lo_h": low * hours,
                    "hi_h": best.high[a, b] * hours,
                    "r": float(r[a, b]),
                    "r_lo": float(best.r_low[a, b]),
                    "r_hi": float(best.r_high[a, b]),
                    "n": int(best.n[a, b]),
                    "coverage": best.n[a, b] / times,
                }
            )
    return found


def _by_property(level: pa.Table, most: int) -> list[list[str]]:
    groups: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for row in level.to_pylist():
        if row["n"] >= 24 and row["n_values"] >= 5:
            groups.setdefault((row["property"], row["unit"]), []).append((row["n"], row["datastream_id"]))
    kept = [
        sorted(name for _, name in sorted(g, key=lambda x: (-x[0], x[1]))[:most]) for g in groups.values()
    ]
    return [ids for ids in kept if len(ids) >= 2]


def event_window(
    grid: npt.NDArray[np.int64], rows: Floats, hours: float, step_h: float
) -> tuple[int, int] | None:
    """The stretch in which most series stand far above their own middle at once: (first, last) grid index."""
    with np.errstate(all="ignore"):
        middle = np.nanmedian(rows, axis=1, keepdims=True)
        spread = np.nanquantile(rows, 0.95, axis=1, keepdims=True) - middle
        height = np.clip((rows - middle) / np.where(spread > 0, spread, np.nan), -1, 4)
    total = np.nansum(height, axis=0)
    if not np.isfinite(total).any() or len(grid) < 3:
        return None
    width = max(1, round(6 / step_h))
    smooth = np.convolve(total, np.ones(width) / width, "same")
    peak, reach = int(np.argmax(smooth)), round(hours / step_h)
    return max(0, peak - reach), min(len(grid) - 1, peak + reach)


def onsets(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Who rose first in the greatest event of each property: time of half rise and of peak. See ONSET.

    The event lies `event_hours` around the moment when most datastreams stand highest. Half rise: the first
    reading above the middle between the lowest value before the peak and the peak. `error_h` is the time
    since the reading before.
    """
    del context
    step = int(params["lag_step_minutes"]) * MINUTE
    found: list[dict[str, Any]] = []
    for ids in _by_property(tables["level"], int(params["most_streams"])):
        grid, rows = _grids(tables["reading"], ids, step)
        window = event_window(grid, rows, float(params["event_hours"]), step / (60 * MINUTE))
        if window is None:
            continue
        low, high = int(grid[window[0]]), int(grid[window[1]])
        mine = [row for name in ids if (row := _onset(tables["reading"], name, low, high))]
        first = min((row["onset_ts"] for row in mine), default=0)
        mine.sort(key=lambda row: (row["onset_ts"], row["datastream_id"]))
        for place, row in enumerate(mine, 1):
            after = (row["onset_ts"] - first) / (60 * MINUTE)
            found.append(row | {"after_first_h": after, "place": place, "event_ts": (low + high) // 2})
    return pa.Table.from_pylist(found, schema=ONSET)


def _onset(reading: pa.Table, name: str, low: int, high: int) -> dict[str, Any] | None:
    mine = reading.filter(pc.equal(reading.column("datastream_id"), name)).sort_by("ts")
    at = mine.column("ts").cast(pa.int64()).to_numpy(zero_copy_only=False)
    value = mine.column("value").to_numpy(zero_copy_only=False).astype(float)
    usual = float(np.median(value))
    inside = (at >= low) & (at <= high)
    at, value = at[inside], value[inside]
    if len(at) < 6:
        return None
    peak = int(np.argmax(value))
    base = float(value[: peak + 1].min())
    half = (base + value[peak]) / 2
    if peak == 0 or value[peak] <= usual:
        return None
    lowest = int(np.flatnonzero(value[: peak + 1] == base)[-1])
    first = lowest + int(np.argmax(value[lowest : peak + 1] >= half))
    return {
        "datastream_id": name,
        "onset_ts": int(at[first]),
        "peak_ts": int(at[peak]),
        "error_h": (at[first] - at[first - 1]) / (60 * MINUTE),
        "base": base,
        "peak": float(value[peak]),
        "n": len(at),
    }
