"""Lists, once for every room: columns, pages, CSV with its description (CSVW), XLSX."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse

KINDS = {"text": "string", "number": "decimal", "whole": "integer", "date": "date", "time": "datetime"}
_RISKY = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """One column of a list: `name` in files, `title` for people, `value(row)`, `kind` one of KINDS or
    "yes" (true or false)."""

    name: str
    title: str
    value: Callable[[Any], Any]
    kind: str = "text"


def paged(request: HttpRequest, queryset: Any, per: int = 50) -> Page[Any]:
    """The page of the list that ?page= names; the nearest one where it does not exist."""
    return Paginator(queryset, per).get_page(request.GET.get("page"))


def export(
    request: HttpRequest, columns: Sequence[Column], queryset: Iterable[Any], filename: str, meaning: str
) -> HttpResponse | None:
    """The list as a file where ?export= is csv, xlsx or csvw (the description of the CSV); else None.

    `filename` without ending; `meaning` says in one sentence what a row is. Text stays text: a cell that
    begins like a formula is kept from being one.
    """
    kind = request.GET.get("export", "")
    if kind == "csv":
        return _file(csv_bytes(columns, queryset), "text/csv; charset=utf-8", f"{filename}.csv")
    if kind == "xlsx":
        media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return _file(xlsx_bytes(columns, queryset, filename), media, f"{filename}.xlsx")
    if kind == "csvw":
        text = json.dumps(csvw(columns, f"{filename}.csv", meaning), ensure_ascii=False, indent=1)
        return _file(text.encode(), "application/csvm+json", f"{filename}.csv-metadata.json")
    return None


def csv_bytes(columns: Sequence[Column], rows: Iterable[Any]) -> bytes:
    """RFC 4180, UTF-8 with a byte order mark (office programs need it for names in other scripts)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([c.name for c in columns])
    for row in rows:
        writer.writerow([_guarded(_plain(c, c.value(row))) for c in columns])
    return text.getvalue().encode("utf-8-sig")


def xlsx_bytes(columns: Sequence[Column], rows: Iterable[Any], title: str = "list") -> bytes:
    """A workbook of one sheet: bold titles that stay in view, text cells that are never formulas."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("".join(c if c not in r"[]:*?/\'" else " " for c in title)[:31] or "list")
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, 1):
        wide = 14 if column.kind != "text" else 26
        sheet.column_dimensions[get_column_letter(number)].width = wide

    def cell(value: Any, *, bold: bool = False) -> Any:
        made = WriteOnlyCell(sheet, value=_clean(value) if isinstance(value, str) else value)
        if isinstance(value, str):
            made.data_type = "s"
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(c.title, bold=True) for c in columns])
    for row in rows:
        sheet.append([cell(_typed(c, c.value(row))) for c in columns])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csvw(columns: Sequence[Column], url: str, meaning: str) -> dict[str, Any]:
    """The description of the CSV (W3C Metadata Vocabulary for Tabular Data)."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": url,
        "dc:title": meaning,
        "dialect": {"encoding": "utf-8", "header": True},
        "tableSchema": {
            "columns": [
                {
                    "name": c.name,
                    "titles": c.name,
                    "dc:description": c.title,
                    "datatype": {"base": "boolean", "format": "yes|no"}
                    if c.kind == "yes"
                    else KINDS.get(c.kind, "string"),
                }
                for c in columns
            ]
        },
    }


def _file(data: bytes, media: str, name: str) -> HttpResponse:
    return HttpResponse(
        data, content_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _typed(column: Column, value: Any) -> Any:
    """As a workbook keeps it: numbers and days as such, times as text with their zone."""
    if value is None:
        return None
    if column.kind == "yes":
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, bool) or not isinstance(value, int | float | date):
        return str(value)
    return value


def _plain(column: Column, value: Any) -> Any:
    typed = _typed(column, value)
    return "" if typed is None else typed.isoformat() if isinstance(typed, date) else typed


def _guarded(value: Any) -> Any:
    """Text that an office program would run as a formula gets an apostrophe in front. A phone number or a
    negative number is none."""
    if isinstance(value, str) and value.startswith(_RISKY) and not _is_number(value):
        return f"'{value}"
    return value


def _is_number(text: str) -> bool:
    return text[0] in "+-" and text[1:].replace(" ", "").replace("-", "").replace(".", "").isdigit()


def _clean(text: str) -> str:
    """Without control characters, which a workbook cannot hold."""
    return "".join(c for c in text if c >= " " or c in "\t\n")[:32_767]
