"""Which station rises first, and by how long: cross-correlation of all pairs, and the order in one event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from nagara.citylab.recipes import Context

Floats = npt.NDArray[np.float64]
MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MOST_STEPS = 4_500
"""Longest grid (three months of half hours); longer spans are looked at around their greatest events."""
EVENT_DAYS = 5
"""Days before and after the day of an event."""

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


class _Readings:
    """Readings by datastream, each in the order of time; sorted once."""

    def __init__(self, reading: pa.Table) -> None:
        names = reading.column("datastream_id").combine_chunks().dictionary_encode()
        code = names.indices.to_numpy(zero_copy_only=False)
        at = reading.column("ts").cast(pa.int64()).to_numpy(zero_copy_only=False)
        order = np.lexsort((at, code))
        self.number = {name: i for i, name in enumerate(names.dictionary.to_pylist())}
        self.edges = np.searchsorted(code[order], np.arange(len(self.number) + 1))
        self.at = at[order]
        self.value = reading.column("value").to_numpy(zero_copy_only=False).astype(float)[order]

    def of(self, name: str) -> tuple[npt.NDArray[np.int64], Floats]:
        """(microseconds, values) of one datastream."""
        low, high = self.edges[self.number[name] : self.number[name] + 2]
        return self.at[low:high], self.value[low:high]


def _times(series: list[tuple[npt.NDArray[np.int64], Floats]], step: int) -> npt.NDArray[np.int64]:
    """Grid times of a group: its whole span; where that is long, the days around its greatest events.

    An event's day is one on which many series stand in their own top twentieth.
    """
    first, last = min(int(at[0]) for at, _ in series), max(int(at[-1]) for at, _ in series)
    first -= first % step
    if last - first <= MOST_STEPS * step:
        return np.arange(first, last + 1, step, dtype=np.int64)
    high = np.zeros((last - first) // DAY + 1)
    for at, value in series:
        high[np.unique((at[value >= np.quantile(value, 0.95)] - first) // DAY)] += 1
    around = max(EVENT_DAYS, 10 * step // DAY)
    grids: list[npt.NDArray[np.int64]] = []
    while high.any() and sum(map(len, grids)) < MOST_STEPS:
        day = int(np.argmax(high))
        low = max(0, day - around)
        high[low : day + around + 1] = 0
        start = first + low * DAY
        until = min(start + 2 * around * DAY, last)
        grids.append(np.arange(start - start % step, until, step, dtype=np.int64))
    return np.unique(np.concatenate(grids))


def _grids(readings: _Readings, ids: list[str], step: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """All datastreams on one grid: (times, values as datastreams x times)."""
    series = [readings.of(name) for name in ids]
    grid = _times(series, step)
    rows = np.full((len(ids), len(grid)), np.nan)
    for row, (at, value) in zip(rows, series, strict=True):
        usual = float(np.median(np.diff(at)))
        row[:] = regular(at, value, grid, int(max(180 * MINUTE, 4 * usual)))
    return grid, rows


def _without_trend(rows: Floats, width: int) -> Floats:
    """Each row less its mean over `width` steps around: slow tides of weeks say nothing about hours."""
    known = np.isfinite(rows)
    filled, kernel = np.where(known, rows, 0.0), np.ones(width)
    total = np.array([np.convolve(row, kernel, "same") for row in filled])
    count = np.array([np.convolve(row, kernel, "same") for row in known.astype(float)])
    with np.errstate(all="ignore"):
        return np.where(known, rows - total / count, np.nan)


@dataclass(frozen=True)
class _Parts:
    """What correlations need of every row: known or not, values (nought where unknown), their squares."""

    known: Floats
    value: Floats
    square: Floats

    @classmethod
    def of(cls, rows: Floats) -> _Parts:
        known = np.isfinite(rows)
        value = np.where(known, rows, 0.0)
        return cls(known.astype(float), value, value * value)

    def sums(self, shift: int, blocks: int) -> Floats:
        """Sums for correlations of every row with every row `shift` later: (6, blocks of time, i, j)."""
        series, times = self.value.shape
        out = np.zeros((6, blocks, series, series))
        edges = -(-np.arange(blocks + 1) * (times - shift) // blocks)
        for block in range(blocks):
            t, u = slice(*edges[block : block + 2]), slice(*(edges[block : block + 2] + shift))
            na, xa, aa = self.known[:, t], self.value[:, t], self.square[:, t]
            nb, xb, bb = self.known[:, u].T, self.value[:, u].T, self.square[:, u].T
            pairs = ((na, nb), (xa, nb), (na, xb), (aa, nb), (na, bb), (xa, xb))
            for m, (left, right) in enumerate(pairs):
                np.matmul(left, right, out=out[m, block])
        return out


def _correlation(s: Floats, least: float) -> Floats:
    """Correlations from sums of shape (6, ..., i, j); -1 where fewer than `least` pairs stand behind it."""
    n, a, b, aa, bb, ab = s
    with np.errstate(all="ignore"):
        r = (n * ab - a * b) / np.sqrt((n * aa - a * a) * (n * bb - b * b))
    return np.where((n >= least) & np.isfinite(r), r, -1.0)


@dataclass(frozen=True)
class Lags:
    """For every pair (i, j): the shift (steps) at which j follows i best, its 90 % range, r, its range, n.

    Ranges are drawn only for pairs that reach the least r asked for; others have their own value as range.
    """

    shift: npt.NDArray[np.int64]
    low: Floats
    high: Floats
    r: Floats
    r_low: Floats
    r_high: Floats
    n: Floats


def best_lags(rows: Floats, *, most: int, least: float = -1.0, blocks: int = 30, draws: int = 200) -> Lags:
    """Shifts 0..most of all pairs of `rows` (series, times; NaN where unknown).

    Ranges come from a bootstrap over blocks of time, for pairs that reach `least` in one direction. One
    seed, one answer.
    """
    series, times = rows.shape
    parts, shifts = _Parts.of(rows), range(min(most, times - 2) + 1)
    r, best = np.full((series, series), -2.0), np.zeros((series, series), np.int64)
    n = np.zeros((series, series))
    for shift in shifts:
        whole = parts.sums(shift, 1)[:, 0]
        now = _correlation(whole, 0.1 * times)
        better = now > r
        r, best, n = np.where(better, now, r), np.where(better, shift, best), np.where(better, whole[0], n)
    pairs = np.nonzero(np.maximum(r, r.T) >= least)
    chance = np.random.default_rng(1).multinomial(blocks, np.full(blocks, 1 / blocks), size=draws)
    drawn_r, drawn = np.full((draws, len(pairs[0])), -2.0), np.zeros((draws, len(pairs[0])), np.int64)
    for shift in shifts if len(pairs[0]) else ():
        s = np.tensordot(chance.astype(float), parts.sums(shift, blocks)[:, :, pairs[0], pairs[1]], (1, 1))
        now = _correlation(np.moveaxis(s, 1, 0), 0.05 * times)
        better = now > drawn_r
        drawn_r[better], drawn[better] = now[better], shift
    low, high, r_low, r_high = best.astype(float), best.astype(float), r.copy(), r.copy()
    for drawing, least_of, most_of, found in ((drawn, low, high, best), (drawn_r, r_low, r_high, r)):
        if len(pairs[0]):
            edges = np.quantile(drawing, [0.05, 0.95], axis=0)
            least_of[pairs] = np.minimum(edges[0], found[pairs])
            most_of[pairs] = np.maximum(edges[1], found[pairs])
    return Lags(best, low, high, r, r_low, r_high, n)


def _segments(grid: npt.NDArray[np.int64], rows: Floats, *, step: int, width: int, apart: int) -> Floats:
    """Each stretch without a hole less its own trend, `apart` unknown steps between two stretches."""
    edges = [0, *(np.flatnonzero(np.diff(grid) > step) + 1).tolist(), len(grid)]
    space = np.full((len(rows), apart), np.nan)
    parts: list[Floats] = []
    for low, high in pairwise(edges):
        parts += [_without_trend(rows[:, low:high], min(width, (high - low - 1) | 1)), space]
    return np.hstack(parts[:-1])


def lags(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Pairs of datastreams of one property of which one follows the other. See LAG (hours).

    Reads reading and level (steps of early-warning). Of both directions the one with the higher correlation
    is kept; pairs below `least_r` are left out. At most `most_streams` datastreams of a property are
    compared: those with the most readings. Datastreams that report less than four times in the longest lag
    are left out: they cannot tell. Over long spans the days around the greatest events are compared.
    """
    del context
    step, longest = int(params["lag_step_minutes"]) * MINUTE, float(params["lag_hours_max"]) * HOUR
    readings, found = _Readings(tables["reading"]), list[dict[str, Any]]()
    for ids, usual in _by_property(tables["level"], int(params["most_streams"]), longest / HOUR / 4):
        width = max(step, round(usual * HOUR / 2 / step) * step)
        grid, rows = _grids(readings, ids, width)
        most, least = round(longest / width), float(params["least_r"])
        trend = max(3, round(5 * DAY / width) | 1)
        rows = _segments(grid, rows, step=width, width=trend, apart=most)
        best = best_lags(rows, most=most, least=least)
        found += _pairs(ids, best, width / HOUR, rows.shape[1], least)
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


def _by_property(level: pa.Table, most: int, slowest: float) -> list[tuple[list[str], float]]:
    """Datastreams to compare: (ids, usual period in hours) a property, none slower than `slowest` hours."""
    groups: dict[tuple[str, str], list[tuple[int, str, float]]] = {}
    for row in level.to_pylist():
        if row["n"] >= 24 and row["n_values"] >= 5 and row["period_h"] <= slowest:
            group = groups.setdefault((row["property"], row["unit"]), [])
            group.append((row["n"], row["datastream_id"], row["period_h"]))
    kept = [sorted(group, key=lambda x: (-x[0], x[1]))[:most] for group in groups.values()]
    return [
        (sorted(name for _, name, _ in group), float(np.median([period for *_, period in group])))
        for group in kept
        if len(group) >= 2
    ]


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
    readings, hours = _Readings(tables["reading"]), float(params["event_hours"])
    for ids, _ in _by_property(tables["level"], int(params["most_streams"]), hours / 3):
        grid, rows = _grids(readings, ids, step)
        window = event_window(grid, rows, hours, step / HOUR)
        if window is None:
            continue
        low, high = int(grid[window[0]]), int(grid[window[1]])
        mine = [row for name in ids if (row := _onset(readings, name, low, high))]
        first = min((row["onset_ts"] for row in mine), default=0)
        mine.sort(key=lambda row: (row["onset_ts"], row["datastream_id"]))
        for place, row in enumerate(mine, 1):
            after = (row["onset_ts"] - first) / HOUR
            found.append(row | {"after_first_h": after, "place": place, "event_ts": (low + high) // 2})
    return pa.Table.from_pylist(found, schema=ONSET)


def _onset(readings: _Readings, name: str, low: int, high: int) -> dict[str, Any] | None:
    at, value = readings.of(name)
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
        "error_h": (at[first] - at[first - 1]) / HOUR,
        "base": base,
        "peak": float(value[peak]),
        "n": len(at),
    }
