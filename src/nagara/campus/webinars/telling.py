"""What letters say of a webinar: its title and when it is, in the clocks that matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nagara.campus.timetable.models import PublicSession
from nagara.campus.webinars.models import Webinar

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
"""When people are reminded, before the beginning."""


@dataclass(frozen=True)
class Facts:
    """A webinar as letters tell of it."""

    webinar: Webinar
    public: PublicSession

    def context(self, user: Any) -> dict[str, Any]:
        """Names for a letter to `user` (None: a guest, whose clock is not known)."""
        tz = getattr(user, "tz", "") or ""
        return {
            "webinar": self.webinar,
            "title": self.public.title,
            "when": wall(self.public.starts, self.public.tz),
            "utc": f"{self.public.starts.astimezone(UTC):%H:%M} UTC",
            "yours": wall(self.public.starts, tz) if tz and tz != self.public.tz else "",
            "minutes": self.public.minutes,
        }


def facts_of(webinar: Webinar) -> Facts:
    return Facts(webinar, webinar.session.public)


def wall(at: datetime, tz: str) -> str:
    """Tuesday 12 Jan 2027, 15:00 Seoul time."""
    local = at.astimezone(ZoneInfo(tz))
    city = tz.rpartition("/")[2].replace("_", " ")
    return f"{local:%A} {local.day} {local:%b %Y, %H:%M} {city} time"
