"""Fields of GTFS as arrays: ids, numbers, times of a service day, days. Nothing is lost without a finding.

A column comes as `Cells`: each distinct text once, and a code a row. So a million times of day are parsed
as some thousand texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nagara.citylab.sources.gtfs.files import Batch
from nagara.citylab.sources.gtfs.rules import Clinic, Rows

NONE = -1
"""Code of an empty cell, and of a time that is not given."""
BLANKS = " \t\r\n\v\f\u00a0\u2007\u202f\u3000\u200b\u200e\u200f\ufeff"
ODD = r"[/\\\x00-\x1f\x{a0}\x{2007}\x{202f}\x{200b}]"
TIME = r"^(?P<h>\d{1,3}):(?P<m>[0-5]?\d)(?::(?P<s>[0-5]?\d)(?P<f>\.\d+)?)?$"
LONGEST_S = 72 * 3600
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Cells:
    """One column of text without blanks around: `values[codes[i]]` stands in row i, NONE where empty."""

    codes: Ints
    values: pa.StringArray

    def take(self, keep: NDArray[np.int64]) -> Cells:
        """The same for some of the rows."""
        return Cells(self.codes[keep], self.values)

    def text(self) -> pa.StringArray:
        """The column as plain text."""
        codes = pa.array(self.codes, mask=self.codes == NONE)
        return pa.DictionaryArray.from_arrays(codes, self.values).cast(pa.string())

    def spread(self, of_values: NDArray[Any], empty: Any) -> NDArray[Any]:
        """Something known of each distinct value, row by row; `empty` where the cell is."""
        if not len(of_values):
            return np.full(len(self.codes), empty, dtype=of_values.dtype)
        return np.where(self.codes == NONE, empty, of_values[self.codes]).astype(of_values.dtype)

    def example(self, mask: Mask) -> str:
        """The text of the first row under `mask`."""
        first = int(np.flatnonzero(mask)[0]) if mask.any() else -1
        code = self.codes[first] if first >= 0 else NONE
        return "" if code == NONE else str(self.values[int(code)].as_py())


@dataclass(frozen=True)
class Reader:
    """Reads the columns of one batch, with findings about its file."""

    clinic: Clinic
    file: str
    batch: Batch

    @property
    def rows(self) -> Rows:
        return self.batch.rows

    def cells(self, name: str) -> Cells:
        """A column without blanks around its values."""
        column = self.batch.table.column(name)
        if column.num_chunks != 1:
            column = column.unify_dictionaries()
        array = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        if isinstance(array, pa.ChunkedArray):
            array = array.chunk(0) if array.num_chunks else pa.array([], pa.string()).dictionary_encode()
        codes = array.indices.fill_null(NONE).to_numpy(zero_copy_only=False).astype(np.int32)
        values = array.dictionary
        if _may_have_blanks(values):
            codes, values = self._trimmed(name, codes, values)
        return Cells(codes, values)

    def _trimmed(self, name: str, codes: Ints, values: pa.StringArray) -> tuple[Ints, pa.StringArray]:
        """The same without blanks around values; values that become the same get one code."""
        tidy = pc.utf8_trim(values, BLANKS)
        changed = pc.not_equal(tidy, values).to_numpy(zero_copy_only=False)
        if not changed.any():
            return codes, values
        touched = np.where(codes == NONE, False, changed[codes])
        self.clinic.say("value-blank", self.file, rows=self.rows[touched], column=name)
        unique = tidy.dictionary_encode()
        again = unique.indices.to_numpy()
        codes = np.where(codes == NONE, NONE, again[codes]).astype(np.int32)
        empty = pc.equal(unique.dictionary, "").to_numpy(zero_copy_only=False)
        if empty.any():
            codes = np.where((codes != NONE) & empty[codes], NONE, codes).astype(np.int32)
        return codes, unique.dictionary

    def ids(self, name: str) -> Cells:
        """A column of ids: as `cells`, with a note on odd characters (they are kept)."""
        cells = self.cells(name)
        odd = pc.match_substring_regex(cells.values, ODD).to_numpy(zero_copy_only=False)
        if odd.any():
            touched = cells.spread(odd, False)
            example = repr(cells.example(touched))
            self.clinic.say(
                "id-odd-character", self.file, rows=self.rows[touched], column=name, example=example
            )
        return cells

    def floats(self, name: str) -> Floats:
        """A column of numbers; NaN where empty or unreadable."""
        cells = self.cells(name)
        values, bad, comma = parse_floats(cells.values)
        self._tell("number-unreadable", name, cells, bad)
        self._tell("decimal-comma", name, cells, comma)
        return cells.spread(values, np.nan)

    def ints(self, name: str, *, quiet: bool = False) -> tuple[NDArray[np.int64], Mask]:
        """A column of whole numbers (0 where there is none), and where there is one."""
        cells = self.cells(name)
        values, bad, _ = parse_floats(cells.values)
        whole = np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < 2**31)
        if not quiet:
            self._tell("number-unreadable", name, cells, bad | (np.isfinite(values) & ~whole))
        number = cells.spread(np.where(whole, values, 0).astype(np.int64), 0)
        return number, cells.spread(whole, False)

    def times(self, name: str, *, clock: bool = True) -> Ints:
        """A column of times as seconds past midnight of the service day; NONE where empty or unreadable.

        `clock`: say which times are past midnight, and which cannot be.
        """
        cells = self.cells(name)
        seconds, odd = parse_times(cells.values)
        self._tell("time-unreadable", name, cells, seconds == NONE)
        self._tell("time-format", name, cells, odd)
        if clock:
            self._tell("time-after-midnight", name, cells, seconds >= 24 * 3600)
            self._tell("time-implausible-length", name, cells, seconds > LONGEST_S)
        return cells.spread(seconds, NONE)

    def days(self, name: str) -> NDArray[np.datetime64]:
        """A column of days; NaT where empty or unreadable."""
        cells = self.cells(name)
        values = np.array([parse_day(text) for text in cells.values.to_pylist()], dtype="datetime64[D]")
        return cells.spread(values, np.datetime64("NaT"))

    def _tell(self, rule: str, name: str, cells: Cells, of_values: Mask) -> None:
        if of_values.any():
            touched = cells.spread(of_values, False)
            self.clinic.say(
                rule, self.file, rows=self.rows[touched], column=name, example=cells.example(touched)
            )


def _bytes_of(values: pa.StringArray) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """All text of an array as bytes, and where each value begins (and the last ends)."""
    _, offsets, data = values.buffers()
    at = np.frombuffer(offsets, np.int32)[values.offset : values.offset + len(values) + 1]
    return np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8), at


def _may_have_blanks(values: pa.StringArray) -> bool:
    """Whether a value may begin or end with a blank, by its first and last byte."""
    if not len(values):
        return False
    data, at = _bytes_of(values)
    full = at[1:] > at[:-1]
    if not full.all() or values.null_count:
        return True
    first, last = data[at[:-1]], data[at[1:] - 1]
    return bool(((first <= 32) | (first >= 0xC2) | (last <= 32) | (last >= 0x80)).any())


def parse_times(values: pa.StringArray) -> tuple[Ints, Mask]:
    """Times of day as seconds past midnight (H:MM:SS to HHH:MM:SS, also HH:MM), NONE where unreadable.

    The second array tells which were read though they are not in the form that GTFS asks for.
    Source: GTFS Schedule Reference, Field Types, Time.
    """
    data, at = _bytes_of(values) if len(values) else (np.empty(0, np.uint8), np.zeros(1, np.int32))
    seconds, odd = np.full(len(values), NONE, np.int32), np.zeros(len(values), bool)
    eight = np.flatnonzero(at[1:] - at[:-1] == 8)
    if len(eight):
        marks = data[at[eight][:, None] + np.arange(8)].astype(np.int32) - ord("0")
        digits = marks[:, [0, 1, 3, 4, 6, 7]]
        good = ((digits >= 0) & (digits <= 9)).all(axis=1)
        good &= (marks[:, [2, 5]] == ord(":") - ord("0")).all(axis=1)
        good &= (digits[:, 2] < 6) & (digits[:, 4] < 6)
        clock = digits @ np.array([36_000, 3_600, 600, 60, 10, 1])
        seconds[eight[good]] = clock[good]
    rest = np.flatnonzero(seconds == NONE)
    if len(rest):
        seconds[rest], odd[rest] = _parse_odd_times(values.take(pa.array(rest)))
    return seconds, odd


def _parse_odd_times(values: pa.StringArray) -> tuple[Ints, Mask]:
    """The same for times that are not written HH:MM:SS."""
    parts = pc.extract_regex(values, TIME)

    def number(part: str) -> NDArray[np.int64]:
        text = pc.struct_field(parts, part)
        text = pc.if_else(pc.equal(text, ""), "0", text)
        return text.fill_null("0").cast(pa.int64()).to_numpy(zero_copy_only=False)

    found = pc.is_valid(parts).to_numpy(zero_copy_only=False)
    seconds = number("h") * 3600 + number("m") * 60 + number("s")
    usual = pc.match_substring_regex(values, r"^\d{1,3}:\d\d:\d\d$").to_numpy(zero_copy_only=False)
    return np.where(found, seconds, NONE).astype(np.int32), found & ~usual


def parse_floats(values: pa.StringArray) -> tuple[Floats, Mask, Mask]:
    """Numbers (NaN where unreadable), where they are unreadable, and where a decimal comma was read."""
    none = np.zeros(len(values), bool)
    try:
        numbers = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        texts = [text or "" for text in values.to_pylist()]
        numbers = np.array([_number(text) for text in texts], np.float64)
        none = np.array(["," in text for text in texts]) & np.isfinite(numbers)
    numbers = np.where(np.isfinite(numbers), numbers, np.nan)
    return numbers, ~np.isfinite(numbers), none


def _number(text: str) -> float:
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        return float(text) if "_" not in text else float("nan")
    except ValueError:
        return float("nan")


def parse_day(text: str | None) -> np.datetime64:
    """A day written YYYYMMDD or YYYY-MM-DD; NaT where unreadable."""
    digits = (text or "").replace("-", "") if (text or "").count("-") in (0, 2) else ""
    if len(digits) != 8 or not digits.isascii() or not digits.isdigit():
        return np.datetime64("NaT")
    try:
        return np.datetime64(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}", "D")
    except ValueError:
        return np.datetime64("NaT")


def first_of_each(
    reader: Reader, key: Cells, others: Mapping[str, Cells], column: str
) -> tuple[NDArray[np.int64], Cells]:
    """Which rows to keep so that each id stands once: (positions of kept rows, the key).

    Rows without an id are set aside; exact copies count once; others with the same id are set aside.
    """
    missing = key.codes == NONE
    reader.clinic.set_aside("id-missing", reader.file, reader.rows[missing], column=column)
    order = np.arange(len(key.codes))
    first = np.full(len(key.values) + 1, -1, np.int64)
    first[key.codes[::-1]] = order[::-1]  # the first row of each id wins
    leader = first[key.codes]
    again = (leader != order) & ~missing
    if again.any():
        same = again.copy()
        for cells in others.values():
            same &= cells.codes == cells.codes[leader]
        reader.clinic.say(
            "row-repeated", reader.file, rows=reader.rows[same], column=column, example=key.example(same)
        )
        differ = again & ~same
        reader.clinic.set_aside(
            "id-repeated",
            reader.file,
            reader.rows[differ],
            f"{column} stands more than once with other content: the first row is kept",
            column=column,
            example=key.example(differ),
        )
    return order[~missing & ~again], key


def codes_in(cells: Cells, ids: pa.StringArray) -> Ints:
    """Where each row's value stands in `ids`; NONE where it does not."""
    found = pc.index_in(cells.values, value_set=ids).fill_null(NONE)
    return cells.spread(found.to_numpy(zero_copy_only=False).astype(np.int32), NONE)
