"""The port of personal data: each room exports and erases what it holds about a person.

A room calls `register` in its AppConfig.ready().
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nagara.campus.people.models import User

Rows = list[dict[str, Any]]
Export = Callable[[User], dict[str, Rows]]
Erase = Callable[[User], None]

erased_name = "Erased person"


@dataclass(frozen=True)
class Holder:
    """A room that holds personal data. `stays` says in words what is kept without a name."""

    room: str
    export: Export
    erase: Erase
    stays: str = ""


_holders: dict[str, Holder] = {}


def register(room: str, *, export: Export, erase: Erase, stays: str = "") -> None:
    """Add a room. `export(user)` returns {file name: rows} (plain values); `erase(user)` makes the rows of
    the person anonymous and keeps results; it runs inside one transaction with all rooms."""
    _holders[room] = Holder(room, export, erase, stays)


def all_holders() -> list[Holder]:
    """The rooms, the highest first: who refers to others erases before them."""
    return list(reversed(_holders.values()))
