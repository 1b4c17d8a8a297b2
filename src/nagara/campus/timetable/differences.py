"""What of a session is public, and how two states of it differ, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nagara.campus.cities.clocks import instant
from nagara.campus.timetable.models import PublicSession, Session

ADDED, MOVED, CHANGED, CANCELLED, RESTORED = "added", "moved", "changed", "cancelled", "restored"
WORDS = {
    ADDED: "new",
    MOVED: "moved",
    CHANGED: "changed",
    CANCELLED: "cancelled",
    RESTORED: "takes place after all",
}


@dataclass(frozen=True)
class Shown:
    """A session as people see it. `people`: name and role; `speakers`: those with an account."""

    title: str
    kind: str
    day: date
    at: time
    minutes: int
    tz: str
    place: str
    online: bool
    join_link: str
    note: str
    people: tuple[tuple[str, str], ...]
    speakers: frozenset[int]
    group_id: int | None
    group: str
    cancelled: bool
    cancel_reason: str

    @property
    def starts(self) -> datetime:
        return instant(datetime.combine(self.day, self.at), self.tz)

    @property
    def ends(self) -> datetime:
        return self.starts + timedelta(minutes=self.minutes)

    @property
    def when(self) -> str:
        """Such as "Tue 4 May 2027, 15:00 to 16:30, Seoul time"."""
        return span(self.starts, self.ends, self.tz)


def span(starts: datetime, ends: datetime, zone: str) -> str:
    """Two instants in the clock of a zone, in words."""
    there = ZoneInfo(zone)
    first, last = starts.astimezone(there), ends.astimezone(there)
    day = f"{first:%a} {first.day} {first:%b %Y}"
    until = f"{last:%H:%M}" if last.date() == first.date() else f"{last:%a} {last:%H:%M}"
    return f"{day}, {first:%H:%M} to {until}, {place_of(zone)} time"


def place_of(zone: str) -> str:
    """The city in the name of a zone: "Asia/Ho_Chi_Minh" is Ho Chi Minh."""
    return zone.rpartition("/")[2].replace("_", " ")


def draft_of(session: Session) -> Shown:
    """The session as the draft would show it. Activity, kind, group, room with venue and people are read."""
    activity, people = session.activity, list(session.people.all())
    return Shown(
        title=session.title or activity.title,
        kind=activity.kind.name,
        day=session.day,
        at=session.at,
        minutes=session.minutes,
        tz=session.tz,
        place=str(session.room) if session.room else "",
        online=session.online,
        join_link=session.join_link,
        note=session.note,
        people=tuple((str(one), one.role) for one in people),
        speakers=frozenset(one.user_id for one in people if one.user_id is not None),
        group_id=activity.group_id,
        group=activity.group.name if activity.group else "",
        cancelled=session.cancelled,
        cancel_reason=session.cancel_reason,
    )


def released_of(public: PublicSession) -> Shown:
    """The session as it was released. Group and speakers are read."""
    return Shown(
        title=public.title,
        kind=public.kind,
        day=public.day,
        at=public.at,
        minutes=public.minutes,
        tz=public.tz,
        place=public.place,
        online=public.online,
        join_link=public.join_link,
        note=public.note,
        people=tuple((str(one.get("name", "")), str(one.get("role", ""))) for one in public.people),
        speakers=frozenset(user.pk for user in public.speakers.all()),
        group_id=public.group_id,
        group=public.group.name if public.group else "",
        cancelled=public.cancelled,
        cancel_reason=public.cancel_reason,
    )


def what_of(was: Shown | None, now: Shown) -> str:
    """added, moved, changed, cancelled, restored; "" where nothing public differs."""
    if was is None:
        return "" if now.cancelled else ADDED
    if was.cancelled and now.cancelled:
        return ""
    if now.cancelled:
        return CANCELLED
    if was.cancelled:
        return RESTORED
    if (was.starts, was.minutes) != (now.starts, now.minutes) or was.tz != now.tz:
        return MOVED
    return CHANGED if said(was, now) else ""


def said(was: Shown, now: Shown) -> list[str]:
    """Sentences about everything that differs, the time first."""
    found = []
    if (was.starts, was.minutes, was.tz) != (now.starts, now.minutes, now.tz):
        found.append(f"From {was.when} to {now.when}.")
    if was.title != now.title:
        found.append(f"It is called {now.title} now (was {was.title}).")
    if was.kind != now.kind:
        found.append(f"Kind: {now.kind} (was {was.kind}).")
    if was.place != now.place:
        found.append(f"Place: {now.place or 'none'} (was {was.place or 'none'}).")
    if was.online != now.online:
        found.append("It can be joined online." if now.online else "It cannot be joined online any more.")
    if was.join_link != now.join_link:
        found.append("The link to join is new." if now.join_link else "The link to join is gone.")
    if was.people != now.people:
        found.append(f"With {names(now)} (was {names(was)}).")
    if was.group_id != now.group_id:
        found.append(f"It is for {now.group or 'everybody'} now (was for {was.group or 'everybody'}).")
    if was.note != now.note:
        found.append("The note is new." if now.note else "The note is gone.")
    return found


def names(shown: Shown) -> str:
    return ", ".join(name for name, _ in shown.people) or "nobody named"


def values_of(shown: Shown) -> dict[str, Any]:
    """The fields of PublicSession, without the many-to-many ones."""
    return {
        **{
            name: getattr(shown, name)
            for name in (
                *("title", "kind", "day", "at", "minutes", "tz", "place", "online", "join_link", "note"),
                *("group_id", "cancelled", "cancel_reason", "starts", "ends"),
            )
        },
        "people": [{"name": name, "role": role} for name, role in shown.people],
    }
