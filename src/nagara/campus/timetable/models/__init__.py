"""Places, activities, sessions, and what of them is public."""

from __future__ import annotations

from nagara.campus.timetable.models.activities import Activity, Group, GroupMember
from nagara.campus.timetable.models.feeds import CalendarFeed
from nagara.campus.timetable.models.frame import Frame
from nagara.campus.timetable.models.places import Room, Venue
from nagara.campus.timetable.models.releases import PublicSession, Release
from nagara.campus.timetable.models.sessions import Session, SessionPerson, Unavailable

__all__ = [
    "Activity",
    "CalendarFeed",
    "Frame",
    "Group",
    "GroupMember",
    "PublicSession",
    "Release",
    "Room",
    "Session",
    "SessionPerson",
    "Unavailable",
    "Venue",
]
