"""Verbs of the room."""

from __future__ import annotations

from nagara.campus.timetable.domain.activities import (
    add_activity,
    change_activity,
    make_group,
    remove_activity,
    remove_group,
    set_members,
)
from nagara.campus.timetable.domain.releasing import changes_of, letters, release
from nagara.campus.timetable.domain.sessions import (
    Changed,
    Planned,
    add_session,
    add_sessions,
    cancel_session,
    change_session,
    remove_session,
    restore_session,
)

__all__ = [
    "Changed",
    "Planned",
    "add_activity",
    "add_session",
    "add_sessions",
    "cancel_session",
    "change_activity",
    "change_session",
    "changes_of",
    "letters",
    "make_group",
    "release",
    "remove_activity",
    "remove_group",
    "remove_session",
    "restore_session",
    "set_members",
]
