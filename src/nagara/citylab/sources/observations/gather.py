"""Observations gathered as numbers, sorted and freed of duplicates, in memory that stays flat.

Each observation is 26 bytes: stream, time, value, row, file. Beyond `LIMIT` rows they go to temporary files,
one a group of streams; large groups are cut by time. Every part is then sorted by stream and time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.sources.text.casts import flat

LIMIT = 6_000_000
PARTS = 32
ROW = np.dtype([("stream", "<i4"), ("ts", "<i8"), ("value", "<f8"), ("row", "<i4"), ("file", "<i2")])
Array = npt.NDArray[Any]


@dataclass
class Part:
    """Observations of some streams over some time, sorted by stream, time and arrival."""

    stream: Array
    ts: Array
    value: Array
    row: Array
    file: Array

    def __len__(self) -> int:
        return len(self.stream)

    def take(self, index: Array) -> Part:
        columns = (self.ts, self.value, self.stream, self.row, self.file)
        if len(index) < 200_000:
            ts, value, stream, row, file = (column[index] for column in columns)
        else:  # numpy lets other threads run meanwhile
            with ThreadPoolExecutor(2) as pool:
                ts, value, stream, row, file = pool.map(lambda column: np.take(column, index), columns)
        return Part(stream, ts, value, row, file)


class Gathered:
    """Takes observations in any order; gives them back in parts that never share a (stream, time) key."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self.count = 0
        self._held: list[Part] = []
        self._in_memory = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def add(self, stream: Array, ts: Array, value: Array, row: Array, file: int) -> None:
        """Add observations: equally long arrays of stream numbers, microseconds, values, row numbers."""
        size = len(stream)
        if not size:
            return
        self._held.append(
            Part(
                stream.astype("<i4", copy=False),
                ts.astype("<i8", copy=False),
                value.astype("<f8", copy=False),
                row.astype("<i4", copy=False),
                np.full(size, file, "<i2"),
            )
        )
        self.count += size
        self._in_memory += size
        if self._in_memory >= self.limit:
            self._spill()

    def close(self) -> None:
        self._held = []
        if self._folder is not None:
            self._folder.cleanup()

    def parts(self) -> Iterator[Part]:
        """Parts in order of their streams, each sorted by stream, time and arrival."""
        if self._folder is None:
            held, self._held = self._held, []
            if held:
                yield _sorted(_joined(held))
            return
        self._spill()
        for number in range(PARTS):
            path = Path(self._folder.name) / f"{number}"
            if path.exists():
                yield from _cut(path, self.limit)
                path.unlink()

    def _spill(self) -> None:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="nagara-observations-")
        for held in self._held:
            group = held.stream % PARTS
            packed = np.empty(len(held), ROW)
            for name in ROW.names or ():
                packed[name] = getattr(held, name)
            order = np.argsort(group.astype(np.int8), kind="stable")
            packed, group = packed[order], group[order]
            edges = np.searchsorted(group, np.arange(PARTS + 1))
            for number in range(PARTS):
                if edges[number] < edges[number + 1]:
                    with (Path(self._folder.name) / f"{number}").open("ab") as file:
                        packed[edges[number] : edges[number + 1]].tofile(file)
        self._held, self._in_memory = [], 0


def _joined(held: list[Part]) -> Part:
    names = ("stream", "ts", "value", "row", "file")
    columns = []
    for name in names:
        columns.append(np.concatenate([getattr(part, name) for part in held]))
        for part in held:
            setattr(part, name, None)
    return Part(*columns)


def _cut(path: Path, limit: int) -> Iterator[Part]:
    """A group of streams, cut by time where it holds more than `limit` rows."""
    packed = np.memmap(path, ROW, "r")
    pieces = -(-len(packed) // limit)
    edges = np.array([], "int64")
    if pieces > 1:
        sample = np.sort(np.asarray(packed["ts"][:: max(1, len(packed) // 100_000)]))
        edges = np.unique(sample[(np.arange(1, pieces) * len(sample)) // pieces])
    for i in range(len(edges) + 1):
        low = edges[i - 1] if i else np.iinfo("int64").min
        high = edges[i] if i < len(edges) else np.iinfo("int64").max
        found = []
        for start in range(0, len(packed), 1 << 20):
            block = packed[start : start + (1 << 20)]
            block = block[(block["ts"] >= low) & (block["ts"] < high)] if len(edges) else block
            found.append(Part(*(np.ascontiguousarray(block[name]) for name in ROW.names or ())))
        yield _sorted(_joined(found))


def _sorted(part: Part) -> Part:
    if len(part) > 1 and (part.ts[1:] < part.ts[:-1]).any():
        part = part.take(np.argsort(part.ts, kind="stable"))
    if len(part) > 1 and (part.stream[1:] < part.stream[:-1]).any():
        small = part.stream.max() < 65_536
        keys = part.stream.astype(np.uint16) if small else part.stream
        part = part.take(np.argsort(keys, kind="stable"))
    return part


class MostlyConflicts(Exception):
    """Most keys have differing values: a column that tells the rows apart is missing from the mapping."""

    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index


@dataclass
class Settled:
    """A part with one observation a key. Index arrays point into `part`."""

    part: Part
    kept: Array  # index of the observation kept for each key
    suspect: Array  # mask over `kept`: its key had differing values
    copies: Array  # index of exact copies, counted once
    others: Array  # index of observations that lost to the kept one
    winner: Array  # for each of `others`: index of the one kept
    groups: tuple[int, int, int, int]  # conflicting groups and their rows, identical groups and their rows
    value: Array  # values kept (means where asked for)


def settle(part: Part, keep: str, circular: Array) -> Settled:
    """One observation a (stream, time): exact copies are counted once; of differing values the first is kept.

    `keep`: first, last, max, min or mean; `circular` marks, for each stream number, directions in degrees,
    whose mean is that of vectors.
    """
    size = len(part)
    new = np.ones(size, bool)
    new[1:] = (part.stream[1:] != part.stream[:-1]) | (part.ts[1:] != part.ts[:-1])
    starts = np.flatnonzero(new)
    lengths = np.diff(np.append(starts, size))
    many = lengths > 1
    none = np.array([], np.int64)
    if not many.any():
        return Settled(part, starts, np.zeros(size, bool), none, none, none, (0, 0, 0, 0), part.value)
    kept, suspect = starts.copy(), np.zeros(len(starts), bool)
    value = part.value[starts].copy()
    copies, others, winner = [], [], []
    same_groups = same_rows = odd_groups = odd_rows = 0
    simple = np.ones(len(starts), bool)
    simple[many] = _all_equal(part.value, starts[many], lengths[many])
    plain = many & simple
    same_groups, same_rows = int(plain.sum()), int(lengths[plain].sum())
    copies.append(_tails(starts[plain], lengths[plain]))
    odd = np.flatnonzero(many & ~simple)
    if len(odd) > 1000 and len(odd) > len(starts) // 2:
        raise MostlyConflicts(int(starts[odd[0]]))
    for group in odd:
        rows = np.arange(starts[group], starts[group] + lengths[group])
        odd_groups, odd_rows = odd_groups + 1, odd_rows + len(rows)
        index = _chosen(part.value[rows], keep)
        best = rows[index]
        kept[group], suspect[group] = best, True
        value[group] = part.value[best]
        if keep == "mean":
            value[group] = mean(part.value[rows], circular=bool(circular[part.stream[best]]))
        alike = (part.value[rows] == part.value[best]) & (rows != best)
        copies.append(rows[alike])
        lost = rows[~alike & (rows != best)]
        others.append(lost)
        winner.append(np.full(len(lost), best))
    return Settled(
        part,
        kept,
        suspect,
        np.sort(np.concatenate(copies)),
        np.concatenate(others) if others else none,
        np.concatenate(winner) if winner else none,
        (odd_groups, odd_rows, same_groups, same_rows),
        value,
    )


def _tails(starts: Array, lengths: Array) -> Array:
    """All but the first index of each group."""
    if not len(starts):
        return np.array([], np.int64)
    total = int((lengths - 1).sum())
    base = np.repeat(starts + 1, lengths - 1)
    within = np.arange(total) - np.repeat(np.cumsum(lengths - 1) - (lengths - 1), lengths - 1)
    return np.asarray(base + within)


def _all_equal(value: Array, starts: Array, lengths: Array) -> Array:
    """Whether each group (none is empty) holds one value only, bit by bit."""
    bits = value.view(np.int64)
    ends = np.cumsum(lengths)
    inside = bits[np.arange(ends[-1]) + np.repeat(starts - ends + lengths, lengths)]
    differs = inside != np.repeat(bits[starts], lengths)
    return np.asarray(~np.logical_or.reduceat(differs, ends - lengths))


def _chosen(values: Array, keep: str) -> int:
    """Index of the value to keep; empty values lose to filled ones."""
    filled = np.flatnonzero(~np.isnan(values))
    if not len(filled):
        return 0
    if keep == "last":
        return int(filled[-1])
    if keep == "max":
        return int(filled[np.argmax(values[filled])])
    if keep == "min":
        return int(filled[np.argmin(values[filled])])
    return int(filled[0])


def mean(values: Array, *, circular: bool = False) -> float:
    """The mean of the filled values; of directions (degrees, circular) the direction of the mean vector."""
    filled = values[~np.isnan(values)]
    if not len(filled):
        return float("nan")
    if not circular:
        return float(filled.mean())
    angle = np.deg2rad(filled)
    east, north = np.sin(angle).mean(), np.cos(angle).mean()
    if np.hypot(east, north) < 1e-9:
        return float("nan")  # opposite winds have no mean direction
    return float(np.rad2deg(np.arctan2(east, north)) % 360)


def mixed(hashes: Array, bits: Array) -> Array:
    """Row hashes (uint64) with the bits of one more column mixed in."""
    with np.errstate(over="ignore"):
        mixed = (hashes ^ (bits + np.uint64(0x9E3779B97F4A7C15))) * np.uint64(0xFF51AFD7ED558CCD)
        return mixed ^ (mixed >> np.uint64(33))


def word_hashes(column: pa.ChunkedArray) -> Array:
    """A number for each cell of text, the same in every run."""
    coded = flat(column).dictionary_encode()
    hashes = [crc32(w.encode()) + 1 for w in coded.dictionary.to_pylist()]
    indices = pc.fill_null(coded.indices, len(hashes)).to_numpy(zero_copy_only=False)
    return np.array([*hashes, 0], np.uint64)[indices]
