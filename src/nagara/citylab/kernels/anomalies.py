"""Episodes of bad sensor data: from single failed values and daily middles to faults with start and end.

The tests value by value run in SQL (recipe sensor-qa). This kernel joins what they found into episodes:
a step that later steps back is one episode; a step that holds is one to the end; a drift is a departure
from the neighbours (or, without any, from the sensor's own past) that grows day by day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.kernels.shifts import hinges
from nagara.citylab.recipes import Context

Floats = npt.NDArray[np.float64]

FAULT = pa.schema(
    [
        ("k", pa.int32()),
        ("test", pa.string()),
        ("start_ts", pa.timestamp("us")),
        ("end_ts", pa.timestamp("us")),
        ("size", pa.float64()),
        ("n", pa.int64()),
    ]
)
MAD = 1.4826
"""Factor that makes the median distance from the median a standard deviation, for normal noise."""


def _from_flags(tested: pa.Table, flag: str, test: str) -> pa.Table:
    """Each failed value as an episode of its own. `size` is its distance from the usual value."""
    rows = tested.filter(tested.column(flag))
    away = pc.subtract(rows.column("value"), rows.column("usual_value"))
    return pa.table(
        {
            "k": rows.column("k"),
            "test": pa.array([test] * rows.num_rows, pa.string()),
            "start_ts": rows.column("ts"),
            "end_ts": rows.column("ts"),
            "size": away,
            "n": pa.array(np.ones(rows.num_rows, np.int64)),
        }
    ).cast(FAULT)


def _gaps(tested: pa.Table, period: Mapping[int, float]) -> pa.Table:
    """Episodes without values. `size` is how long (s), `n` how many values are missing."""
    rows = tested.filter(pc.is_valid(tested.column("gap_s")))
    ks = rows.column("k").to_numpy(zero_copy_only=False)
    long = rows.column("gap_s").to_numpy(zero_copy_only=False).astype(float)
    ends = rows.column("ts").to_numpy(zero_copy_only=False).astype("datetime64[us]")
    usual = np.array([period[int(k)] for k in ks], float)
    missing = np.maximum(np.rint(long / usual) - 1, 0).astype(np.int64) if len(ks) else np.array([], np.int64)
    starts = ends - np.rint(long * 1e6).astype("timedelta64[us]")
    return pa.table(
        [pa.array(ks, pa.int32()), pa.array(["gap"] * len(ks), pa.string()), starts, ends, long, missing],
        schema=FAULT,
    )


def _flat(flat: pa.Table) -> pa.Table:
    """Stuck runs. `size` is how long (s)."""
    starts = flat.column("start_ts").to_numpy(zero_copy_only=False).astype("datetime64[us]")
    ends = flat.column("end_ts").to_numpy(zero_copy_only=False).astype("datetime64[us]")
    seconds = (ends - starts).astype(np.int64) / 1e6
    names = pa.array(["flatline"] * flat.num_rows, pa.string())
    return pa.table([flat.column("k"), names, starts, ends, seconds, flat.column("n")], schema=FAULT)


def _beside_flat(jumps: pa.Table, flat: pa.Table, period: Mapping[int, float]) -> npt.NDArray[np.bool_]:
    """Jumps that are only the start or the end of a stuck run."""
    beside = np.zeros(jumps.num_rows, bool)
    at = jumps.column("ts").to_numpy(zero_copy_only=False).astype("datetime64[us]")
    ks = jumps.column("k").to_numpy(zero_copy_only=False)
    for run in flat.to_pylist():
        slack = np.timedelta64(int(4e6 * period[run["k"]]), "us")
        start, end = np.datetime64(run["start_ts"], "us"), np.datetime64(run["end_ts"], "us")
        beside |= (ks == run["k"]) & (at >= start - slack) & (at <= end + slack)
    return beside


def _holds(days: Floats, middles: Floats, at: float, size: float, until: float) -> bool:
    """True where the daily middles stay shifted by at least half of `size` from day `at` on."""
    before = middles[(days < np.floor(at)) & (days >= at - 15)]
    after = middles[(days > at) & (days <= until)]
    if len(before) < 2 or len(after) < 2:
        return False
    shift = after - np.median(before)
    spread = MAD * np.median(np.abs(before - np.median(before)))
    return bool(np.mean(shift * np.sign(size) > max(abs(size) / 2, 3 * spread)) >= 0.9)


def _pair(
    at: Floats, size: Floats, days: Floats, middles: Floats, last: float, within: float
) -> list[tuple[int, float]]:
    """Steps of one datastream as (index of the step, end): times in days since 1970.

    A step ends where one of the opposite sign and like size comes within `within` days; else at the end of
    the data if the daily middles stay shifted; else it is the jump alone.
    """
    found: list[tuple[int, float]] = []
    used = np.zeros(len(at), bool)
    for i in range(len(at)):
        if used[i]:
            continue
        ratio = -size / size[i]
        back = np.flatnonzero((at > at[i]) & ~used & (ratio > 0.6) & (ratio < 1.67) & (at - at[i] <= within))
        if len(back):
            used[back[0]] = True
            found.append((i, float(at[back[0]]) - 1 / 86400))
        else:
            held = _holds(days, middles, float(at[i]), float(size[i]), last)
            found.append((i, last if held else float(at[i])))
    return found


def _stamp(day: float) -> np.datetime64:
    return np.datetime64(round(day * 86400e6), "us")


def _in_days(column: pa.ChunkedArray) -> Floats:
    stamps = column.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False).astype("datetime64[us]")
    return stamps.astype(np.int64) / 86400e6


def _steps(
    tables: Mapping[str, pa.Table], daily: _Daily, period: Mapping[int, float], within: float
) -> pa.Table:
    """Level shifts. `size` is the shift in the datastream's unit."""
    jumps = tables["tested"].filter(pc.is_valid(tables["tested"].column("step")))
    other = _beside_flat(jumps, tables["flat"], period) | _at_edges(jumps, tables["shift"], period)
    jumps = jumps.filter(pa.array(~other)).sort_by([("k", "ascending"), ("ts", "ascending")])
    ks = jumps.column("k").to_numpy(zero_copy_only=False)
    at, size = _in_days(jumps.column("ts")), jumps.column("step").to_numpy(zero_copy_only=False).astype(float)
    rows: list[tuple[Any, ...]] = []
    for k in np.unique(ks):
        mine = ks == k
        days, middles = daily.of(int(k))
        for i, end in _pair(at[mine], size[mine], days, middles, daily.last[int(k)], within):
            start = at[mine][i]
            n = int(max(1, round((end - start) * 86400 / period[int(k)]))) if end > start else 1
            rows.append((int(k), "step", _stamp(start), _stamp(max(start, end)), float(size[mine][i]), n))
    return _faults(rows)


def _faults(rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(FAULT)
    arrays = [pa.array(list(values), field.type) for values, field in zip(columns, FAULT, strict=True)]
    return pa.table(arrays, schema=FAULT)


def _lookup(table: pa.Table, key: str, values: list[Any]) -> dict[Any, Any]:
    return dict(zip(table.column(key).to_pylist(), values, strict=True))


class _Daily:
    """Daily middles as arrays: days since 1970 (local), one row a datastream."""

    def __init__(self, days: pa.Table, stream: pa.Table) -> None:
        table = days.filter(pc.greater(days.column("n"), 0))
        self.k = table.column("k").to_numpy(zero_copy_only=False)
        self.day = table.column("day").cast(pa.int32()).to_numpy(zero_copy_only=False).astype(float)
        self.middle = table.column("middle").to_numpy(zero_copy_only=False).astype(float)
        self.n = table.column("n").to_numpy(zero_copy_only=False).astype(float)
        self.last = _lookup(stream, "k", _in_days(stream.column("last_ts")).tolist())
        order = np.lexsort((self.day, self.k))
        self.k, self.day, self.middle, self.n = (a[order] for a in (self.k, self.day, self.middle, self.n))

    def leave_out(self, faults: pa.Table) -> None:
        """Forget the days that an episode of more than an hour touches."""
        for fault in faults.to_pylist():
            start, end = (
                np.datetime64(fault[name], "us").astype(np.int64) / 86400e6 for name in ("start_ts", "end_ts")
            )
            if end - start > 1 / 24:
                self.middle[(self.k == fault["k"]) & (self.day >= start - 1.6) & (self.day <= end + 0.6)] = (
                    np.nan
                )

    def of(self, k: int) -> tuple[Floats, Floats]:
        low, high = np.searchsorted(self.k, [k, k + 1])
        return self.day[low:high], self.middle[low:high]

    def matrix(self, ks: list[int]) -> tuple[Floats, Floats]:
        """Days, and middles as (datastreams, days) with NaN where there is none or too little of a day."""
        mine = np.isin(self.k, ks)
        first, last = self.day[mine].min(), self.day[mine].max()
        grid = np.full((len(ks), int(last - first) + 1), np.nan)
        for row, k in enumerate(ks):
            low, high = np.searchsorted(self.k, [k, k + 1])
            enough = self.n[low:high] >= 0.5 * np.median(self.n[low:high])
            at = (self.day[low:high] - first).astype(int)
            grid[row, at[enough]] = self.middle[low:high][enough]
        return first + np.arange(grid.shape[1]), grid


def _median(values: Floats, axis: int) -> Floats:
    """Median without the empty ones; empty where there is nothing."""
    with np.errstate(all="ignore"):
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            return np.asarray(np.nanmedian(values, axis=axis))


def _less_peers(grid: Floats, lon: Floats, lat: Floats, peers: int) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Each row less the median of its nearest `peers` rows; and which rows had at least five peers."""
    centred = grid - _median(grid, 1)[:, None]
    away = (lon[:, None] - lon) ** 2 * np.cos(
        np.radians(np.nanmean(lat) if np.isfinite(lat).any() else 0)
    ) ** 2
    away = np.where(np.isfinite(away), away + (lat[:, None] - lat) ** 2, 1e9)
    np.fill_diagonal(away, np.inf)
    left, had = centred.copy(), np.zeros(len(grid), bool)
    for row in range(len(grid)):
        near = np.argsort(away[row], kind="stable")[: min(peers, len(grid) - 1)]
        typical = _median(centred[near], 0)
        several = np.isfinite(centred[near]).sum(0) >= 5
        if several.any():
            had[row] = True
            left[row] = np.where(several, centred[row] - typical, np.nan)
    return left, had


def ramp(
    days: Floats, x: Floats, *, least_days: int = 3, sigmas: float = 6.0
) -> tuple[int, int, float] | None:
    """The ramp in a daily series: (index of its first day, of its last, how far it rose), or None.

    Least squares over "level, then a straight departure from day a to day b, then level again or gone":
    taken where the departure is more than `sigmas` times the day-to-day noise and explains 80 % of what a
    constant leaves. days, x: same length, no empty values.
    """
    if len(x) < least_days + 4:
        return None
    noise = MAD * float(np.median(np.abs(np.diff(x)))) / np.sqrt(2)
    centre = float(np.median(x[: max(3, len(x) // 4)]))
    smooth = np.convolve(x - centre, np.ones(3) / 3, "same")
    peak = int(np.argmax(np.abs(smooth[1:-1]))) + 1
    if abs(smooth[peak]) < sigmas * noise / 2 or noise == 0:
        return None
    best: tuple[float, int, int, float] | None = None
    for end in sorted({peak, min(peak + 1, len(x) - 1), len(x) - 1}):
        rise, explained = hinges(days[: end + 1], x[: end + 1])
        taken = (np.abs(rise) > sigmas * noise) & (explained > 0.8)
        taken[:2] = taken[max(0, end - least_days + 1) :] = False
        if taken.any():
            a = int(np.argmax(np.where(taken, explained, -1.0)))
            if best is None or explained[a] > best[0]:
                best = (float(explained[a]), a, end, float(rise[a]))
    return None if best is None else best[1:]


def _drifts(
    tables: Mapping[str, pa.Table], daily: _Daily, params: Mapping[str, Any], zone: ZoneInfo
) -> list[tuple[Any, ...]]:
    stream = tables["stream"].sort_by("k")
    places = {t["thing_id"]: (t["lon"], t["lat"]) for t in tables["thing"].to_pylist()}
    by_property: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in stream.to_pylist():
        if row["n"] and row["n_days"] >= 10:
            by_property.setdefault((row["property"], row["unit"]), []).append(row)
    rows: list[tuple[Any, ...]] = []
    for members in by_property.values():
        ks = [m["k"] for m in members]
        days, grid = daily.matrix(ks)
        where = [places.get(m["thing_id"], (None, None)) for m in members]
        lon, lat = (np.array([np.nan if w[i] is None else w[i] for w in where], float) for i in (0, 1))
        left, had = _less_peers(grid, lon, lat, int(params["peers"]))
        for i in np.flatnonzero(had):
            known = np.isfinite(left[i])
            found = ramp(days[known], left[i][known], sigmas=float(params["drift_k"]))
            if found is not None:
                a, b, rise = found
                start = _midnight(days[known][a], zone)
                end = _midnight(days[known][b] + 1, zone)
                rows.append((ks[i], "drift", start, end, rise, b - a + 1))
    return rows


def _shifted(shift: pa.Table, found: pa.Table, period: Mapping[int, float]) -> pa.Table:
    """Steps and drifts of the step `shift`, less those that a fault already `found` covers by half."""
    rows: list[tuple[Any, ...]] = []
    known = [row for row in found.to_pylist() if row["end_ts"] > row["start_ts"]]
    for row in shift.to_pylist():
        long = (row["end_ts"] - row["start_ts"]).total_seconds()
        both = sum(
            max(0.0, (min(row["end_ts"], f["end_ts"]) - max(row["start_ts"], f["start_ts"])).total_seconds())
            for f in known
            if f["k"] == row["k"]
        )
        if both < 0.5 * long:
            n = max(1, round(long / period[row["k"]]))
            rows.append((row["k"], row["test"], row["start_ts"], row["end_ts"], row["size"], n))
    return _faults(rows)


def _at_edges(jumps: pa.Table, shift: pa.Table, period: Mapping[int, float]) -> npt.NDArray[np.bool_]:
    """Jumps that are one end of a shift of blocks whose other end no jump shows: they have no partner."""
    at_edge = np.zeros(jumps.num_rows, bool)
    at = jumps.column("ts").to_numpy(zero_copy_only=False).astype("datetime64[us]")
    ks = jumps.column("k").to_numpy(zero_copy_only=False)
    for row in shift.to_pylist():
        slack = np.timedelta64(int(3e6 * period[row["k"]]), "us")
        mine = ks == row["k"]
        start, end = (
            mine & (np.abs(at - np.datetime64(row[name], "us")) <= slack) for name in ("start_ts", "end_ts")
        )
        if start.any() != end.any():
            at_edge |= start | end
    return at_edge


def _midnight(day: float, zone: ZoneInfo) -> datetime:
    local = datetime.combine(date(1970, 1, 1) + timedelta(days=int(day)), time(), tzinfo=zone)
    return local.astimezone(UTC).replace(tzinfo=None)


def episodes(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """All faults: columns k, test, start_ts, end_ts (UTC), size, n, datastream_id.

    Reads tested, flat, shift, days, stream (steps of sensor-qa) and thing. `test` is one of range, spike,
    unusual, flatline, step, drift, gap. A gap starts at the last value before it and ends at the first one
    after it.
    """
    stream = tables["stream"]
    known = _lookup(stream, "k", stream.column("period_s").to_pylist())
    period = {k: float(p) if p else 86400.0 for k, p in known.items()}
    tested = tables["tested"]
    daily = _Daily(tables["days"], stream)
    flat, steps = _flat(tables["flat"]), _steps(tables, daily, period, float(params["step_days"]))
    shifted = _shifted(tables["shift"], pa.concat_tables([flat, steps]), period)
    daily.leave_out(pa.concat_tables([flat, steps, shifted]))
    drifts = _drifts(tables, daily, params, ZoneInfo(context.tz))
    parts = [
        _from_flags(tested, "is_range", "range"),
        _from_flags(tested, "is_spike", "spike"),
        _from_flags(tested, "is_unusual", "unusual"),
        flat,
        steps,
        shifted,
        _faults(drifts),
        _gaps(tested, period),
    ]
    found = pa.concat_tables(parts)
    names = _lookup(stream, "k", stream.column("datastream_id").to_pylist())
    ids = pa.array([names[k] for k in found.column("k").to_pylist()], pa.string())
    return found.append_column("datastream_id", ids)
