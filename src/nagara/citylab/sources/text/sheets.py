"""Excel and OpenDocument sheets as strings."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources.text.clean import Cleaner, as_table, find_header, header_names, note_preamble
from nagara.citylab.sources.text.inflate import Limits
from nagara.citylab.sources.text.table import Chunks, TextTable

ROWS_A_CHUNK = 65_536
MOST_CELLS = 50_000_000


def read_sheet(path: Path, findings: Findings, how: Mapping[str, Any], limits: Limits) -> TextTable:
    """See `read_text`. One sheet: the one named in [read] sheet, else the only one that holds a table."""
    file = path.name
    rows = [[_text(cell) for cell in row] for row in _rows(path, findings, how, limits)]
    wanted = how.get("header_row")
    if wanted == 0:
        names = [f"column_{i}" for i in range(1, len(rows[0]) + 1)]
        body, header = rows, -1
    else:
        header = find_header(rows[:100], wanted)
        if header >= len(rows):
            raise Refusal(
                f"no header at row {header + 1}.", findings, where=file, mend="Correct [read] header_row."
            )
        if header and wanted is None:
            note_preamble(rows, header, file, findings)
        keep = _used_width(rows[header:])
        names = header_names(rows[header][:keep], file, header + 1, findings)
        body = rows[header + 1 :]
    return TextTable(file, names, _chunks(names, body, header + 2, Cleaner(how, file, findings)))


def _rows(path: Path, findings: Findings, how: Mapping[str, Any], limits: Limits) -> list[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    _must_fit(path, findings, limits)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        name = _sheet_name(book, path.name, findings, how)
        sheet = book.get_sheet_by_name(name)
        if sheet.height * sheet.width > MOST_CELLS:
            raise Refusal(
                f"sheet {name!r} has {sheet.height:,} x {sheet.width:,} cells, too many to read.",
                findings,
                where=path.name,
                mend="Save the sheet as CSV.",
            )
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    except PasswordError as error:
        raise Refusal(
            "the workbook is locked by a password.", findings, where=path.name, mend="Save it without one."
        ) from error
    except (CalamineError, OSError, ValueError, KeyError, MemoryError) as error:
        findings.refuse("not-a-table", f"the workbook cannot be read ({error}).", file=path.name)
        raise Refusal(
            f"the workbook cannot be read ({error}).",
            findings,
            where=path.name,
            mend="Save it again, or as CSV.",
        ) from error
    if not any(cell not in ("", None) for row in rows for cell in row):
        findings.refuse("empty-file", "the sheet is empty.", file=path.name)
        raise Refusal("the sheet is empty.", findings, where=path.name, mend="Export it again.")
    return rows


def _must_fit(path: Path, findings: Findings, limits: Limits) -> None:
    """Refuse workbooks whose parts would inflate beyond the limits."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return  # calamine will say what is wrong
    size = max(path.stat().st_size, 1)
    if total > limits.total or (total > limits.free and total > size * limits.ratio):
        findings.refuse("bomb", f"grows from {size:,} to {total:,} bytes when inflated.", file=path.name)
        raise Refusal(
            f"inflates to {total:,} bytes from {size:,}: refused as an archive bomb.",
            findings,
            where=path.name,
            mend="Save the sheet as CSV.",
        )


def _sheet_name(book: Any, file: str, findings: Findings, how: Mapping[str, Any]) -> str:
    names: list[str] = list(book.sheet_names)
    wanted = how.get("sheet")
    if wanted is not None:
        if wanted in names:
            return str(wanted)
        raise Refusal(
            f"no sheet {wanted!r}. The workbook has {', '.join(map(repr, names))}.",
            findings,
            where=file,
            mend="Correct [read] sheet.",
        )
    if len(names) == 1:
        return names[0]
    tables = [n for n in names if (s := book.get_sheet_by_name(n)).height > 1 and s.width > 1]
    if len(tables) == 1:
        findings.note("sheet", f"read sheet {tables[0]!r} of {len(names)}.", file=file)
        return tables[0]
    raise Refusal(
        f"the workbook has several sheets: {', '.join(map(repr, names))}.",
        findings,
        where=file,
        mend="Name the one to read in [read] sheet.",
    )


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    return str(cell)


def _used_width(rows: list[list[str]]) -> int:
    """Columns up to the last that has a name or a value."""
    return max((i + 1 for row in rows for i, cell in enumerate(row) if cell), default=1)


def _chunks(names: list[str], rows: list[list[str]], first: int, cleaner: Cleaner) -> Chunks:
    from nagara.citylab.sources.text.layout import Layout, without_headers

    findings, file = cleaner.findings, cleaner.file
    layout = Layout(file, ",", names, names, names, first, 0, names)
    given = 0
    for start in range(0, len(rows), ROWS_A_CHUNK):
        table = as_table(names, rows[start : start + ROWS_A_CHUNK])
        for row, piece in without_headers(layout, first + start, table, cleaner, findings):
            given += piece.num_rows
            yield row, piece
    if not given:
        findings.warn("no-rows", "the sheet has a header but no rows of data.", file=file)
