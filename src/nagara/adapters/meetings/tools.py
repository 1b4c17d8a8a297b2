"""The columns of the usual meeting tools, and which tool a table comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nagara.adapters.meetings.tables import Cell, Row

COLUMNS: dict[str, tuple[str, ...]] = {
    "name": (
        "name (original name)",
        "user name (original name)",
        "display name",
        "full name",
        "participant name",
        "attendee name",
        "participant",
        "user name",
        "name",
    ),
    "first": ("first name", "given name"),
    "last": ("last name", "surname", "family name"),
    "email": ("user email", "attendee email", "email", "e-mail", "email address", "participant id (upn)"),
    "joined": (
        "join time",
        "first join",
        "first join time",
        "time joined",
        "joined",
        "joined at",
        "join date",
    ),
    "left": ("leave time", "last leave", "last leave time", "time exited", "left", "left at", "leave date"),
    "length": (
        "duration (minutes)",
        "total duration (minutes)",
        "time in session (minutes)",
        "in-meeting duration",
        "attendance duration",
        "meeting duration",
        "duration",
    ),
    "role": ("role",),
    "waiting": ("in waiting room",),
    "action": ("user action",),
    "stamp": ("timestamp",),
}
TOOLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Microsoft Teams", ("in-meeting duration", "participant id (upn)", "user action", "first join")),
    ("Google Meet", ("time joined", "time exited")),
    ("Webex", ("attendee email", "attendance duration", "display name")),
    (
        "Zoom",
        ("name (original name)", "user name (original name)", "user email", "time in session (minutes)"),
    ),
)


@dataclass(slots=True)
class Section:
    """A table within the file: where its columns are, its headings as written, its rows."""

    columns: dict[str, int]
    headings: list[str]
    rows: list[Row]

    def text(self, cells: Sequence[Cell], column: str) -> str:
        at = self.columns.get(column)
        return str(cells[at]).strip() if at is not None and at < len(cells) else ""

    def cell(self, cells: Sequence[Cell], column: str) -> Cell:
        at = self.columns.get(column)
        return cells[at] if at is not None and at < len(cells) else ""


def plain(heading: str) -> str:
    """A heading for comparing: lower case, without a zone or other small print that is not the name's."""
    text = re.sub(r"\s+", " ", heading.replace("_", " ")).strip().casefold()
    return re.sub(r"\s*\((?:utc|gmt|[a-z]+/[a-z_]+)[^)]*\)", "", text)


def sections_of(rows: Sequence[Row]) -> list[Section]:
    """Every table with a name and a time, or a name and a total; other rows (summaries) are passed over."""
    found: list[Section] = []
    inside: Section | None = None
    for number, cells in rows:
        headings = [str(cell) for cell in cells]
        columns = _columns(headings)
        if _is_head(columns):
            inside = Section(columns, headings, [])
            found.append(inside)
        elif not any(headings):
            inside = None
        elif inside is not None:
            inside.rows.append((number, cells))
    return found


def _columns(headings: Sequence[str]) -> dict[str, int]:
    names = [plain(heading) for heading in headings]
    found = {}
    for column, known in COLUMNS.items():
        for name in known:
            if name in names:
                found[column] = names.index(name)
                break
    return found


def _is_head(columns: dict[str, int]) -> bool:
    named = "name" in columns or {"first", "last"} <= set(columns)
    timed = "joined" in columns or {"action", "stamp"} <= set(columns)
    return named and (timed or ("length" in columns and "email" in columns))


def tool_of(sections: Sequence[Section]) -> str:
    """The tool by its headings; "A table" where none is known."""
    names = {plain(heading) for section in sections for heading in section.headings}
    for tool, marks in TOOLS:
        if names.intersection(marks):
            return tool
    return "A table"
