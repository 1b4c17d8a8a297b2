"""What a draft runs into: rooms, people, hours, holidays, prayers, meals, travel; and which times are free.

`board.board_of(batch)` reads everything in a fixed number of queries; the rest works on plain values.
"""

from __future__ import annotations

from nagara.campus.timetable.clashes.board import board_of
from nagara.campus.timetable.clashes.finder import find
from nagara.campus.timetable.clashes.shapes import BAD, NOTE, WARN, Board, Finding, Slot

__all__ = ["BAD", "NOTE", "WARN", "Board", "Finding", "Slot", "board_of", "find"]
