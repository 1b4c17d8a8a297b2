"""Single and multiple choice."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from nagara.campus.quizzes.domain.kinds.shape import (
    FULL,
    NOTHING,
    Body,
    Fields,
    Given,
    Mark,
    Posed,
    Say,
    positions,
    shuffled,
)


def _options(body: Body) -> list[dict[str, Any]]:
    return [o for o in body.get("options", []) if isinstance(o, dict)]


def _right(body: Body) -> set[str]:
    return {str(o.get("id")) for o in _options(body) if o.get("right")}


def _check_options(body: Body, say: Say) -> None:
    options = _options(body)
    if len(options) < 2 or len(options) != len(body.get("options", [])):
        say(
            "options",
            "A choice needs two options or more.",
            "Each with id and text; right: true for the key.",
        )
    if len({str(o.get("id")) for o in options}) < len(options):
        say("options", "Two options have the same id.", "Give each its own short id.")
    if len({str(o.get("text", "")).strip() for o in options}) < len(options):
        say("options", "Two options have the same text.", "With drawn numbers too: add a guard.")


@dataclass(frozen=True)
class Single:
    """One of several. Full marks for the right one, else none."""

    name: str = "single"
    title: str = "Single choice"

    def check(self, body: Body, say: Say) -> None:
        _check_options(body, say)
        if len(_right(body)) != 1:
            say("options", f"{len(_right(body))} options are right.", "A single choice has exactly one.")

    def order(self, body: Body, chance: Random, *, shuffle: bool) -> list[int]:
        count = len(_options(body))
        return shuffled(count, chance) if shuffle else list(range(count))

    def ask(self, posed: Posed, given: Given) -> dict[str, Any]:
        return {"options": _shown(posed, {given.get("choice")})}

    def read(self, posed: Posed, fields: Fields) -> Given:
        chosen = _chosen(posed, fields)
        return {"choice": chosen[0]} if chosen else {}

    def mark(self, posed: Posed, given: Given) -> Mark:
        choice = given.get("choice")
        if choice in _right(posed.body):
            return FULL
        named = [o for o in _options(posed.body) if str(o.get("id")) == choice and o.get("because")]
        return Mark(Fraction(0), mistake=str(choice)) if named else NOTHING

    def key(self, posed: Posed) -> Given:
        return {"choice": next(iter(_right(posed.body)))}

    def words(self, posed: Posed, given: Given) -> str:
        return "; ".join(_texts(posed, {given.get("choice")}))


@dataclass(frozen=True)
class Multiple:
    """Any number of several. Right ones minus wrong ones, as a share of the right ones, not below 0."""

    name: str = "multiple"
    title: str = "Multiple choice"

    def check(self, body: Body, say: Say) -> None:
        _check_options(body, say)
        if not _right(body):
            say("options", "No option is right.", "Mark at least one with right: true.")

    def order(self, body: Body, chance: Random, *, shuffle: bool) -> list[int]:
        return Single().order(body, chance, shuffle=shuffle)

    def ask(self, posed: Posed, given: Given) -> dict[str, Any]:
        return {"options": _shown(posed, set(given.get("choices", [])))}

    def read(self, posed: Posed, fields: Fields) -> Given:
        chosen = _chosen(posed, fields)
        return {"choices": sorted(set(chosen))} if chosen else {}

    def mark(self, posed: Posed, given: Given) -> Mark:
        right, chosen = _right(posed.body), set(given.get("choices", []))
        share = Fraction(len(chosen & right) - len(chosen - right), len(right) or 1)
        wrong = [
            str(o["id"]) for o in _options(posed.body) if o.get("because") and str(o["id"]) in chosen - right
        ]
        return Mark(max(Fraction(0), share), mistake=wrong[0] if wrong else "")

    def key(self, posed: Posed) -> Given:
        return {"choices": sorted(_right(posed.body))}

    def words(self, posed: Posed, given: Given) -> str:
        return "; ".join(_texts(posed, set(given.get("choices", []))))


def _shown(posed: Posed, chosen: set[Any]) -> list[dict[str, Any]]:
    """Options in the order of display; their values are places: an author's id could tell the key."""
    options = _options(posed.body)
    return [
        {"value": str(place), "text": options[at]["text"], "chosen": str(options[at]["id"]) in chosen}
        for place, at in enumerate(positions(posed, len(options)), 1)
    ]


def _chosen(posed: Posed, fields: Fields) -> list[str]:
    options = _options(posed.body)
    order = positions(posed, len(options))
    picked = [int(v) for v in fields("") if v.isascii() and v.isdecimal() and 1 <= int(v[:6]) <= len(order)]
    return [str(options[order[place - 1]]["id"]) for place in picked]


def _texts(posed: Posed, chosen: set[Any]) -> list[str]:
    return [str(o["text"]) for o in _options(posed.body) if str(o["id"]) in chosen]
