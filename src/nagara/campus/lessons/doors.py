"""Ports for the rooms above: what else stands on a module's page, and what a class did wrong.

    doors.register("labwork", lambda code, batch, user: [Tab("Lab: who waits", url, "90 min")])
    doors.register_class("labwork", lambda code, user: [Mistake(...)])
    doors.register_needs("labwork", lambda code, variant: [Need(...)])

A provider lists only what `user` may open (None or an anonymous user: what is public).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.tabs import Tab
from nagara.citylab.lessons import Need


@dataclass(frozen=True, slots=True)
class Mistake:
    """What learners of a batch did wrong: where (a task), how many of how many, the explanation, a page."""

    batch: str
    where: str
    what: str
    count: int
    of: int
    url: str = ""


Provider = Callable[[str, Batch | None, Any], Iterable[Tab]]
ClassProvider = Callable[[str, Any], Iterable[Mistake]]
NeedProvider = Callable[[str, str], Iterable[Need]]
_doors: dict[str, Provider] = {}
_classes: dict[str, ClassProvider] = {}
_needs: dict[str, NeedProvider] = {}


def register(room: str, provider: Provider) -> None:
    """Add or replace a room's doors on the page of a module."""
    _doors[room] = provider


def register_class(room: str, provider: ClassProvider) -> None:
    """Add or replace a room's word on what classes did wrong in a module."""
    _classes[room] = provider


def register_needs(room: str, provider: NeedProvider) -> None:
    """Add or replace what a room needs of a city for a module in a variant."""
    _needs[room] = provider


def of(code: str, batch: Batch | None, user: Any) -> list[Tab]:
    """All doors of a module for a person."""
    return [tab for _, provider in sorted(_doors.items()) for tab in provider(code, batch, user)]


def mistakes(code: str, user: Any) -> list[Mistake]:
    """What classes did wrong in a module, the most frequent first."""
    found = [m for _, provider in sorted(_classes.items()) for m in provider(code, user)]
    return sorted(found, key=lambda m: (-m.count, m.batch, m.where))


def needs(code: str, variant: str) -> list[Need]:
    """What the rooms above need of a city for a module."""
    return [need for _, provider in sorted(_needs.items()) for need in provider(code, variant)]
