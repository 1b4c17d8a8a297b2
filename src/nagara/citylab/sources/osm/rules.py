"""What OpenStreetMap tags say of a street: who may use it, in which direction, how fast.

Sources: OpenStreetMap wiki, pages Key:access, Key:oneway, Key:junction, Key:maxspeed, Key:cycleway and
"OSM tags for routing/Access restrictions". The tables stand in `highways.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

_BOOK: dict[str, Any] = tomllib.loads(
    files(__package__).joinpath("highways.toml").read_text(encoding="utf-8")
)
CLASSES: dict[str, str] = _BOOK["class"]
NO_STREET = frozenset(_BOOK["no_street"]["values"])
_ALLOW = frozenset(_BOOK["access"]["yes"])
_DENY = frozenset(_BOOK["access"]["no"])
_SIDES = frozenset(_BOOK["cycle"]["sides"])
_GENERAL = frozenset({"access", "vehicle"})
_FORWARD = frozenset({"yes", "true", "1"})
_BACKWARD = frozenset({"-1", "reverse"})
_ROUND = frozenset({"roundabout", "circular"})
_SPEED = re.compile(r"^(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?$")

AREA_SUFFIX = ":area"
"""Follows the class of a square's outline: one may walk along it, yet it is no street of its own."""


@dataclass(frozen=True, slots=True)
class Street:
    """What the tags of one way give for its edges; names as in the table `street_edge`."""

    highway: str
    modes: str
    oneway: int
    oneway_bicycle: int
    speed_kmh: float | None
    cycle_sides: int
    name: str | None
    odd_speed: bool = False
    conditional: bool = False


def judge(tags: Mapping[str, str]) -> Street | str:
    """The street that `tags` describe, or why there is none: no-street, unknown-class or no-mode."""
    highway = tags.get("highway", "").strip().lower()
    if highway in NO_STREET or not highway:
        return "no-street"
    if highway not in CLASSES:
        return "unknown-class"
    modes = _modes(tags, highway)
    if not modes:
        return "no-mode"
    oneway = _oneway(tags, highway)
    speed, odd = _speed(tags.get("maxspeed"))
    return Street(
        highway=highway + (AREA_SUFFIX if tags.get("area") == "yes" else ""),
        modes=modes,
        oneway=oneway if modes != "w" else 0,
        oneway_bicycle=_oneway_bicycle(tags, oneway) if "b" in modes else 0,
        speed_kmh=speed,
        cycle_sides=_cycle_sides(tags, highway, modes),
        name=tags.get("name") or tags.get("ref") or None,
        odd_speed=odd,
        conditional=any(key.endswith(":conditional") for key in tags),
    )


def _modes(tags: Mapping[str, str], highway: str) -> str:
    by_class = CLASSES[highway]
    if tags.get("motorroad") == "yes":
        by_class = by_class.replace("w", "").replace("b", "")
    if highway == "service" and tags.get("service") == "private":
        by_class = ""
    allowed = ""
    for mode, keys in _BOOK["keys"].items():
        verdict = mode in by_class
        for key in keys:
            value = tags.get(key, "").lower()
            if value in _DENY or (value == "dismount" and mode == "b"):
                verdict = False
            elif value in _ALLOW:
                # A general key opens what the class is made for: `access=yes` lets no car on a stairway.
                verdict = verdict or key not in _GENERAL or mode in by_class
        allowed += mode if verdict else ""
    return allowed


def _oneway(tags: Mapping[str, str], highway: str) -> int:
    value = tags.get("oneway", "").lower()
    if value in _FORWARD:
        return 1
    if value in _BACKWARD:
        return -1
    if value:  # "no", and "reversible" or "alternating", which change by the hour
        return 0
    return int(tags.get("junction") in _ROUND or highway == "motorway")


def _oneway_bicycle(tags: Mapping[str, str], oneway: int) -> int:
    value = tags.get("oneway:bicycle", "").lower()
    if value in _FORWARD:
        return 1
    if value in _BACKWARD:
        return -1
    contraflow = any(
        tags.get(key, "").startswith("opposite") for key in ("cycleway", "cycleway:left", "cycleway:right")
    )
    return 0 if value == "no" or contraflow else oneway


def _speed(text: str | None) -> tuple[float | None, bool]:
    """Kilometres an hour, and whether the text says something that is not understood."""
    if text is None or text in {"none", "signals", "variable"}:
        return None, False
    if text == "walk":
        return float(_BOOK["speed"]["walk"]), False
    match = _SPEED.match(text.strip().lower())
    if match is None:
        return None, True
    factor = _BOOK["speed"].get(match[2], 1.0) if match[2] else 1.0
    value = round(float(match[1]) * factor, 3)
    return (value, False) if 0 < value <= 300 else (None, True)


def _cycle_sides(tags: Mapping[str, str], highway: str, modes: str) -> int:
    """Bicycle tracks and lanes along the street, each side counted (ISO 37120 clause 19.4)."""
    if highway == "cycleway" or (tags.get("bicycle") == "designated" and "c" not in modes):
        return 1
    both = tags.get("cycleway:both", "") in _SIDES or tags.get("cycleway", "") in {"lane", "track"}
    left = tags.get("cycleway:left", "") in _SIDES
    right = tags.get("cycleway:right", "") in _SIDES
    against = tags.get("cycleway", "").startswith("opposite_")
    if both:
        return 1 if tags.get("oneway") in _FORWARD and "cycleway:both" not in tags else 2
    return max(int(left) + int(right), int(against))
