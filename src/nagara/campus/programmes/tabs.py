"""The port of a batch's pages: rooms above say which doors they add to the page of a batch.

    tabs.register("timetable", 10, lambda batch, user: [Tab("Timetable", url)])

A provider lists only what `user` may open. Doors stand in the order of the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from nagara.campus.programmes.models import Batch


@dataclass(frozen=True, slots=True)
class Tab:
    """A door: its title, where it leads, and a few words beside it ("48 people")."""

    title: str
    url: str
    note: str = ""


Provider = Callable[[Batch, Any], Iterable[Tab]]
_registered: dict[str, tuple[int, Provider]] = {}


def register(room: str, order: int, provider: Provider) -> None:
    """Add or replace the doors of a room."""
    _registered[room] = (order, provider)


def of(batch: Batch, user: Any) -> list[Tab]:
    """All doors of a batch for a person."""
    rooms = sorted(_registered.items(), key=lambda entry: (entry[1][0], entry[0]))
    return [tab for _, (_, provider) in rooms for tab in provider(batch, user)]
