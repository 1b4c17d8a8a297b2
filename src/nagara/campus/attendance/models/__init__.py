"""Presences, how a batch counts them, and lists of participants taken from meeting tools."""

from __future__ import annotations

from nagara.campus.attendance.models.presences import Counting, Presence, Who
from nagara.campus.attendance.models.sheets import Sheet, SheetRow

__all__ = ["Counting", "Presence", "Sheet", "SheetRow", "Who"]
