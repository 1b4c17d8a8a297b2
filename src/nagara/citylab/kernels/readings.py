"""One pass over all readings of a city, datastream by datastream: the heart of sensor-qa.

Rows come part by part (a few million at a time), so that memory stays flat; each datastream is a handful of
arrays that fit a processor's cache, and two threads take them in turn. What comes out is small.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from nagara.citylab.kernels.series import (
    Clock,
    moves_of,
    noise_of,
    period_of,
    series_of,
    usual_of,
    usual_values,
)
from nagara.citylab.kernels.shifts import shifts_of
from nagara.citylab.kernels.value_tests import Stream, failed_of, flat_of
from nagara.citylab.recipes import Context
from nagara.citylab.recipes.clock import clock

STAMP = pa.timestamp("us")
SCHEMAS = {
    "series": pa.schema(
        [("k", pa.int32())]
        + [(name, pa.int64()) for name in ("n", "n_missing", "n_failed", "n_days")]
        + [("first_ts", STAMP), ("last_ts", STAMP), ("period_s", pa.float64())]
    ),
    "days": pa.schema([("k", pa.int32()), ("day", pa.date32()), ("n", pa.int64()), ("middle", pa.float64())]),
    "tested": pa.schema(
        [("k", pa.int32()), ("ts", STAMP), ("value", pa.float64()), ("usual_value", pa.float64())]
        + [(name, pa.bool_()) for name in ("is_range", "is_spike", "is_unusual")]
        + [("step", pa.float64()), ("gap_s", pa.float64())]
    ),
    "flat": pa.schema(
        [
            ("k", pa.int32()),
            ("start_ts", STAMP),
            ("end_ts", STAMP),
            ("value", pa.float64()),
            ("n", pa.int64()),
        ]
    ),
    "shift": pa.schema(
        [
            ("k", pa.int32()),
            ("test", pa.string()),
            ("start_ts", STAMP),
            ("end_ts", STAMP),
            ("size", pa.float64()),
        ]
    ),
}
"""Steps that `look` gives. `series`: one row a datastream. `days`: one a datastream and local day. `tested`:
values that fail a test by themselves. `flat`: runs of one value. `shift`: steps and drifts of blocks."""

Columns = dict[str, Any]
Rows = tuple[npt.NDArray[Any], ...]
Found = dict[str, Columns]


def _judge(stream: Stream, rows: Rows, offsets: Clock, params: Mapping[str, Any]) -> Found:
    """Everything about one datastream, as columns of SCHEMAS without k."""
    ts, value, quality = rows
    series = series_of(ts, value, quality, offsets)
    days = series.days
    period = period_of(series, stream.period_s)
    found: Found = {
        "series": {
            "n": [days.n.sum()],
            "n_missing": [days.n_missing.sum()],
            "n_failed": [days.n_failed.sum()],
            "n_days": [len(days.day)],
            "first_ts": [series.first],
            "last_ts": [series.last],
            "period_s": [period],
        },
        "days": {"day": days.day, "n": days.n, "middle": days.middle},
    }
    if not len(series.value):
        return found
    stream = Stream(stream.k, stream.unit, period, stream.valid_min, stream.valid_max)
    usual = usual_of(series)
    moves = moves_of(series.value, series.value - usual_values(series, usual, period))
    limits = {"spike_k": float(params["spike_k"]), "step_k": float(params["step_k"])}
    noise = noise_of(series.value, moves, stream.unit, **limits)
    failed = failed_of(series, stream, usual, noise, params, moves)
    starts, ends = flat_of(series, noise, moves, params)
    shifts = [] if noise.is_state else shifts_of(series, moves.r, float(params["shift_k"]))
    found["tested"] = {
        "ts": series.ts[failed.at],
        "value": series.value[failed.at],
        "usual_value": usual.middle[series.hour[failed.at]],
        "is_range": failed.is_range,
        "is_spike": failed.is_spike,
        "is_unusual": failed.is_unusual,
        "step": failed.step,
        "gap_s": failed.gap_s,
    }
    found["flat"] = {
        "start_ts": series.ts[starts],
        "end_ts": series.ts[ends],
        "value": series.value[starts],
        "n": ends - starts + 1,
    }
    found["shift"] = {
        "test": np.array([s.test for s in shifts], object),
        "start_ts": np.array([s.start for s in shifts], np.int64),
        "end_ts": np.array([s.end for s in shifts], np.int64),
        "size": np.array([s.size for s in shifts], float),
    }
    return found


def _clock(tz: str) -> Clock:
    table = clock(tz)
    starts = table.column("start_ts").cast(pa.int64()).to_numpy().copy()
    starts[0] = np.iinfo(np.int64).min
    return Clock(starts, table.column("offset_s").to_numpy() * 1_000_000)


def _streams(span: pa.Table) -> dict[int, Stream]:
    def numbers(name: str) -> list[float]:
        return [float("nan") if v is None else float(v) for v in span.column(name).to_pylist()]

    columns = (numbers(name) for name in ("period_s", "valid_min", "valid_max"))
    ks, units = span.column("k").to_pylist(), span.column("unit").to_pylist()
    return {k: Stream(k, unit or "", *told) for k, unit, *told in zip(ks, units, *columns, strict=True)}


def _each(part: pa.Table) -> list[tuple[int, list[Rows]]]:
    """The rows of each datastream, as pieces: ts (microseconds), value (NaN where empty), quality."""
    k = part.column("k").to_numpy()
    ts = part.column("ts").cast(pa.int64()).to_numpy()
    columns = (ts, part.column("value").to_numpy(), part.column("quality").to_numpy())
    turns = np.flatnonzero(k[1:] != k[:-1]) + 1
    if len(turns) > 1000 + len(k) // 100:  # rows of many datastreams in turn
        order = np.argsort(k, kind="stable")
        k, columns = k[order], tuple(column[order] for column in columns)
        turns = np.flatnonzero(k[1:] != k[:-1]) + 1
    pieces: dict[int, list[Rows]] = {}
    for low, high in zip([0, *turns], [*turns, len(k)], strict=True):
        if high > low:
            pieces.setdefault(int(k[low]), []).append(tuple(column[low:high] for column in columns))
    return list(pieces.items())


def _joined(pieces: list[Rows]) -> Rows:
    """The pieces of one datastream as one, by their first times."""
    if len(pieces) == 1:
        return pieces[0]
    pieces.sort(key=lambda piece: int(piece[0][0]))
    return tuple(np.concatenate(columns) for columns in zip(*pieces, strict=True))


def _workers() -> int:
    given = os.environ.get("NAGARA_THREADS")
    return max(1, min(8, int(given) if given else os.cpu_count() or 1))


def look(
    parts: Iterable[pa.Table], tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context
) -> dict[str, pa.Table]:
    """Judge every datastream: the tables of SCHEMAS. Parts hold whole datastreams (k, ts, value, quality)."""
    streams, offsets = _streams(tables["span"]), _clock(context.tz)
    columns: dict[str, dict[str, list[Any]]] = {
        name: {field.name: [] for field in schema} for name, schema in SCHEMAS.items()
    }

    def judge(one: tuple[int, list[Rows]]) -> tuple[int, Found]:
        with np.errstate(all="ignore"):
            return one[0], _judge(streams[one[0]], _joined(one[1]), offsets, params)

    def keep(k: int, found: Found) -> None:
        for name, given in found.items():
            n = len(next(iter(given.values())))
            columns[name]["k"].append(np.full(n, k, np.int32))
            for column, values in given.items():
                columns[name][column].append(values)

    with ThreadPoolExecutor(_workers()) as pool:
        waiting: Iterable[tuple[int, Found]] = ()
        for part in parts:  # the next part is read while the threads are at this one
            for k, found in waiting:
                keep(k, found)
            waiting = pool.map(judge, _each(part))
        for k, found in waiting:
            keep(k, found)
    return {name: _table(columns[name], schema) for name, schema in SCHEMAS.items()}


def _table(columns: Mapping[str, list[Any]], schema: pa.Schema) -> pa.Table:
    arrays = []
    for field in schema:
        values = np.concatenate(columns[field.name]) if columns[field.name] else np.array([])
        if pa.types.is_string(field.type):
            arrays.append(pa.array(values.tolist(), field.type))
        elif pa.types.is_floating(field.type):
            arrays.append(pa.array(values.astype(float), field.type, from_pandas=True))
        elif pa.types.is_boolean(field.type):
            arrays.append(pa.array(values.astype(bool), field.type))
        elif pa.types.is_date32(field.type):
            arrays.append(pa.array(values.astype(np.int32), pa.int32()).cast(field.type))
        else:
            arrays.append(pa.array(values.astype(np.int64), pa.int64()).cast(field.type))
    return pa.table(arrays, schema=schema)
