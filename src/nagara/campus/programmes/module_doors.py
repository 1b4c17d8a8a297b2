"""The port of a module's page in the catalogue: rooms above say what else there is of it.

module_doors.register("lessons", lambda code, user: [Tab("Read the lessons", url)])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from nagara.campus.programmes.tabs import Tab

Provider = Callable[[str, Any], Iterable[Tab]]
_registered: dict[str, Provider] = {}


def register(room: str, provider: Provider) -> None:
    """Add or replace the doors of a room."""
    _registered[room] = provider


def of(code: str, user: Any) -> list[Tab]:
    """All doors of a module for a person."""
    return [tab for _, provider in sorted(_registered.items()) for tab in provider(code, user)]
