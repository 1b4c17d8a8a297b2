"""The port of joining: a room above keeps that a registered person joined, and may show the way from there.

    joining.register("attendance", on_join)      # on_join(registration, now) -> address of a page, or ""

The first address that is given is where the person is sent: a page that counts how long they stay. Where no
room gives one, the link of the meeting is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from nagara.campus.webinars.models import Registration

OnJoin = Callable[[Registration, datetime], str]
_registered: dict[str, OnJoin] = {}


def register(room: str, on_join: OnJoin) -> None:
    """Add or replace a room's answer."""
    _registered[room] = on_join


def joined(registration: Registration, now: datetime) -> str:
    """Tell the rooms; where to send the person, "" where none says."""
    addresses = [on_join(registration, now) for on_join in _registered.values()]
    return next((address for address in addresses if address), "")
