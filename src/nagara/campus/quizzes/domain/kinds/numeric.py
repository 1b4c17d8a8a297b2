"""A number with its unit (UCUM)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from nagara.campus.quizzes.domain.expressions import plain
from nagara.campus.quizzes.domain.kinds.shape import FULL, NOTHING, Body, Fields, Given, Mark, Posed, Say
from nagara.campus.quizzes.domain.numbers import DECIMAL, THOUSANDS, Reading, read
from nagara.citylab.units import UnknownUnit, converter, normalise

HALF = Fraction(1, 2)
DIGITS = Decimal("1e-12")
"""Conversions of units are floats: what differs by their last digits is the same number."""
ROUNDED = Decimal("0.005")
"""A named mistake is known even where the learner rounded it: within half a per cent."""
AMBIGUOUS = "The number can be read in two ways, and which one was not chosen."


@dataclass(frozen=True)
class Numeric:
    """A number, converted to the item's unit and compared with the tolerance. Full marks within it; half of
    them where the number is right but its unit is missing or measures something else."""

    name: str = "numeric"
    title: str = "Number with unit"

    def check(self, body: Body, say: Say) -> None:
        if not isinstance(body.get("answer"), Decimal):
            say("answer", "The answer is missing.", "A number, or a formula with the item's parameters.")
        if body.get("unit") and normalise(str(body["unit"])) is None:
            say("unit", f"{body['unit']!r} is no unit in UCUM.", "Examples: min, km/h, m2, %, ug/m3.")
        tolerance = body.get("tolerance") or {}
        named = isinstance(tolerance, Mapping) and set(tolerance) <= {"absolute", "relative"}
        if not named or any(_number(v) is None or _number(v) < 0 for v in tolerance.values()):  # type: ignore[operator]
            say("tolerance", "A tolerance is absolute or relative, a number of 0 or more.", "relative: 0.02")
        for unit in body.get("units", []):
            if normalise(str(unit)) is None:
                say("units", f"{unit!r} is no unit in UCUM.", "Examples: min, km/h, m2, %, ug/m3.")

    def order(self, body: Body, chance: Random, *, shuffle: bool) -> list[int]:
        return []

    def ask(self, posed: Posed, given: Given) -> dict[str, Any]:
        reading = _reading(given)
        either = [plain(value) for value in reading.either] if reading.either else []
        return {
            "text": given.get("text", ""),
            "unit": given.get("unit", ""),
            "with_unit": bool(posed.body.get("unit")),
            "units": list(posed.body.get("units", [])),
            "read": given.get("read", ""),
            "either": dict(zip((DECIMAL, THOUSANDS), either, strict=True)) if either else {},
            "said": self._said(posed, given, reading),
            "problem": reading.problem or self._unit_problem(posed, given, reading),
        }

    def _said(self, posed: Posed, given: Given, reading: Reading) -> str:
        if reading.value is None:
            return ""
        code = _unit(given, reading)
        return f"Read as {reading.says}{' ' + code if code and posed.body.get('unit') else ''}."

    def _unit_problem(self, posed: Posed, given: Given, reading: Reading) -> str:
        if not posed.body.get("unit") or not given.get("text"):
            return ""
        typed = given.get("unit") or reading.rest
        if not typed:
            return "The unit is missing."
        return "" if normalise(typed) else f"The unit {typed!r} is not known."

    def read(self, posed: Posed, fields: Fields) -> Given:
        text = _first(fields(""))[:80]
        if not text:
            return {}
        given: Given = {"text": text, "unit": _first(fields("unit"))[:40]}
        choice = _first(fields("read"))
        if choice in (DECIMAL, THOUSANDS) and read(text).either:
            given["read"] = choice
        return given

    def mark(self, posed: Posed, given: Given) -> Mark:  # noqa: PLR0911 (a case a line)
        if not given.get("text"):
            return NOTHING
        reading = _reading(given)
        if reading.either:
            return Mark(Fraction(0), remark=AMBIGUOUS)
        if reading.value is None:
            return Mark(Fraction(0), remark=reading.problem)
        wanted = str(posed.body.get("unit") or "")
        factor = _factor(_unit(given, reading), normalise(wanted) or wanted) if wanted else (1, 0)
        if factor is None:
            right = self._within(posed, reading.value, posed.body["answer"])
            return Mark(
                HALF if right else Fraction(0), remark="The unit is missing or measures something else."
            )
        value = reading.value * Decimal(repr(factor[0])) + Decimal(repr(factor[1]))
        if self._within(posed, value, posed.body["answer"]):
            return FULL
        for mistake in posed.body.get("mistakes", []):
            if isinstance(mistake.get("answer"), Decimal) and self._within(
                posed, value, mistake["answer"], ROUNDED
            ):
                return Mark(Fraction(0), mistake=str(mistake.get("key", "")))
        return NOTHING

    def _within(self, posed: Posed, value: Decimal, target: Decimal, least: Decimal = DIGITS) -> bool:
        tolerance = posed.body.get("tolerance") or {}
        absolute = _number(tolerance.get("absolute", 0)) or Decimal(0)
        relative = _number(tolerance.get("relative", 0)) or Decimal(0)
        allowed = max(absolute, relative * abs(target), abs(target) * least)
        return abs(value - target) <= allowed

    def key(self, posed: Posed) -> Given:
        text = plain(posed.body["answer"])
        given: Given = {"text": text, "unit": str(posed.body.get("unit") or "")}
        if read(text).either:
            given["read"] = DECIMAL
        return given

    def words(self, posed: Posed, given: Given) -> str:
        reading = _reading(given)
        unit = _unit(given, reading) or given.get("unit", "")
        shown = str(given.get("text", "")) if reading.value is None else reading.says
        return f"{shown} {unit if posed.body.get('unit') else ''}".strip()


def _first(values: Any) -> str:
    return str(values[0]).strip() if values else ""


def _number(value: Any) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except ArithmeticError:
        return None
    return found if found.is_finite() else None


def _reading(given: Given) -> Reading:
    return read(str(given.get("text", "")), str(given.get("read", "")))


def _unit(given: Given, reading: Reading) -> str:
    """The UCUM code of the unit that was chosen, or written behind the number; "" where it is not known."""
    return normalise(str(given.get("unit") or reading.rest)) or ""


def _factor(start: str, end: str) -> tuple[float, float] | None:
    try:
        return converter(start, end) if start else None
    except UnknownUnit:
        return None
