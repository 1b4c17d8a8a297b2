"""Cells of text columns: blanks stripped, NA markers emptied, header names made unique."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings
from nagara.citylab.sources.text.casts import At

Places: TypeAlias = npt.NDArray[np.int64]
ALWAYS_NA = ("NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NAN", "NULL", "null", "Null")
BLANKS = " \t\r\n\f\v\u00a0\u2007\u202f\ufeff\u200b\u3000"


class Cleaner:
    """Strips cells and empties NA markers; counts the markers named in the mapping file as a finding."""

    def __init__(self, how: Mapping[str, Any], file: str, findings: Findings) -> None:
        given = how.get("na", [])
        self.named = tuple(str(marker) for marker in ([given] if isinstance(given, str) else given))
        self.file, self.findings = file, findings
        self.markers = pa.array(sorted({*self.named, *ALWAYS_NA}), pa.string())
        self.firsts = np.zeros(256, bool)
        self.firsts[[m.encode()[0] for m in self.markers.to_pylist() if m]] = True
        self.longest = max(len(m.encode()) for m in self.markers.to_pylist())

    def __call__(self, table: pa.Table, first_row: int) -> pa.Table:
        columns = [self._column(name, table.column(name), first_row) for name in table.column_names]
        return pa.table(columns, names=table.column_names)

    def _column(self, name: str, column: pa.ChunkedArray, first_row: int) -> pa.ChunkedArray:
        array = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        if isinstance(array, pa.ChunkedArray):
            array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], pa.string())
        blank, marked = self._suspects(array)
        if blank:
            array = pc.utf8_trim(array, BLANKS)
            array = pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)
            marked = np.arange(len(array))
        if len(marked):
            array = self._emptied(name, array, marked, first_row)
        return pa.chunked_array([array])

    def _suspects(self, array: pa.Array) -> tuple[bool, Places]:
        """Whether any cell begins or ends with a blank; and the cells that may be an NA marker."""
        none = np.zeros(0, np.int64)
        _, offsets_buffer, data_buffer = array.buffers()
        if data_buffer is None or not len(array):
            return False, none
        start, length = array.offset, len(array)
        offsets = np.frombuffer(offsets_buffer, np.int32)[start : start + length + 1]
        data = np.frombuffer(data_buffer, np.uint8)
        sizes = np.diff(offsets)
        filled = sizes > 0
        head, tail = offsets[:-1][filled], offsets[1:][filled] - 1
        if not len(head):
            return False, none
        first, last = data[head], data[tail]
        blank = bool(((first <= 32) | (first >= 0xC2) | (last <= 32) | (last >= 0x80)).any())
        marked = self.firsts[first] & (sizes[filled] <= self.longest)
        return blank, np.flatnonzero(filled)[marked] if marked.any() else none

    def _emptied(self, name: str, array: pa.Array, places: Places, first_row: int) -> pa.Array:
        """The cells without NA markers; only `places` may hold one."""
        some = array.take(pa.array(places)) if len(places) < len(array) else array

        def among(markers: pa.Array) -> pa.Array:
            inside = pc.fill_null(pc.is_in(some, value_set=markers), False)
            mask = np.zeros(len(array), bool)
            mask[places] = inside.to_numpy(zero_copy_only=False)
            return pa.array(mask)

        found = among(self.markers)
        if not pc.any(found).as_py():
            return array
        if self.named:
            named = among(pa.array(self.named, pa.string()))
            At(self.findings, self.file, first_row, name).report(
                named,
                array,
                "na-marker",
                f"cells with an NA marker ({', '.join(self.named)}) were read as empty",
                severity="note",
                mend="",
            )
        return pc.if_else(found, pa.scalar(None, pa.string()), array)


def header_names(cells: Sequence[str], file: str, row: int, findings: Findings) -> list[str]:
    """Names of columns: stripped, composed (NFC), empty ones and doubles numbered, with findings."""
    names: list[str] = []
    for i, cell in enumerate(cells, 1):
        name = " ".join(unicodedata.normalize("NFC", cell).strip(BLANKS).split())
        if not name:
            name = f"column_{i}"
            findings.note("unnamed-column", f"a column without a name is called {name}.", file=file, row=row)
        if name in names:
            old, k = name, 2
            while (name := f"{old}_{k}") in names:
                k += 1
            findings.warn(
                "double-column",
                f"two columns are called {old!r}; the later one is called {name!r}.",
                file=file,
                row=row,
                column=old,
                mend="Give each column a name of its own.",
            )
        names.append(name)
    return names


def find_header(records: Sequence[Sequence[str]], wanted: int | None = None) -> int:
    """Index of the header among the first records: the first that is as wide as most rows are.

    Lines above it (titles, notes) are narrower. `wanted` is the row number that the mapping file gives.
    """
    if wanted is not None:
        return wanted - 1
    widths = [sum(1 for cell in record if cell.strip(BLANKS)) for record in records]
    full = [w for w in widths if w]
    if not full:
        return 0
    usual = max(set(full), key=lambda w: (full.count(w), w))
    if usual == 1:
        return next(i for i, w in enumerate(widths) if w)
    floor = max(2, -(-usual * 6 // 10))
    return next((i for i, w in enumerate(widths) if w >= floor), 0)


def note_preamble(records: Sequence[Sequence[str]], header: int, file: str, findings: Findings) -> None:
    above = [" ".join(cell for cell in record if cell.strip()) for record in records[:header]]
    above = [text for text in above if text]
    findings.repair(
        "lines-above-header",
        f"lines above the header (row {header + 1}) were left out.",
        file=file,
        row=1,
        count=len(above),
        example=above[0] if above else "",
        mend="If the header is another row, give [read] header_row.",
    )


def pieces(
    first_row: int, table: pa.Table, drop: np.ndarray[Any, Any], limit: int = 2000
) -> Iterator[tuple[int, pa.Table]]:
    """`table` without the rows marked in `drop`, cut so that rows of a piece stay consecutive."""
    marked = np.flatnonzero(drop)
    if len(marked) > limit:
        yield first_row, table.filter(pa.array(~drop))
        return
    start = 0
    for at in [*marked.tolist(), table.num_rows]:
        if at > start:
            yield first_row + start, table.slice(start, at - start)
        start = at + 1


def as_table(names: Sequence[str], rows: Iterable[Sequence[str | None]]) -> pa.Table:
    """Rows of strings as a table; short rows are filled up."""
    width = len(names)
    columns: list[list[str | None]] = [[] for _ in names]
    for row in rows:
        for i in range(width):
            cell = row[i] if i < len(row) else None
            columns[i].append(cell or None)
    return pa.table([pa.array(c, pa.string()) for c in columns], names=list(names))
