"""The port for moving a batch: rooms above move what is dated with it.

moving.register("timetable", mover)      # mover(batch, *, days, by), inside the transaction of the move
"""

from __future__ import annotations

from collections.abc import Callable

from nagara.campus.programmes.models import Batch

Mover = Callable[..., int]
_registered: dict[str, Mover] = {}


def register(room: str, mover: Mover) -> None:
    """Add or replace a room's mover; it returns how many dates it moved."""
    _registered[room] = mover


def run(batch: Batch, *, days: int, by: object) -> dict[str, int]:
    """Let every room move; how many dates each moved."""
    return {room: mover(batch, days=days, by=by) for room, mover in _registered.items()}
