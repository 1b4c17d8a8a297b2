"""Both clocks: an instant in a zone, with its offset; and wall time in a zone as an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Clock:
    """Wall time in a zone: `at` carries the zone; `offset` is such as "UTC+6:30"."""

    at: datetime
    zone: str
    offset: str

    @property
    def text(self) -> str:
        """Hours and minutes in the zone."""
        return f"{self.at:%H:%M}"


def clock(zone: str, at: datetime | None = None) -> Clock:
    """The wall time of `at` (default: now) in an IANA zone."""
    local = (at or datetime.now(UTC)).astimezone(ZoneInfo(zone))
    delta = local.utcoffset()
    minutes = int(delta.total_seconds()) // 60 if delta is not None else 0
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return Clock(local, zone, f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else ""))


def instant(wall: datetime, zone: str) -> datetime:
    """The instant (UTC) of a wall time without offset in an IANA zone.

    Where the clock is turned back the first of the two counts; a time that the clock skips counts as the
    hour after it.
    """
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def day_text(day: date) -> str:
    """A day as letters and papers write it: 12 Jan 2027."""
    return f"{day:%d %b %Y}".lstrip("0")
