"""From marks to points: exact, in thousandths of a point of 100."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

from nagara.campus.selection.domain.constraints import SCALE
from nagara.citylab.errors import CityLabError

Criteria = Sequence[Mapping[str, Any]]


def _rounded(value: Fraction) -> int:
    """To the nearest whole number, halves up."""
    return int(value + Fraction(1, 2))


def points_of(criteria: Criteria, scores: Mapping[str, int]) -> int | None:
    """Weighted share of the highest marks, in thousandths of a point of 100; None where a mark is missing."""
    if any(str(c["id"]) not in scores for c in criteria) or not criteria:
        return None
    weight = sum(Fraction(str(c["weight"])) for c in criteria)
    reached: Fraction | int = sum(
        Fraction(str(c["weight"])) * Fraction(scores[str(c["id"])], int(c["max"])) for c in criteria
    )
    return _rounded(Fraction(reached) / Fraction(weight) * 100 * SCALE)


def read_marks(criteria: Criteria, given: Mapping[str, Any]) -> dict[str, int]:
    """Marks as a form sends them (text or nothing) -> criterion: mark. Raises CityLabError for others."""
    found = {}
    for criterion in criteria:
        key, text = str(criterion["id"]), str(given.get(str(criterion["id"]), "") or "").strip()
        if not text:
            continue
        if not text.isdecimal() or int(text) > int(criterion["max"]):
            raise CityLabError(
                f"{text} is no mark.", where=str(criterion["title"]), mend=f"Use 0 to {criterion['max']}."
            )
        found[key] = int(text)
    return found


def combined(points: Sequence[int], how: str) -> int | None:
    """One score from all readings: "mean", "median" or "nearest" (the mean of the two nearest; of pairs that
    are as near, the higher)."""
    if not points:
        return None
    ordered = sorted(points)
    count = len(ordered)
    if how == "median" and count > 2:
        middle = (
            ordered[count // 2 : count // 2 + 1] if count % 2 else ordered[count // 2 - 1 : count // 2 + 1]
        )
        return _rounded(Fraction(sum(middle), len(middle)))
    if how == "nearest" and count > 2:
        _, total = min((high - low, -(low + high)) for low, high in combinations(ordered, 2))
        return _rounded(Fraction(-total, 2))
    return _rounded(Fraction(sum(ordered), len(ordered)))


def apart(points: Iterable[int]) -> int:
    """From the lowest to the highest reading."""
    known = list(points)
    return max(known) - min(known) if known else 0
