"""iCalendar, both ways: records to bytes, bytes to records and problems."""

from __future__ import annotations

from nagara.adapters.ical.reading import LARGEST, Read, read
from nagara.adapters.ical.records import Event, Feed, Happening, Problem
from nagara.adapters.ical.writing import MEDIA, write

__all__ = ["LARGEST", "MEDIA", "Event", "Feed", "Happening", "Problem", "Read", "read", "write"]
