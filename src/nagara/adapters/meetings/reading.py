"""Read a participant list of Zoom, Microsoft Teams, Google Meet or Webex, or any table of names and times."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone

from nagara.adapters.meetings.records import Problem, Report, Stay, Unreadable
from nagara.adapters.meetings.tables import EXPORT_AGAIN, Cell, Row, rows_of
from nagara.adapters.meetings.times import has_date, offset_of, orders_of, read_length, read_time
from nagara.adapters.meetings.tools import Section, sections_of, tool_of

ORDERS = ("ymd", "mdy", "dmy")


def read(data: bytes, *, order: str | None = None, day: date | None = None) -> Report:
    """A participant list as stays, one for each join. `order` says how dates in figures are written where
    the file leaves it open; `day` dates times that have none.

    Raises Unreadable where the file is none.
    """
    rows, problems = rows_of(data)
    sections = sections_of(rows)
    if not sections:
        raise Unreadable(
            "No table of participants was found: no heading with a name and a time of joining.", EXPORT_AGAIN
        )
    timed = [s for s in sections if "joined" in s.columns or "stamp" in s.columns]
    if not timed:
        raise Unreadable(
            "The file has totals only: it does not say when anybody came or left.",
            "Export it again with every join of its own (in Zoom: without Show unique users).",
        )
    report = Report(tool=tool_of(sections), problems=problems)
    report.orders = _orders(timed)
    if not report.orders:
        raise Unreadable("Its dates cannot all be read in one order.", EXPORT_AGAIN)
    chosen = order if order in report.orders else report.orders[0]
    zone = _zone(rows, timed)
    for section in _each_stay_once(timed):
        _take(section, report, chosen, day, zone)
    report.needs_zone = any(stay.joined.tzinfo is None for stay in report.stays)
    return report


def _orders(sections: Iterable[Section]) -> tuple[str, ...]:
    left = set(ORDERS)
    seen = False
    for section in sections:
        for _, cells in section.rows:
            for column in ("joined", "left", "stamp"):
                cell = section.cell(cells, column)
                if isinstance(cell, str) and re.search(r"\d[/.\-]\d", cell):
                    left &= orders_of(cell)
                    seen = True
    return tuple(o for o in ORDERS if o in left) if seen else ("ymd",)


def _zone(rows: Iterable[Row], sections: Iterable[Section]) -> timezone | None:
    """The offset that headings of times or a line "Time zone" name for the whole file."""
    for section in sections:
        for column in ("joined", "left", "stamp"):
            at = section.columns.get(column)
            if at is not None:
                named = re.search(r"\(([^)]*)\)\s*$", section.headings[at])
                if named and (zone := offset_of(named[1])):
                    return zone
    for _, cells in rows:
        if cells and re.match(r"time ?zone", str(cells[0]), re.IGNORECASE):
            for cell in cells:
                text = str(cell)
                named = re.search(r"(?:GMT|UTC)\s*[+-]\d{1,2}(?::\d{2})?", text)
                if zone := offset_of(named[0] if named else text):
                    return zone
    return None


def _each_stay_once(sections: list[Section]) -> list[Section]:
    """Teams lists each person (first join, last leave), then each stay: of who stands in both, the stays."""
    each = [s for s in sections if "first join" not in _heading(s, "joined")]
    totals = [s for s in sections if "first join" in _heading(s, "joined")]
    known = {_person(s, cells) for s in each for _, cells in s.rows}
    for section in totals:
        section.rows = [row for row in section.rows if _person(section, row[1]) not in known]
    return [*each, *totals]


def _heading(section: Section, column: str) -> str:
    at = section.columns.get(column)
    return section.headings[at].casefold() if at is not None else ""


def _name(section: Section, cells: list[Cell]) -> str:
    name = section.text(cells, "name")
    if not name or "name" not in section.columns:
        name = f"{section.text(cells, 'first')} {section.text(cells, 'last')}"
    return " ".join(name.split())


def _person(section: Section, cells: list[Cell]) -> str:
    return (section.text(cells, "email") or _name(section, cells)).casefold()


def _take(section: Section, report: Report, order: str, day: date | None, zone: timezone | None) -> None:
    if "joined" not in section.columns:
        _pairs(section, report, order, day, zone)
        return
    for number, cells in section.rows:
        if section.text(cells, "waiting").casefold() == "yes":
            _aside(report, number, "was in the waiting room", "")
            continue
        joined = _at(section.cell(cells, "joined"), order, day, zone, report)
        left = _at(section.cell(cells, "left"), order, day, zone, report)
        _keep(section, report, number, cells, joined, left)


def _keep(
    section: Section,
    report: Report,
    number: int,
    cells: list[Cell],
    joined: datetime | None,
    left: datetime | None,
) -> None:
    name, email = _name(section, cells), section.text(cells, "email").casefold()
    said = section.text(cells, "length")
    seconds = read_length(said, minutes="minutes" in _heading(section, "length") or report.tool == "Webex")
    if joined is None:
        _aside(report, number, "has no time of joining that can be read", name)
        return
    if left is None:
        if seconds is None:
            _aside(report, number, "has no time of leaving", name)
            return
        left = joined + timedelta(seconds=seconds)
    if left < joined and report.needs_day:
        left += timedelta(days=1)
    if left < joined:
        _aside(report, number, "leaves before it joins", name)
        return
    span = (left - joined).total_seconds()
    if seconds is not None and seconds + 90 < span:
        report.problems.append(
            Problem(
                number,
                "warning",
                f"{name or email}: the tool says {seconds // 60} minutes between times that are "
                f"{int(span) // 60} minutes apart, not when the gaps were. The {seconds // 60} count.",
            )
        )
        left = joined + timedelta(seconds=seconds)
    report.stays.append(Stay(number, name, email, joined, left, section.text(cells, "role")))


def _pairs(section: Section, report: Report, order: str, day: date | None, zone: timezone | None) -> None:
    """Older Teams lists: a line for each joining and leaving."""
    inside: dict[str, tuple[int, datetime]] = {}
    for number, cells in section.rows:
        name, email = _name(section, cells), section.text(cells, "email").casefold()
        at = _at(section.cell(cells, "stamp"), order, day, zone, report)
        action = section.text(cells, "action").casefold()
        if at is None or not action.startswith(("joined", "left")):
            _aside(report, number, "cannot be read: an action and its time are needed", name)
        elif action.startswith("joined"):
            inside.setdefault(name, (number, at))
        elif name in inside:
            row, began = inside.pop(name)
            if at < began:
                _aside(report, number, "leaves before it joins", name)
            else:
                report.stays.append(Stay(row, name, email, began, at, section.text(cells, "role")))
        else:
            _aside(report, number, "leaves without having joined", name)
    for name, (row, _) in inside.items():
        _aside(report, row, "has no time of leaving", name)


def _aside(report: Report, row: int, what: str, name: str) -> None:
    mend = "Say the times by hand on the page of the session." if name else ""
    report.problems.append(Problem(row, "error", f"Row {row} ({name or 'no name'}) {what}.", mend))


def _at(cell: Cell, order: str, day: date | None, zone: timezone | None, report: Report) -> datetime | None:
    if isinstance(cell, datetime):
        return cell if cell.tzinfo or zone is None else cell.replace(tzinfo=zone)
    if not cell:
        return None
    if not has_date(cell):
        report.needs_day = True
    found = read_time(cell, order, day)
    if found is not None and found.tzinfo is None and zone is not None:
        found = found.replace(tzinfo=zone)
    return found
