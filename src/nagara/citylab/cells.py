"""H3 cells: the one key of place.

Cells are H3 indexes as signed 64-bit numbers (an H3 index never uses the sign bit). A parent is found by
bit arithmetic alone, so SQL needs no H3 function: see `parent_sql`. Bit layout: H3 documentation,
"H3 cell index" (4 bits of resolution from bit 52, then 3 bits a resolution, unused ones all set).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import h3.api.numpy_int as h3
import numpy as np
import numpy.typing as npt
import pyarrow as pa

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_RES_SHIFT = 52
_RES_MASK = 0xF << _RES_SHIFT
_FINEST = 15


def cells_of(lon: Any, lat: Any, res: int) -> pa.Int64Array:
    """The H3 cell of each point at resolution `res` (0-15).

    `lon`, `lat`: degrees WGS 84, same length: Arrow arrays, numpy arrays or lists. Points that are empty,
    not finite or outside the globe have no cell (null). About 0.7 s a million points; points that repeat
    one after the other are computed once.
    """
    x, y = degrees(lon), degrees(lat)
    if len(x) != len(y):
        raise ValueError(f"{len(x)} longitudes but {len(y)} latitudes")
    good = (np.abs(x) <= 180) & (np.abs(y) <= 90)
    gx, gy = x[good], y[good]
    first = np.ones(len(gx), dtype=bool)
    first[1:] = (gx[1:] != gx[:-1]) | (gy[1:] != gy[:-1])
    runs = np.cumsum(first) - 1
    ux, uy = gx[first].tolist(), gy[first].tolist()
    found = np.fromiter(map(h3.latlng_to_cell, uy, ux, [res] * len(ux)), dtype=np.int64, count=len(ux))
    out = np.zeros(len(x), dtype=np.int64)
    out[good] = found[runs]
    return pa.array(out, mask=~good)


def degrees(values: Any) -> Floats:
    """Numbers as a float array; empty ones become NaN."""
    if isinstance(values, pa.Array | pa.ChunkedArray):
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        return np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    return np.asarray(values, dtype=np.float64)


def parents_of(cells: Any, res: int) -> Longs:
    """The parent of each cell at the coarser resolution `res`; a coarser cell than that stays as it is."""
    child = np.asarray(cells, dtype=np.int64)
    keep, fill = _parent_bits(res)
    parent = (child & keep) | fill
    return np.where(((child & _RES_MASK) >> _RES_SHIFT) > res, parent, child)


def parent_sql(column: str, res: int) -> str:
    """SQL for the parent of the cell in `column` at `res`, in operators that DuckDB and Spark share.

    The cells must be finer than `res` or equal to it. `column` is an SQL expression that the caller trusts.
    """
    keep, fill = _parent_bits(res)
    return f"((({column}) & ({keep})) | {fill})"


def _parent_bits(res: int) -> tuple[int, int]:
    if not 0 <= res <= _FINEST:
        raise ValueError(f"resolution {res} is not in 0-15")
    return ~_RES_MASK, (res << _RES_SHIFT) | ((1 << (3 * (_FINEST - res))) - 1)


def resolutions_of(cells: Any) -> Longs:
    """The resolution of each cell."""
    return (np.asarray(cells, dtype=np.int64) >> _RES_SHIFT) & 0xF


def to_hex(cell: int) -> str:
    """The H3 text form, e.g. 617700169958293503 -> '8928308280fffff'."""
    return f"{cell:x}"


def from_hex(text: str) -> int:
    """The number of an H3 text form. Raises ValueError where the text is no H3 cell."""
    cell = int(text, 16)
    if not 0 < cell < 1 << 63 or not h3.is_valid_cell(cell):
        raise ValueError(f"{text!r} is not an H3 cell")
    return cell


def centres_of(cells: Iterable[int]) -> tuple[Floats, Floats]:
    """Longitude and latitude (degrees WGS 84) of the middle of each cell."""
    pairs = np.array([h3.cell_to_latlng(int(c)) for c in cells], dtype=np.float64).reshape(-1, 2)
    return pairs[:, 1].copy(), pairs[:, 0].copy()


def outlines_of(cells: Iterable[int]) -> list[list[tuple[float, float]]]:
    """The corners of each cell as (longitude, latitude) pairs, degrees WGS 84, not closed.

    Five or six corners, more where a cell crosses an edge of the icosahedron.
    """
    return [[(lon, lat) for lat, lon in h3.cell_to_boundary(int(c))] for c in cells]
