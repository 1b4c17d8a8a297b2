"""The port of subjects: where the thing stands that an event is about."""

from __future__ import annotations

from collections.abc import Callable

_places: dict[str, Callable[[str], str]] = {}


def register(kind: str, address: Callable[[str], str]) -> None:
    """Say how the page of "kind/key" is addressed: `address(key)`. Called in AppConfig.ready()."""
    _places[kind] = address


def address_of(subject: str) -> str:
    """The page of a subject such as "person/7"; "" where no room registered its kind."""
    kind, _, key = subject.partition("/")
    place = _places.get(kind)
    return place(key) if place is not None and key else ""
