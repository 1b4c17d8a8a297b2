"""Participant lists of meeting tools: bytes in, plain records and problems out."""

from __future__ import annotations

from nagara.adapters.meetings.reading import read
from nagara.adapters.meetings.records import Problem, Report, Stay, Unreadable

__all__ = ["Problem", "Report", "Stay", "Unreadable", "read"]
