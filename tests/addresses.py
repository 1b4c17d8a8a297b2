"""The tables of addresses that the rooms keep in tests/campus/<room>/addresses.py."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any


@dataclass
class Made:
    """What a room made for its table: ids to put into addresses, people by name, data to send with a case,
    and what to do before each person asks (a form that may be sent once needs its object made anew)."""

    ids: dict[str, Any] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)
    data: dict[str, dict[str, Any]] = field(default_factory=dict)
    before: dict[str, Callable[[], object]] = field(default_factory=dict)


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"addresses_of_{path.parent.name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ROOMS = {
    path.parent.name: _load(path)
    for path in sorted((Path(__file__).parent / "campus").glob("*/addresses.py"))
}
