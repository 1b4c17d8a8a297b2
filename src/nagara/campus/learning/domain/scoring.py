"""From marks to points of 100: exact decimals, halves up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

from nagara.citylab.errors import CityLabError

Criteria = Sequence[Mapping[str, Any]]
CENT = Decimal("0.01")
PLAIN: Criteria = ({"id": "mark", "title": "Points of 100", "weight": 100, "max": 100, "anchors": {}},)
"""What an assignment without a rubric is marked by."""


def rounded(value: Fraction | Decimal | int) -> Decimal:
    """To hundredths, halves up."""
    if isinstance(value, Fraction):
        cents = (value * 100 + Fraction(1, 2)).__floor__()
        return Decimal(cents).scaleb(-2)
    return Decimal(value).quantize(CENT, rounding=ROUND_HALF_UP)


def percent_of(criteria: Criteria, marks: Mapping[str, int]) -> Decimal | None:
    """Weighted share of the highest marks in points of 100; None where a mark is missing."""
    if not criteria or any(str(c["id"]) not in marks for c in criteria):
        return None
    weight = sum(Fraction(str(c["weight"])) for c in criteria)
    reached: Fraction | int = sum(
        Fraction(str(c["weight"])) * Fraction(marks[str(c["id"])], int(c["max"])) for c in criteria
    )
    return rounded(Fraction(reached) / Fraction(weight) * 100)


def read_marks(criteria: Criteria, given: Mapping[str, Any]) -> dict[str, int]:
    """Marks as a form sends them -> {criterion: mark}. Raises CityLabError for what is no mark."""
    found = {}
    for criterion in criteria:
        key = str(criterion["id"])
        text = str(given.get(key, "") if given.get(key) is not None else "").strip()
        if not text:
            continue
        if not (text.isascii() and text.isdigit()) or int(text) > int(criterion["max"]):
            raise CityLabError(
                f"{text!r} is no mark.",
                where=str(criterion["title"]),
                mend=f"Marks are whole numbers from 0 to {criterion['max']}.",
            )
        found[key] = int(text)
    return found


def mean(values: Iterable[Decimal]) -> Decimal:
    """Exact mean, rounded once."""
    rows = [Fraction(value) for value in values]
    return rounded(sum(rows, Fraction(0)) / len(rows))


def combined(percents: Sequence[Decimal], differ_by: Decimal) -> Decimal | None:
    """The mark of two markers: their mean, or None where they differ by more than `differ_by` (a third has to
    read, or they agree). Of three: the mean of the two that are closest; the middle one where it lies in the
    middle."""
    if len(percents) < 2:
        return None
    if len(percents) == 2:
        return None if abs(percents[0] - percents[1]) > differ_by else mean(percents)
    pairs = sorted(combinations(sorted(percents[:3]), 2), key=lambda pair: abs(pair[0] - pair[1]))
    if abs(pairs[0][0] - pairs[0][1]) == abs(pairs[1][0] - pairs[1][1]):
        return sorted(percents[:3])[1]
    return mean(pairs[0])


def peer_weight(error: Decimal | None, flag_above: int) -> Fraction:
    """How much a peer's marks count: 1 for who marks the calibration pieces as the lecturers do, falling
    evenly to 0 at twice `flag_above` points of difference. 1 where nothing was compared."""
    if error is None:
        return Fraction(1)
    return max(Fraction(0), 1 - Fraction(error) / (2 * flag_above))


def weighted(values: Iterable[tuple[Decimal, Fraction]]) -> Decimal | None:
    """Weighted mean; None where nothing counts."""
    rows = [(Fraction(value), weight) for value, weight in values if weight > 0]
    if not rows:
        return None
    return rounded(sum((v * w for v, w in rows), Fraction(0)) / sum((w for _, w in rows), Fraction(0)))


def shared(expert: Decimal, peer: Decimal | None, share: int) -> Decimal:
    """Expert and peers together: `share` points of 100 are the peers'. Without peers the expert's alone."""
    if peer is None:
        return expert
    return rounded((Fraction(expert) * (100 - share) + Fraction(peer) * share) / 100)


def late_minus(late: Mapping[str, Any], days: int) -> Decimal:
    """Points off for being late."""
    if late.get("rule") != "minus" or days <= 0:
        return Decimal(0)
    return rounded(Fraction(str(late.get("percent_a_day", 10))) * days)
