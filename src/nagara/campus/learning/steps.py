"""The port of next steps: what a room asks of a learner, by when.

    steps.register("quizzes", provider)     provider(user, now) -> iterable of Step

Rooms call it in AppConfig.ready(). The learner's first screen shows all of them, what is due first on top.
A provider asks a fixed number of questions to the database, however many batches there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `due` is an instant (UTC), `zone` the zone in which it was set. `back`: it came back
    with a remark. `minutes`: about how long it takes."""

    title: str
    url: str
    why: str = ""
    place: str = ""
    due: datetime | None = None
    zone: str = "UTC"
    back: bool = False
    minutes: int | None = None


Provider = Callable[[Any, datetime], Iterable[Step]]
_providers: dict[str, Provider] = {}


def register(room: str, provider: Provider) -> None:
    """Add or replace a room's answer."""
    _providers[room] = provider


def next_steps(user: Any, now: datetime) -> list[Step]:
    """All steps: what came back first, then what is due first; what has no date comes last."""
    found = [step for provider in _providers.values() for step in provider(user, now)]
    return sorted(
        found, key=lambda s: (not s.back, s.due is None, s.due.timestamp() if s.due else 0, s.title)
    )
