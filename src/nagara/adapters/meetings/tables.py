"""Bytes of a CSV or workbook as rows of cells: any of the encodings and separators that tools write."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from nagara.adapters.meetings.records import Problem, Unreadable

Cell = str | datetime
Row = tuple[int, list[Cell]]
MOST_ROWS = 20_000
EXPORT_AGAIN = "Export the list of participants from the meeting tool again, as CSV or XLSX."


def rows_of(data: bytes) -> tuple[list[Row], list[Problem]]:
    """Rows with their line numbers; empty ones are kept as []. Raises Unreadable."""
    if data[:4] == b"PK\x03\x04":
        return _workbook(data), []
    text, problems = _text(data)
    found: list[Row] = []
    try:
        for cells in _reader(text):
            found.append((len(found) + 1, [_cleaned(cell) for cell in cells]))
            if len(found) > MOST_ROWS:
                raise Unreadable(f"The file has more than {MOST_ROWS:,} rows.", EXPORT_AGAIN)
    except csv.Error as error:
        raise Unreadable(f"The file is not a table: {error}.", EXPORT_AGAIN) from error
    return found, problems


def _text(data: bytes) -> tuple[str, list[Problem]]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace"), []
    head = data[:400]
    if head.count(0) > len(head) // 4:
        little = head[1::2].count(0) >= head[::2].count(0)
        return data.decode("utf-16-le" if little else "utf-16-be", "replace"), []
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        said = Problem(
            None,
            "warning",
            "The file is not in UTF-8: letters with accents may be wrong.",
            "Look at the names, or save the file as CSV UTF-8.",
        )
        return data.decode("cp1252", "replace"), [said]


def _reader(text: str) -> list[list[str]]:
    """Rows by the separator that is most at home in the file."""
    lines = text.splitlines()
    counts = {mark: sum(line.count(mark) for line in lines[:60]) for mark in "\t;,"}
    mark = ";" if counts[";"] > counts[","] else ","
    mark = "\t" if counts["\t"] >= 3 else mark
    return list(csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=mark))


def _cleaned(cell: str) -> str:
    """Without the ="..." that keeps office programs from changing a value."""
    cell = cell.replace("\u202f", " ").replace("\xa0", " ").replace("\u200e", "").strip()
    if cell.startswith('="') and cell.endswith('"'):
        cell = cell[2:-1].strip()
    return cell


def _workbook(data: bytes) -> list[Row]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception as error:  # whatever a broken archive raises
        raise Unreadable("The workbook cannot be opened.", EXPORT_AGAIN) from error
    found: list[Row] = []
    for sheet in book.worksheets:
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
            if len(found) >= MOST_ROWS:
                raise Unreadable(f"The file has more than {MOST_ROWS:,} rows.", EXPORT_AGAIN)
            found.append((number, [_value(value) for value in values]))
        found.append((0, []))
    return found


def _value(value: object) -> Cell:
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    return "" if value is None else _cleaned(str(value))
