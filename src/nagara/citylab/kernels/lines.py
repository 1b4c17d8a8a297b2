"""Lines of public transport: how long the network is where lines overlap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from nagara.citylab.recipes import Context

STEP_M = 5.0
MOST_STEPS = 2_000_000
PIECE_M = 500.0
Line = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
"""x, y and distance along of the vertices of one line, in metres."""


def unique_length(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Length of all lines, where lines closer than about `corridor_m` count once.

    Lines are walked in steps of five metres (longer ones beyond two million steps), the longest line first.
    A step counts where no line, nor the same line more than 500 m before, has passed nearby. Half and twice
    the width give the range.

    In: `shape` (WKB lines, WGS 84). Out: one row: n lines, metres_all (sum of lengths), metres, lo, hi: all
    in metres in the city's metric system (`context.epsg`).
    """
    lines = sorted(_metric_lines(tables["shape"], context.epsg), key=lambda line: -line[2][-1])
    width = float(params["corridor_m"])
    walked = [_walk(lines, w) for w in (width, 2 * width, width / 2)]
    return pa.table(
        {
            "n": pa.array([len(lines)], pa.int64()),
            "metres_all": pa.array([float(sum(line[2][-1] for line in lines))], pa.float64()),
            "metres": pa.array([walked[0]], pa.float64()),
            "lo": pa.array([min(walked)], pa.float64()),
            "hi": pa.array([max(walked)], pa.float64()),
        }
    )


def _metric_lines(shape: pa.Table, epsg: int) -> Iterator[Line]:
    """Distinct lines of some length in the metric system."""
    distinct = np.unique(np.array([w for w in shape.column("geom_wkb").to_pylist() if w], dtype=object))
    lines = shapely.get_parts(shapely.from_wkb(distinct, on_invalid="ignore"))
    lines = lines[shapely.length(lines) > 0]
    if not len(lines):
        return
    to_metres = Transformer.from_crs(4326, epsg, always_xy=True)
    coords, which = shapely.get_coordinates(lines, return_index=True)
    x, y = to_metres.transform(coords[:, 0], coords[:, 1])
    starts = np.flatnonzero(np.diff(which, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(which)], strict=True):
        xs, ys = x[start:end], y[start:end]
        along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(xs), np.diff(ys)))])
        if np.isfinite(along[-1]) and along[-1] > 0:
            yield xs, ys, along


def _walk(lines: list[Line], width: float) -> float:
    """Metres walked where nobody walked before."""
    step = max(STEP_M, sum(line[2][-1] for line in lines) / MOST_STEPS)
    cell = width / 1.5  # a square and its eight neighbours reach from one to two cells: 1.5 on average
    seen: set[int] = set()
    total = 0.0
    for xs, ys, along in lines:
        count = max(1, round(along[-1] / step))
        at = (np.arange(count) + 0.5) * (along[-1] / count)
        column = np.floor(np.interp(at, along, xs) / cell).astype(np.int64)
        row = np.floor(np.interp(at, along, ys) / cell).astype(np.int64)
        keys = ((column << 32) + row).tolist()
        size, waiting = max(1, round(PIECE_M / step)), set[int]()
        for start in range(0, count, size):
            piece = [key for key in keys[start : start + size] if key not in seen]
            total += len(piece) * along[-1] / count
            # The piece just walked joins what was seen one piece later, else each would begin in its shadow.
            _add_around(seen, waiting)
            waiting = set(piece)
        _add_around(seen, waiting)
    return total


def _add_around(seen: set[int], keys: set[int]) -> None:
    for key in keys:
        for column in (key - (1 << 32), key, key + (1 << 32)):
            seen.update((column - 1, column, column + 1))
