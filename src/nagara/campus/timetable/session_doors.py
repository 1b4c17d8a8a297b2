"""The port of a session's page: rooms above say which doors they add to it.

    session_doors.register("attendance", 20, provider)      # provider(public, user) -> list[Tab]

`public` is the released session. A provider lists only what `user` may open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from nagara.campus.programmes.tabs import Tab
from nagara.campus.timetable.models import PublicSession

Provider = Callable[[PublicSession, Any], Iterable[Tab]]
_registered: dict[str, tuple[int, Provider]] = {}


def register(room: str, order: int, provider: Provider) -> None:
    """Add or replace the doors of a room."""
    _registered[room] = (order, provider)


def of(public: PublicSession, user: Any) -> list[Tab]:
    """All doors of a session for a person, in the order of the numbers."""
    rooms = sorted(_registered.items(), key=lambda entry: (entry[1][0], entry[0]))
    return [tab for _, (_, provider) in rooms for tab in provider(public, user)]
