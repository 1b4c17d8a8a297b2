"""The port for what becomes of an application: a room above (selection) says it once it is released.

A room calls `register` in its AppConfig.ready(). Nothing that is not released may be said here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from nagara.campus.admissions.models import Application


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided: `key` such as "accept", `title` in words, `url` leads to more, if anywhere."""

    key: str
    title: str
    text: str = ""
    at: datetime | None = None
    url: str = ""


Provider = Callable[[Collection[int]], Mapping[int, Outcome]]
"""Ids of applications to the outcomes of those that have one, in a fixed number of queries."""

_providers: dict[str, Provider] = {}


def register(room: str, provider: Provider) -> None:
    """Add or replace a room's answer."""
    _providers[room] = provider


def outcomes(ids: Collection[int]) -> dict[int, Outcome]:
    """Released outcomes by id of application."""
    found: dict[int, Outcome] = {}
    for provider in _providers.values():
        found |= provider(ids)
    return found


def outcome(application: Application) -> Outcome | None:
    return outcomes([application.pk]).get(application.pk)
