"""The port for copying a batch: rooms above copy what is theirs.

    copying.register("admissions", copier, what="Call settings, documents and quotas")

`copier(source, new, *, days, by)` runs inside the transaction that makes the batch `new`; `days` is the
offset by which dates move. It returns the lines to show in the result, such as "call settings".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nagara.campus.programmes.models import Batch

Copier = Callable[..., Iterable[str]]


@dataclass(frozen=True, slots=True)
class Registered:
    """A room's copier and, in words, what it copies and what it leaves."""

    room: str
    copier: Copier
    what: str
    leaves: str = ""


_registered: dict[str, Registered] = {}


def register(room: str, copier: Copier, *, what: str = "", leaves: str = "") -> None:
    """Add or replace a room's copier."""
    _registered[room] = Registered(room, copier, what or f"settings of {room}", leaves)


def registered() -> list[Registered]:
    return list(_registered.values())


def run(source: Batch, new: Batch, *, days: int, by: object) -> list[str]:
    """Let every room copy; what each says."""
    return [line for entry in registered() for line in entry.copier(source, new, days=days, by=by)]
