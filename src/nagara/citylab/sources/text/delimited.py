"""CSV and its kin: Arrow's reader where the file is sound, an exact one from where it is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as arrow_csv

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources.text.clean import Cleaner
from nagara.citylab.sources.text.encoding import utf8
from nagara.citylab.sources.text.exact import exact, skipped
from nagara.citylab.sources.text.inflate import BLOCK, Limits, Stream
from nagara.citylab.sources.text.layout import Layout, layout_of, reject_ragged, without_headers
from nagara.citylab.sources.text.prefetch import ahead
from nagara.citylab.sources.text.table import Chunks, TextTable, choose


def read_delimited(path: Path, findings: Findings, how: Mapping[str, Any], limits: Limits) -> TextTable:
    """See `read_text`. The header is read at once, the rows while `chunks` is consumed."""
    file = path.name

    def text() -> Iterator[bytes]:
        return utf8(path, findings, encoding=how.get("encoding"), limits=limits)

    source = text()
    head = next(source, b"")
    while len(head) < 65_536 and (more := next(source, None)):
        head += more
    layout = layout_of(head, how, file, findings)

    def narrow(columns: Sequence[str]) -> None:
        layout.used = choose(layout.names, columns, file, findings)
        layout.asked = list(columns)

    def again() -> Iterator[bytes]:
        return utf8(path, Findings(), encoding=how.get("encoding"), limits=limits)

    stream = Stream(chain([head], source))
    stream.read(layout.skip)
    cleaner = Cleaner(how, file, findings)
    return TextTable(file, layout.asked, _chunks(layout, stream, again, cleaner, findings), narrow)


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
        for batch in ahead(reader or ()):
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
        records = exact(skipped(again(), layout.skip), layout, findings, done)
        for first, piece in records:
            for row, rows in without_headers(layout, first, piece, cleaner, findings):
                given += rows.num_rows
                yield row, rows
    if layout.ragged > max(20, given):
        raise Refusal(
            f"{layout.ragged:,} rows have another number of cells than the header ({len(layout.names)}),"
            f" {given:,} the same.",
            findings,
            where=layout.file,
            mend="Check [read] delimiter and header_row.",
        )
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
    reject_ragged(layout, layout.first_row + done, cells, text, findings)
    if layout.ragged % 10_000 == 0 and layout.ragged > (done + 1) // 2:
        raise Refusal(
            f"most rows have another number of cells than the header ({len(layout.names)}).",
            findings,
            where=layout.file,
            mend="Check [read] delimiter and header_row.",
        )
    return done + 1
