"""CSV and its kin: Arrow's reader where the file is sound, an exact one from where it is not."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources.text.clean import (
    Cleaner,
    as_table,
    find_header,
    header_names,
    note_preamble,
    pieces,
)
from nagara.citylab.sources.text.inflate import BLOCK, Limits, Stream, utf8
from nagara.citylab.sources.text.table import Chunks, TextTable, choose

DELIMITERS = (",", "\t", ";", "|")
HEAD_RECORDS = 100
MOST_CELL = 32 << 20
ROWS_A_CHUNK = 65_536
csv.field_size_limit(MOST_CELL)


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


def read_delimited(path: Path, findings: Findings, how: Mapping[str, Any], limits: Limits) -> TextTable:
    """See `read_text`. The header is read at once, the rows while `chunks` is consumed."""
    file = path.name

    def text() -> Iterator[bytes]:
        return utf8(path, findings, encoding=how.get("encoding"), limits=limits)

    source = text()
    head = next(source, b"")
    while len(head) < 65_536 and (more := next(source, None)):
        head += more
    layout = _layout(head, how, file, findings)

    def narrow(columns: Sequence[str]) -> None:
        layout.used = choose(layout.names, columns, file, findings)
        layout.asked = list(columns)

    def again() -> Iterator[bytes]:
        return utf8(path, Findings(), encoding=how.get("encoding"), limits=limits)

    stream = Stream(chain([head], source))
    stream.read(layout.skip)
    cleaner = Cleaner(how, file, findings)
    return TextTable(file, layout.asked, _chunks(layout, stream, again, cleaner, findings), narrow)


def _lines(text: str) -> Iterator[str]:
    return iter(io.StringIO(text, newline=""))


def _records(text: str, delimiter: str, limit: int) -> list[tuple[list[str], int]]:
    """The first records, each with the offset (characters) at which it ends."""
    end = 0

    def counted() -> Iterator[str]:
        nonlocal end
        for line in _lines(text):
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


def _layout(head: bytes, how: Mapping[str, Any], file: str, findings: Findings) -> Layout:
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
    names = header_names(wide, file, header + 1, findings)
    skip = len(text[: records[header][1]].encode())
    return Layout(file, delimiter, names, names, names, header + 2, skip, wide)


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


class _Ragged:
    """Rows with too many or too few cells, as Arrow's reader meets them."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, str]] = []
        self.torn = False

    def __call__(self, row: Any) -> str:
        if "\n" in row.text or "\r" in row.text or row.number is None:
            self.torn = True  # a quote that is not closed, most likely: left to the exact reader
            return "error"
        self.rows.append((row.number, row.actual_columns, row.text))
        return "skip"


def _chunks(layout: Layout, stream: Stream, again: Any, cleaner: Cleaner, findings: Findings) -> Chunks:
    ragged = _Ragged()
    done = 0  # records taken so far, ragged ones included
    given = 0
    try:
        reader = _open(layout, stream, ragged)
        for batch in reader or ():
            table = pa.Table.from_batches([batch])
            for first, piece, taken in _with_gaps(layout, table, done, ragged, findings):
                done = taken
                for row, rows in without_headers(layout, first, piece, cleaner, findings):
                    given += rows.num_rows
                    yield row, rows
        done = _last_gaps(layout, done, ragged, findings)
    except pa.ArrowInvalid as error:
        findings.repair(
            "exact-reading",
            "the file is damaged; it was read line by line from there on.",
            file=layout.file,
            row=layout.first_row + done,
            example=str(error).splitlines()[0],
        )
        records = _exact(_skipped(again(), layout.skip), layout, findings, done)
        for first, piece in records:
            for row, rows in without_headers(layout, first, piece, cleaner, findings):
                given += rows.num_rows
                yield row, rows
    if not given:
        findings.warn("no-rows", "the file has a header but no rows of data.", file=layout.file)


def _open(layout: Layout, stream: Stream, ragged: _Ragged) -> arrow_csv.CSVStreamingReader | None:
    held = stream.read(1)
    if not held:
        return None
    stream.push(held)
    return arrow_csv.open_csv(
        pa.PythonFile(stream, mode="r"),
        read_options=arrow_csv.ReadOptions(
            column_names=layout.names, use_threads=False, block_size=4 * BLOCK, encoding="utf8"
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=layout.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=ragged,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(layout.names, pa.string()),
            include_columns=list(dict.fromkeys(layout.used)),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            check_utf8=False,
        ),
    )


def _with_gaps(
    layout: Layout, table: pa.Table, done: int, ragged: _Ragged, findings: Findings
) -> Iterator[tuple[int, pa.Table, int]]:
    """Pieces of `table` between ragged rows: (first row, piece, records taken after it)."""
    table = table.select([layout.used[i] for i in range(len(layout.used))]).rename_columns(layout.asked)
    start, left = 0, table.num_rows
    while True:
        gap = ragged.rows[0][0] - 1 if ragged.rows else None  # 0-based record index
        size = left if gap is None else min(left, gap - done)
        if size:
            yield layout.first_row + done, table.slice(start, size), done + size
            start, left, done = start + size, left - size, done + size
        if not left:
            return
        done = _set_aside(layout, done, ragged, findings)


def _last_gaps(layout: Layout, done: int, ragged: _Ragged, findings: Findings) -> int:
    while ragged.rows:
        done = _set_aside(layout, done, ragged, findings)
    return done


def _set_aside(layout: Layout, done: int, ragged: _Ragged, findings: Findings) -> int:
    _, cells, text = ragged.rows.pop(0)
    _reject_ragged(layout, layout.first_row + done, cells, text, findings)
    rejected = len(findings.rejected)
    if rejected >= 1000 and rejected > (done + 1) // 2 and rejected % 1000 == 0:
        raise Refusal(
            f"most rows have another number of cells than the header ({len(layout.names)}).",
            findings,
            where=layout.file,
            mend="Check [read] delimiter and header_row.",
        )
    return done + 1


def _reject_ragged(layout: Layout, row: int, cells: int, text: str, findings: Findings) -> None:
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


def _skipped(source: Iterator[bytes], skip: int) -> Iterator[str]:
    """Lines of text after the first `skip` bytes."""
    stream = Stream(source)
    stream.read(skip)
    return iter(io.TextIOWrapper(io.BufferedReader(stream, BLOCK), "utf-8", "replace", newline=""))


def _exact(
    lines: Iterator[str], layout: Layout, findings: Findings, done: int
) -> Iterator[tuple[int, pa.Table]]:
    """Rows from record number `done` on, read record by record: a torn one costs one line, not the rest."""
    width, row = len(layout.names), layout.first_row - 1
    where = [layout.names.index(name) for name in layout.used]
    held: list[list[str]] = []
    first = layout.first_row + done
    for cells, text in sound_records(lines, layout.delimiter, width):
        row += 1
        if row < layout.first_row + done:
            continue
        wrong = bool(cells) and len(cells) != width
        if wrong or len(held) >= ROWS_A_CHUNK:
            if held:
                yield first, as_table(layout.asked, held)
            held, first = [], row + 1 if wrong else row
        if wrong:
            _reject_ragged(layout, row, len(cells), text.rstrip("\r\n"), findings)
        else:
            open_quote = bool(cells) and text.count('"') % 2 == 1
            sound = _unquoted(cells, layout, row, text, findings) if open_quote else cells
            held.append([sound[i] for i in where] if sound else [""] * len(where))
    if held:
        yield first, as_table(layout.asked, held)


def _unquoted(cells: list[str], layout: Layout, row: int, text: str, findings: Findings) -> list[str]:
    findings.repair(
        "open-quote",
        "a quote that is not closed was left out.",
        file=layout.file,
        row=row,
        example=text.rstrip("\r\n"),
        mend="Close the quote, or write it twice.",
    )
    return [cell.strip('"') for cell in cells]


def sound_records(lines: Iterator[str], delimiter: str, width: int) -> Iterator[tuple[list[str], str]]:
    """(cells, text) of each record. A record over several lines must be as wide as the header.

    Where it is not, its quote was never closed: its first line stands alone and reading goes on after it.
    """
    waiting: list[str] = []
    source = iter(lines)
    while (line := waiting.pop(0) if waiting else next(source, None)) is not None:
        taken = [line]
        cells = _parsed(line, delimiter)
        while cells is None and len(taken) < 200:
            more = waiting.pop(0) if waiting else next(source, None)
            if more is None:
                break
            taken.append(more)
            cells = _parsed("".join(taken), delimiter)
        if len(taken) > 1 and (cells is None or len(cells) != width):
            waiting = taken[1:] + waiting
            taken = taken[:1]
            cells = None
        if cells is None:
            cells = line.rstrip("\r\n").split(delimiter)
        yield cells, "".join(taken)


def _parsed(text: str, delimiter: str) -> list[str] | None:
    """Cells of one record; None where a quote is still open."""
    try:
        return (
            next(csv.reader(_lines(text), delimiter=delimiter, strict=False), []) if _closed(text) else None
        )
    except csv.Error:
        return None


def _closed(text: str) -> bool:
    return text.count('"') % 2 == 0
