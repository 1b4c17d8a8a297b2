"""Matching and ordering: answered through lists to choose from, never by dragging."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any

from nagara.campus.quizzes.domain.kinds.shape import (
    Body,
    Fields,
    Given,
    Mark,
    Posed,
    Say,
    positions,
    shuffled,
)


def _rights(body: Body) -> list[str]:
    """What can be chosen: each right side once, and those that fit nothing."""
    found = [str(pair.get("right", "")) for pair in body.get("pairs", [])]
    found += [str(extra) for extra in body.get("extra", [])]
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Matching:
    """To each on the left one of the right. Each right pair counts alike."""

    name: str = "matching"
    title: str = "Matching"

    def check(self, body: Body, say: Say) -> None:
        pairs = body.get("pairs", [])
        whole = [p for p in pairs if isinstance(p, dict) and p.get("left") and p.get("right")]
        if len(whole) < 2 or len(whole) < len(pairs):
            say(
                "pairs",
                "Two pairs or more are needed, each with left and right.",
                "left: GTFS, right: timetables",
            )
        if len({str(p["left"]) for p in whole}) < len(whole):
            say("pairs", "Two pairs have the same left side.", "Each left side stands once.")
        if len(_rights(body)) < 2:
            say("pairs", "There is only one thing to choose.", "Add other right sides, or extra ones.")

    def order(self, body: Body, chance: Random, *, shuffle: bool) -> list[int]:
        return shuffled(len(_rights(body)), chance)

    def ask(self, posed: Posed, given: Given) -> dict[str, Any]:
        rights = _rights(posed.body)
        order = positions(posed, len(rights))
        place_of = {rights[at]: str(place) for place, at in enumerate(order, 1)}
        chosen = given.get("pairs", {})
        return {
            "rows": [
                {
                    "field": str(n),
                    "left": pair["left"],
                    "chosen": place_of.get(chosen.get(str(pair["left"])), ""),
                }
                for n, pair in enumerate(posed.body["pairs"], 1)
            ],
            "choices": [(str(place), rights[at]) for place, at in enumerate(order, 1)],
        }

    def read(self, posed: Posed, fields: Fields) -> Given:
        rights = _rights(posed.body)
        order = positions(posed, len(rights))
        pairs = {}
        for number, pair in enumerate(posed.body["pairs"], 1):
            place = _whole(fields(str(number)), len(order))
            if place:
                pairs[str(pair["left"])] = rights[order[place - 1]]
        return {"pairs": pairs} if pairs else {}

    def mark(self, posed: Posed, given: Given) -> Mark:
        pairs, chosen = posed.body["pairs"], given.get("pairs", {})
        hits = sum(1 for pair in pairs if chosen.get(str(pair["left"])) == str(pair["right"]))
        return Mark(Fraction(hits, len(pairs)))

    def key(self, posed: Posed) -> Given:
        return {"pairs": {str(pair["left"]): str(pair["right"]) for pair in posed.body["pairs"]}}

    def words(self, posed: Posed, given: Given) -> str:
        chosen = given.get("pairs", {})
        lefts = [str(pair["left"]) for pair in posed.body["pairs"]]
        return "; ".join(f"{left}: {chosen[left]}" for left in lefts if left in chosen)


@dataclass(frozen=True)
class Ordering:
    """Things put in order. Of all pairs of two: those in the right order minus those in the wrong order, as
    a share of all, not below 0."""

    name: str = "ordering"
    title: str = "Ordering"

    def check(self, body: Body, say: Say) -> None:
        sequence = body.get("sequence", [])
        if not isinstance(sequence, list) or len(sequence) < 3:
            say("sequence", "Three things or more are needed.", "List them in the right order.")
        elif len({str(s).strip() for s in sequence}) < len(sequence):
            say("sequence", "Two things have the same text.", "Each stands once.")

    def order(self, body: Body, chance: Random, *, shuffle: bool) -> list[int]:
        count = len(body.get("sequence", []))
        order = shuffled(count, chance)
        return order if order != list(range(count)) else order[1:] + order[:1]

    def ask(self, posed: Posed, given: Given) -> dict[str, Any]:
        sequence = [str(thing) for thing in posed.body["sequence"]]
        order, placed = positions(posed, len(sequence)), given.get("places", {})
        return {
            "rows": [
                {"field": str(number), "left": sequence[at], "chosen": str(placed.get(sequence[at], ""))}
                for number, at in enumerate(order, 1)
            ],
            "choices": [(str(n), str(n)) for n in range(1, len(sequence) + 1)],
            "twice": len(set(placed.values())) < len(placed),
        }

    def read(self, posed: Posed, fields: Fields) -> Given:
        sequence = [str(thing) for thing in posed.body["sequence"]]
        places = {}
        for number, at in enumerate(positions(posed, len(sequence)), 1):
            place = _whole(fields(str(number)), len(sequence))
            if place:
                places[sequence[at]] = place
        return {"places": places} if places else {}

    def mark(self, posed: Posed, given: Given) -> Mark:
        places = [given.get("places", {}).get(str(thing)) for thing in posed.body["sequence"]]
        balance = 0
        for first, second in combinations(places, 2):
            if first is not None and second is not None and first != second:
                balance += 1 if first < second else -1
        return Mark(max(Fraction(0), Fraction(balance, len(places) * (len(places) - 1) // 2)))

    def key(self, posed: Posed) -> Given:
        return {"places": {str(thing): place for place, thing in enumerate(posed.body["sequence"], 1)}}

    def words(self, posed: Posed, given: Given) -> str:
        placed = given.get("places", {})
        return "; ".join(f"{place}. {thing}" for thing, place in sorted(placed.items(), key=lambda p: p[1]))


def _whole(values: Any, most: int) -> int | None:
    text = str(values[0]).strip() if values else ""
    if not (text.isascii() and text.isdecimal()):
        return None
    return int(text[:6]) if 1 <= int(text[:6]) <= most else None
