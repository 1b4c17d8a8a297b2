"""How a delimited file is laid out: its delimiter, its header, where data begin; what is no row of data."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources.text.clean import Cleaner, find_header, header_names, note_preamble, pieces

DELIMITERS = (",", "\t", ";", "|")
HEAD_RECORDS = 100
MOST_NAME = 2000
csv.field_size_limit(32 << 20)


@dataclass
class Layout:
    """How a file is laid out: its delimiter, header and where data begin."""

    file: str
    delimiter: str
    names: list[str]  # of the columns as they stand in the file
    used: list[str]  # of the columns to read
    asked: list[str]  # the same, under the names asked for
    first_row: int  # row number of the first row of data
    skip: int  # bytes before it
    header: list[str] = field(default_factory=list)  # the header's cells as written
    ragged: int = 0  # rows set aside for their number of cells


def lines_of(text: str) -> Iterator[str]:
    return iter(io.StringIO(text, newline=""))


def _records(text: str, delimiter: str, limit: int) -> list[tuple[list[str], int]]:
    """The first records, each with the offset (characters) at which it ends."""
    end = 0

    def counted() -> Iterator[str]:
        nonlocal end
        for line in lines_of(text):
            end += len(line)
            yield line

    found: list[tuple[list[str], int]] = []
    with contextlib.suppress(csv.Error):
        for record in csv.reader(counted(), delimiter=delimiter):
            found.append((record, end))
            if len(found) >= limit:
                break
    return found


def sniff_delimiter(text: str) -> str:
    """The delimiter under which most of the first rows have the same number of cells, more than one."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = [len(record) for record, _ in _records(text, delimiter, HEAD_RECORDS) if record]
        wide = [w for w in widths if w > 1]
        if not wide:
            continue
        usual = max(set(wide), key=lambda w: (wide.count(w), w))
        score = wide.count(usual) / len(widths) + min(usual, 50) / 1000
        if score > best_score:
            best, best_score = delimiter, score
    return best


def layout_of(head: bytes, how: Mapping[str, Any], file: str, findings: Findings) -> Layout:
    text = head.decode("utf-8", "ignore")
    skipped = 0
    delimiter = how.get("delimiter")
    first_line = text[:8].split("\n", 1)[0].strip().strip('"')
    if first_line.startswith("sep=") and len(first_line) == 5:
        delimiter = delimiter or first_line[4]
        skipped = 1
    delimiter = {"tab": "\t", "\\t": "\t"}.get(str(delimiter), delimiter) or sniff_delimiter(text)
    if len(delimiter) != 1:
        raise Refusal(
            "the delimiter must be one character.", findings, where=file, mend="Correct [read] delimiter."
        )
    records = _records(text, delimiter, HEAD_RECORDS)
    cells = [record for record, _ in records]
    wanted = how.get("header_row")
    if wanted == 0:
        width = max((len(c) for c in cells), default=1)
        names = [f"column_{i}" for i in range(1, width + 1)]
        return Layout(file, delimiter, names, names, names, 1, 0)
    header = skipped + find_header(cells[skipped:], None if wanted is None else int(wanted) - skipped)
    if header >= len(records):
        raise Refusal(
            f"no header at row {header + 1}.", findings, where=file, mend="Correct [read] header_row."
        )
    if header > skipped and wanted is None:
        note_preamble(cells[skipped:], header - skipped, file, findings)
    wide = _as_wide_as_rows(cells[header], [c for c in cells[header + 1 :] if any(c)])
    _must_be_names(wide, file, header + 1, findings)
    names = header_names(wide, file, header + 1, findings)
    skip = len(text[: records[header][1]].encode())
    return Layout(file, delimiter, names, names, names, header + 2, skip, wide)


_VALUE = re.compile(r"\s*(\d{4}-\d{2}-\d{2}([T ].*)?|\d{1,2}/\d{1,2}/\d{4}.*|[+-]?\d+\.\d+)\s*")


def _must_be_names(header: list[str], file: str, row: int, findings: Findings) -> None:
    if any(len(cell) > MOST_NAME for cell in header):
        findings.refuse("not-a-table", "the header is longer than any column name.", file=file, row=row)
        raise Refusal(
            "the file has no lines and columns.", findings, where=file, mend="Export it as CSV with a header."
        )
    values = [cell for cell in header if _VALUE.fullmatch(cell)]
    if values:
        findings.warn(
            "header-is-data",
            "the header looks like a row of data.",
            file=file,
            row=row,
            count=len(values),
            example=values[0],
            mend="If the file has no header, say [read] header_row = 0: columns are column_1, column_2, ...",
        )


def _as_wide_as_rows(header: list[str], rows: list[list[str]]) -> list[str]:
    """The header with empty names added or cut at its end, where rows end in empty cells."""
    if not rows:
        return header
    widths = [len(row) for row in rows]
    usual = max(set(widths), key=widths.count)
    if usual > len(header) and all(not any(row[len(header) :]) for row in rows):
        return header + [""] * (usual - len(header))
    if usual < len(header) and not any(cell.strip() for cell in header[usual:]):
        return header[:usual]
    return header


def reject_ragged(layout: Layout, row: int, cells: int, text: str, findings: Findings) -> None:
    layout.ragged += 1
    reason = f"{cells} cells where the header has {len(layout.names)}"
    findings.refuse(
        "ragged-row",
        f"rows with another number of cells than the header ({len(layout.names)}) were set aside.",
        file=layout.file,
        row=row,
        example=text,
        mend="Put cells that hold the delimiter or a line break in quotes.",
    )
    findings.reject("ragged-row", reason, file=layout.file, row=row, raw=text)


def without_headers(
    layout: Layout, first: int, table: pa.Table, cleaner: Cleaner, findings: Findings
) -> Iterator[tuple[int, pa.Table]]:
    """Cleaned pieces without blank rows and without headers that come again."""
    drop = np.zeros(table.num_rows, bool)
    repeat = _repeats(layout, table)
    if repeat is not None:
        findings.repair(
            "header-again",
            "rows that repeat the header were left out.",
            file=layout.file,
            row=first + int(np.flatnonzero(repeat)[0]),
            count=int(repeat.sum()),
            mend="Join files without their headers.",
        )
        drop |= repeat
    rows = cleaner(table, first)
    blank = _blank(rows)
    if blank is not None:
        findings.note(
            "blank-row",
            "rows without any value were left out.",
            file=layout.file,
            row=first + int(np.flatnonzero(blank)[0]),
            count=int(blank.sum()),
        )
        drop |= blank
    if drop.any():
        yield from pieces(first, rows, drop)
    elif rows.num_rows:
        yield first, rows


def _repeats(layout: Layout, table: pa.Table) -> np.ndarray[Any, Any] | None:
    if not layout.header:
        return None
    same: np.ndarray[Any, Any] | None = None
    cells = dict(zip(layout.names, layout.header, strict=True))
    for used, asked in zip(layout.used, layout.asked, strict=True):
        if not cells[used]:
            continue
        equal = pc.fill_null(pc.equal(table.column(asked), cells[used]), False).to_numpy()
        same = equal if same is None else same & equal
        if not same.any():
            return None
    return same


def _blank(table: pa.Table) -> np.ndarray[Any, Any] | None:
    if not table.num_columns or any(c.null_count == 0 for c in table.columns):
        return None
    blank = np.ones(table.num_rows, bool)
    for column in table.columns:
        blank &= pc.is_null(column).to_numpy()
        if not blank.any():
            return None
    return blank
