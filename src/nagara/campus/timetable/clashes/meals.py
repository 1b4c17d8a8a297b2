"""Meals: whether the people of a batch find a hole to eat on each day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from nagara.campus.timetable.clashes.shapes import WARN, Board, Finding, Meal, Slot, clock, wall

Span = tuple[int, int, int]
"""First and last minute of the day, and the session."""


def check(board: Board) -> Iterator[Finding]:
    """A finding for each day and meal without a hole; people who lack it together are counted together."""
    if not board.hours.meals:
        return
    lacking: dict[tuple[str, date, tuple[int, ...]], int] = defaultdict(int)
    for (groups, zone), people in _classes(board).items():
        for day, spans in _days(board, groups, zone).items():
            for meal in board.hours.meals:
                if longest_hole(meal, spans) < meal.minutes:
                    there = tuple(sorted({s for a, b, s in spans if a < meal.last and b > meal.first}))
                    lacking[meal.name, day, there] += people
    titles = {slot.id: slot.title for slot in board.slots}
    meals = {meal.name: meal for meal in board.hours.meals}
    for (name, day, there), people in sorted(lacking.items()):
        meal = meals[name]
        names = ", ".join(dict.fromkeys(titles[one] for one in there))
        who = "1 person" if people == 1 else f"{people} people"
        words = (
            f"No {meal.minutes} minutes for {name.lower()} between {clock(meal.first)} and "
            f"{clock(meal.last)} on {day:%A} {day.day} {day:%B}, for {who}: {names}."
        )
        yield Finding("meal", WARN, words, there, day, people, "Leave a hole between them.")


def _classes(board: Board) -> dict[tuple[frozenset[int], str], int]:
    """How many people share groups and, where any session is joined from home, the zone."""
    found: dict[tuple[frozenset[int], str], int] = defaultdict(int)
    home = any(slot.at_home for slot in board.own)
    for groups, people in board.classes.items():
        for one in people:
            found[groups, board.people[one][0] if home else ""] += 1
    return found


def _days(board: Board, groups: frozenset[int], zone: str) -> dict[date, list[Span]]:
    """Busy spans of those people by day, in the clock where they are."""
    found: dict[date, list[Span]] = defaultdict(list)
    for slot in board.own:
        if slot.audience is not None and slot.audience not in groups:
            continue
        day, first = _local(slot, zone)
        found[day].append((first, first + slot.ends - slot.starts, slot.id))
    return found


def _local(slot: Slot, zone: str) -> tuple[date, int]:
    return wall(slot.starts, zone) if slot.at_home and zone else (slot.day, slot.first)


def longest_hole(meal: Meal, spans: Iterable[Span]) -> int:
    """The longest free time inside the meal's window."""
    longest, free_from = 0, meal.first
    for first, last, _ in sorted(spans):
        if last <= meal.first or first >= meal.last:
            continue
        longest = max(longest, first - free_from)
        free_from = max(free_from, last)
    return max(longest, meal.last - free_from)
