"""Shifts and drifts that no single value shows: a stretch of blocks far from usual, and how it ends.

A fault of a sensor begins or ends at once (it is knocked, cleaned, replaced); weather and floods come and
go. So a stretch counts as a step where both its ends are sharp, and as a drift where it grows in a straight
line and ends sharply, or with the data. Anything else is taken for an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.recipes import Context

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

SHIFT = pa.schema(
    [
        ("k", pa.int32()),
        ("test", pa.string()),
        ("start_ts", pa.timestamp("us")),
        ("end_ts", pa.timestamp("us")),
        ("size", pa.float64()),
    ]
)


def split(r: Floats, least: int = 4) -> tuple[int, float, float]:
    """Where a series falls in two levels: (start of the second, jump, sharpness).

    Least squares. Sharpness is the part of the jump that the four values around the split make at once.
    """
    n = len(r)
    if n < 2 * least:
        return 0, 0.0, 0.0
    total, square = np.cumsum(r), np.cumsum(r * r)
    at = np.arange(least, n - least + 1)
    left, right = total[at - 1], total[-1] - total[at - 1]
    sse = square[-1] - left**2 / at - right**2 / (n - at)
    best = int(at[int(np.argmin(sse))])
    jump = float(right[best - least] / (n - best) - left[best - least] / best)
    at_once = float(np.median(r[best : best + 4]) - np.median(r[best - 4 : best]))
    return best, jump, at_once / jump if jump else 0.0


def _sharp(at: Longs, r: Floats, shift: float, sign: int) -> int | None:
    """The time (microseconds) of a sharp change by about `shift` (sign +1: into the stretch, -1: out)."""
    best, jump, sharpness = split(r)
    fits = jump * sign * np.sign(shift) >= 0.6 * abs(shift)
    return int(at[best]) if fits and sharpness >= 0.6 else None


def straight(x: Floats) -> tuple[int, float, float]:
    """The straight departure that ends with the series: (index of its start, rise, part explained).

    Least squares over "level, then a straight line", for every start.
    """
    best = (0, 0.0, 0.0)
    total = float(np.sum((x - x.mean()) ** 2))
    for start in range(2, len(x) - 3):
        hinge = np.maximum(0.0, np.arange(len(x)) - start)
        both = np.column_stack([np.ones(len(x)), hinge])
        fit, *_ = np.linalg.lstsq(both, x, rcond=None)
        explained = 1 - float(np.sum((x - both @ fit) ** 2)) / total if total > 0 else 0.0
        if explained > best[2]:
            best = (start, float(fit[1] * hinge[-1]), explained)
    return best


class _Levels:
    """The step `level` as arrays, sorted by datastream and block."""

    def __init__(self, level: pa.Table) -> None:
        table = level.sort_by([("k", "ascending"), ("block", "ascending")])
        self.k = table.column("k").to_numpy()
        self.number = table.column("block").to_numpy()
        self.width = table.column("width_s").to_numpy()
        self.x = table.column("x").to_numpy().astype(float)
        self.first = table.column("first_ts").cast(pa.int64()).to_numpy()
        self.last = table.column("last_ts").cast(pa.int64()).to_numpy()

    def of(self, k: int) -> slice:
        """Rows of one datastream."""
        low, high = np.searchsorted(self.k, [k, k + 1])
        return slice(int(low), int(high))


TAIL = pa.schema(
    [
        ("k", pa.int32()),
        ("low_block", pa.int64()),
        ("high_block", pa.int64()),
        ("width_s", pa.int64()),
        ("shift", pa.float64()),
        ("first_ts", pa.timestamp("us")),
        ("last_ts", pa.timestamp("us")),
    ]
)


def tails(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Datastreams whose blocks fall into two levels: the later part, as a stretch to look at. See TAIL."""
    del context
    levels = _Levels(tables["level"])
    states = set(pc.filter(tables["noise"].column("k"), tables["noise"].column("is_state")).to_pylist())
    rows = []
    for k in np.unique(levels.k):
        where = levels.of(int(k))
        number, x = levels.number[where], levels.x[where]
        if len(x) < 24 or int(k) in states:
            continue
        at, _, _ = split(x, 6)
        left, right = x[:at], x[at:]
        jump = float(np.median(right) - np.median(left))
        rest = np.concatenate([left - np.median(left), right - np.median(right)])
        scatter = 1.4826 * float(np.median(np.abs(rest)))
        half = (np.median(right) + np.median(left)) / 2
        parted = min(np.mean((right > half) == (jump > 0)), np.mean((left < half) == (jump > 0)))
        if scatter > 0 and parted >= 0.95 and abs(jump) > float(params["shift_k"]) * scatter:
            rows.append(
                {"k": int(k), "low_block": int(number[at]), "high_block": int(number[-1])}
                | {"width_s": int(levels.width[where][0]), "shift": jump}
                | {"first_ts": int(levels.first[where][at]), "last_ts": int(levels.last[where][-1])}
            )
    return pa.Table.from_pylist(rows, schema=TAIL)


def shifts(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Steps and drifts among the stretches of the step `stretch`. See SHIFT.

    Reads stretch, edge, level, stream (steps of sensor-qa).
    """
    del context, params
    stretches = tables["stretch"].to_pylist()
    if not stretches:
        return SHIFT.empty_table()
    stream = tables["stream"]
    levels = _Levels(tables["level"])
    lasts = stream.column("last_ts").cast(pa.int64()).to_pylist()
    ends = dict(zip(stream.column("k").to_pylist(), lasts, strict=True))
    edge = tables["edge"].sort_by([("k", "ascending"), ("segment", "ascending"), ("ts", "ascending")])
    ks, numbers = edge.column("k").to_numpy(), edge.column("segment").to_numpy()
    at, r = edge.column("ts").cast(pa.int64()).to_numpy(), edge.column("r").to_numpy().astype(float)
    rows = []
    for s in stretches:
        mine = (ks == s["k"]) & (numbers == s["segment"])
        where = levels.of(s["k"])
        series = (levels.number[where], levels.x[where], levels.first[where])
        found = _judged(s, at[mine], r[mine], series, ends[s["k"]])
        if found is not None:
            rows.append({"k": s["k"]} | found)
    return pa.Table.from_pylist(rows, schema=SHIFT)


def _judged(
    s: Mapping[str, Any], at: Longs, r: Floats, series: tuple[Longs, Floats, Longs], last: int
) -> dict[str, Any] | None:
    """What one stretch is: a step, a drift, or None for an event."""
    width = int(s["width_s"]) * 1_000_000
    low, high = _micros(s["first_ts"]), _micros(s["last_ts"])
    near = (at >= low - 3 * width) & (at <= low + 2 * width)
    start = _sharp(at[near], r[near], s["shift"], 1)
    near = (at >= high - 2 * width) & (at <= high + 3 * width)
    end = last + 1 if high >= last - width else _sharp(at[near], r[near], s["shift"], -1)
    if end is None:
        return None
    if start is not None:
        return {"test": "step", "start_ts": start, "end_ts": end - 1, "size": s["shift"]}
    number, apart, first = series
    before = np.flatnonzero(number <= s["high_block"])
    begin = max(0, int(np.searchsorted(number, s["low_block"])) - 6 * (s["high_block"] - s["low_block"] + 4))
    x = apart[before][begin:]
    if len(x) < 8:
        return None
    a, rise, explained = straight(x)
    at_end = high >= last - width  # nothing after it to tell a drift from weather: it must be straighter
    if explained < (0.95 if at_end else 0.85) or rise * s["shift"] <= 0 or abs(rise) < abs(s["shift"]):
        return None
    return {"test": "drift", "start_ts": int(first[before][begin + a]), "end_ts": end - 1, "size": rise}


def _micros(value: Any) -> int:
    return int(pa.scalar(value, pa.timestamp("us")).cast(pa.int64()).as_py())
