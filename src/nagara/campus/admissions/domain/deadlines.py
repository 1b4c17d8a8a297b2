"""What is said when something comes too early or too late, in both clocks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from nagara.campus.admissions.models import Application, Call
from nagara.campus.cities.clocks import clock
from nagara.citylab.errors import CityLabError


class TooLate(CityLabError):
    """The call is not open (any more)."""


def both_clocks(at: datetime, zone: str, viewer: Any) -> str:
    """An instant in the host's clock, and in the viewer's where that is known and another."""
    host = clock(zone, at)
    said = f"{_said(at, zone)} ({host.zone}, {host.offset})"
    own = str(getattr(viewer, "tz", "") or "")
    if own and own != zone:
        mine = clock(own, at)
        said += f", which is {_said(at, own)} with you ({mine.zone}, {mine.offset})"
    elif not own:
        said += f", {at.astimezone(UTC):%H:%M} UTC"
    return said


def _said(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%d %b %Y %H:%M}".lstrip("0")


def need_open(call: Call, *, viewer: Any, at: datetime | None = None) -> None:
    """Raises TooLate where the call is not open at `at` (default: now): since when or from when, in both
    clocks."""
    standing = call.standing(at)
    if standing == "open":
        return
    if standing == "upcoming":
        when = both_clocks(call.opens_at, call.tz, viewer)
        raise TooLate(f"This call opens on {when}.", mend="Come back then.")
    if standing == "draft":
        raise TooLate("This call is not published yet.")
    when = both_clocks(call.closes_at, call.tz, viewer)
    early = "" if call.state == Call.State.PUBLISHED else " (or earlier: the office closed it)"
    raise TooLate(f"This call closed on {when}{early}.", mend="Write to the office if something kept you.")


def need_time(application: Application, *, viewer: Any, at: datetime | None = None) -> None:
    """The same for one application, which may have a grace of its own."""
    if application.in_time(at):
        return
    if application.grace_until:
        when = both_clocks(application.last_instant, application.call.tz, viewer)
        raise TooLate(f"The time given to you was over on {when}.", mend="Write to the office.")
    need_open(application.call, viewer=viewer, at=at)
