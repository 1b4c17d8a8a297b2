"""All findings about a draft, the worst first."""

from __future__ import annotations

from nagara.campus.timetable.clashes import days, meals, places
from nagara.campus.timetable.clashes.shapes import ORDER, Board, Finding


def find(board: Board) -> list[Finding]:
    """Everything that the sessions run into, by severity and day."""
    found = [*places.check(board), *days.check(board), *meals.check(board)]
    return sorted(found, key=lambda f: (ORDER[f.severity], f.day, f.kind, f.slots))
