"""The port of those whom a session concerns beside its group and its speakers.

    concerned.register("webinars", provider)      # provider(session) -> users, or (e-mail, name)

They are told of released changes of the session: registered guests, the leaders of a visit.

    concerned.narrow("visits", provider)        # provider(session) -> ids of users, or None: no narrower

Where a session of a group is only for some of it (a visit by sign-up), only they are told of its changes;
that there is such a session, the whole group is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nagara.campus.people.models import User
from nagara.campus.timetable.models import Session

Guest = User | tuple[str, str]
Provider = Callable[[Session], Iterable[Guest]]
Narrower = Callable[[Session], set[int] | None]
_registered: dict[str, Provider] = {}
_narrower: dict[str, Narrower] = {}


def register(room: str, provider: Provider) -> None:
    """Add or replace a room's answer."""
    _registered[room] = provider


def others(session: Session) -> list[Guest]:
    """Everyone whom the rooms name."""
    return [guest for provider in _registered.values() for guest in provider(session)]


def narrow(room: str, provider: Narrower) -> None:
    """Add or replace a room's answer to who of the group a session is really for."""
    _narrower[room] = provider


def only(session: Session) -> set[int] | None:
    """Ids of those of the group who are told of changes; None: all of it."""
    for provider in _narrower.values():
        found = provider(session)
        if found is not None:
            return found
    return None
