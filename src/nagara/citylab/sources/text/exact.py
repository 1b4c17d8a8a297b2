"""The exact reader: record by record, for what Arrow's reader gives up on. A torn record costs one line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pyarrow as pa

from nagara.citylab.findings import Findings
from nagara.citylab.sources.text.clean import as_table
from nagara.citylab.sources.text.inflate import BLOCK, Stream
from nagara.citylab.sources.text.layout import Layout, lines_of, reject_ragged

ROWS_A_CHUNK = 65_536


def skipped(source: Iterator[bytes], skip: int) -> Iterator[str]:
    """Lines of text after the first `skip` bytes."""
    stream = Stream(source)
    stream.read(skip)
    return iter(io.TextIOWrapper(io.BufferedReader(stream, BLOCK), "utf-8", "replace", newline=""))


def exact(
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
            reject_ragged(layout, row, len(cells), text.rstrip("\r\n"), findings)
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
            next(csv.reader(lines_of(text), delimiter=delimiter, strict=False), []) if _closed(text) else None
        )
    except csv.Error:
        return None


def _closed(text: str) -> bool:
    return text.count('"') % 2 == 0
