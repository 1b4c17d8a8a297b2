"""Casts of string columns, with findings: numbers, whole numbers, days, yes and no.

Each gives the values and a mask of cells that could not be read (these are null in the values); empty cells
are null and not bad. One finding a column counts the bad cells, with the first row and an example.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.calendars import parse_times
from nagara.citylab.findings import Findings

Cells: TypeAlias = pa.Array | pa.ChunkedArray
Cast: TypeAlias = tuple[pa.Array, pa.Array]
NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
WHOLE = r"^[+-]?\d+$"
NATIVE_ZEROS = "٠۰०০๐໐០၀０"
TRUE = ("true", "t", "yes", "y", "1", "ya", "có", "ใช่")
FALSE = ("false", "f", "no", "n", "0", "tidak", "không", "ไม่")


@dataclass(frozen=True, slots=True)
class At:
    """Where a column of cells stands: its file, the row of its first cell, its name."""

    findings: Findings
    file: str
    first_row: int
    column: str

    def report(self, bad: pa.Array, cells: pa.Array, rule: str, message: str, **more: Any) -> None:
        """One finding for the cells marked in `bad`, if any. `severity`: warn unless given."""
        count = pc.sum(bad).as_py() or 0
        if not count:
            return
        first: int = pc.index(bad, True).as_py()
        add = getattr(self.findings, more.pop("severity", "warn"))
        more.setdefault("mend", "Correct the cells, or name their marker in [read] na.")
        add(
            rule,
            f"{message}.",
            file=self.file,
            row=self.first_row + first,
            column=self.column,
            count=count,
            example=cells[first].as_py(),
            **more,
        )


def flat(cells: Cells) -> pa.Array:
    """One array out of a chunked one."""
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
        if isinstance(cells, pa.ChunkedArray):
            cells = pa.concat_arrays(cells.chunks) if cells.num_chunks else pa.array([], cells.type)
    return cells


def to_float(
    cells: Cells,
    findings: Findings,
    *,
    file: str,
    first_row: int,
    column: str = "",
    decimal: str = ".",
    thousands: str = "",
) -> Cast:
    """Numbers as float64. Infinite and NaN count as bad. Digits of Asian scripts are read, with a finding."""
    text = flat(cells)
    if thousands:
        text = pc.replace_substring(text, thousands, "")
    if decimal != ".":
        text = pc.replace_substring(text, decimal, ".")
    return _numbers(text, pa.float64(), At(findings, file, first_row, column))


def to_int(cells: Cells, findings: Findings, *, file: str, first_row: int, column: str = "") -> Cast:
    """Whole numbers as int64; "12.0" is 12."""
    text = flat(cells)
    try:
        return text.cast(pa.int64()), pa.array(np.zeros(len(text), bool))
    except pa.ArrowInvalid:
        text = pc.replace_substring_regex(text, r"\.0*$", "")
        return _numbers(text, pa.int64(), At(findings, file, first_row, column))


def _numbers(text: pa.Array, kind: pa.DataType, at: At) -> Cast:
    try:
        values = text.cast(kind)
        if pc.all(pc.is_finite(values), min_count=0).as_py():
            return values, pa.array(np.zeros(len(text), bool))
    except pa.ArrowInvalid:
        found = _less_words(text, kind)
        if found is not None:
            values, bad = found
            at.report(bad, text, "not-a-number", f"cells that are not a {_whole(kind)}number")
            return values, bad
        text = _with_ascii_digits(text, at)
    pattern = WHOLE if pa.types.is_integer(kind) else NUMBER
    odd = pc.fill_null(pc.invert(pc.match_substring_regex(text, pattern)), False)
    values = _sound(pc.if_else(odd, pa.scalar(None, pa.string()), text), kind)
    finite = pc.fill_null(pc.is_finite(values), False)
    bad = pc.and_(pc.is_valid(text), pc.invert(finite))
    values = pc.if_else(finite, values, pa.scalar(None, kind))
    at.report(bad, text, "not-a-number", f"cells that are not a {_whole(kind)}number")
    return values, bad


def _whole(kind: pa.DataType) -> str:
    return "whole " if pa.types.is_integer(kind) else ""


def _less_words(text: pa.Array, kind: pa.DataType) -> Cast | None:
    """Numbers where all that is none is a few cells that begin with a letter; else None."""
    _, offsets_buffer, data_buffer = text.buffers()
    if data_buffer is None:
        return None
    offsets = np.frombuffer(offsets_buffer, np.int32)[text.offset : text.offset + len(text) + 1]
    heads = np.frombuffer(data_buffer, np.uint8)[np.minimum(offsets[:-1], data_buffer.size - 1)] | 32
    words = (heads >= ord("a")) & (heads <= ord("z")) & (offsets[1:] > offsets[:-1])
    if not words.any() or words.sum() > len(text) // 10:
        return None
    bad = pa.array(words)
    try:
        values = pc.if_else(bad, pa.scalar(None, pa.string()), text).cast(kind)
    except pa.ArrowInvalid:
        return None
    return (values, bad) if pc.all(pc.is_finite(values), min_count=0).as_py() else None


def _sound(text: pa.Array, kind: pa.DataType) -> pa.Array:
    """Cells that look like numbers, as numbers; those out of range become null."""
    try:
        return text.cast(kind)
    except pa.ArrowInvalid:

        def one(cell: str | None) -> int | float | None:
            if cell is None or not pa.types.is_integer(kind):
                return None if cell is None else float(cell)
            return int(cell) if abs(int(cell)) < 2**63 else None

        return pa.array([one(cell) for cell in text.to_pylist()], kind)


def _with_ascii_digits(text: pa.Array, at: At) -> pa.Array:
    """Digits of other scripts (Thai, Lao, Khmer, Burmese, ...) written as 0-9."""
    classes = "".join(f"{zero}-{chr(ord(zero) + 9)}" for zero in NATIVE_ZEROS)
    found = pc.fill_null(pc.match_substring_regex(text, f"[{classes}]"), False)
    if not pc.any(found).as_py():
        return text
    at.report(
        found,
        text,
        "native-digits",
        "cells in digits of another script were read",
        severity="repair",
        mend="",
    )
    table = {ord(zero) + i: str(i) for zero in NATIVE_ZEROS for i in range(10)}
    return pa.array([None if t is None else t.translate(table) for t in text.to_pylist()], pa.string())


def to_day(
    cells: Cells,
    findings: Findings,
    *,
    file: str,
    first_row: int,
    column: str = "",
    formats: Sequence[str] = ("%Y-%m-%d",),
) -> Cast:
    """Days as date32, by the first of `formats` that reads the cell (see `calendars.parse_times`)."""
    text = flat(cells)
    parsed = parse_times(text, formats)
    values, bad = pa.array(parsed.times.astype("datetime64[D]")), pa.array(parsed.bad)
    at = At(findings, file, first_row, column)
    at.report(bad, text, "not-a-day", f"cells that are not a day ({', '.join(formats)})")
    return values, bad


def to_bool(
    cells: Cells,
    findings: Findings,
    *,
    file: str,
    first_row: int,
    column: str = "",
    true: Sequence[Any] = TRUE,
    false: Sequence[Any] = FALSE,
) -> Cast:
    """Yes and no as boolean; case does not matter."""
    text = flat(cells)
    low = pc.utf8_lower(text)
    yes = pc.is_in(low, value_set=pa.array([str(t).lower() for t in true]))
    no = pc.is_in(low, value_set=pa.array([str(f).lower() for f in false]))
    values = pc.if_else(yes, True, pc.if_else(no, False, pa.scalar(None, pa.bool_())))
    bad = pc.and_(pc.is_valid(text), pc.is_null(values))
    At(findings, file, first_row, column).report(
        bad, text, "not-yes-or-no", "cells that are neither yes nor no"
    )
    return values, bad
