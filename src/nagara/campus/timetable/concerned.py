"""The port of those whom a session concerns beside its group and its speakers.

    concerned.register("webinars", provider)      # provider(session) -> users, or (e-mail, name)

They are told of released changes of the session: registered guests, those with a seat on a visit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nagara.campus.people.models import User
from nagara.campus.timetable.models import Session

Guest = User | tuple[str, str]
Provider = Callable[[Session], Iterable[Guest]]
_registered: dict[str, Provider] = {}


def register(room: str, provider: Provider) -> None:
    """Add or replace a room's answer."""
    _registered[room] = provider


def others(session: Session) -> list[Guest]:
    """Everyone whom the rooms name."""
    return [guest for provider in _registered.values() for guest in provider(session)]
