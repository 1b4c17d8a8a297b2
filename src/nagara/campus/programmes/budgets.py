"""Adding up budget lines of several currencies, and saying what cannot be added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from nagara.campus.programmes.models.programmes import BudgetLine

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Total:
    """The sum in `currency`: of the lines that have a rate; `open_lines` have none and are left out.
    `oldest` is the date of the oldest rate."""

    amount: Decimal
    currency: str
    open_lines: tuple[str, ...]
    oldest: date | None


def cost(line: BudgetLine) -> Decimal:
    """Amount times quantity, in the line's own currency, to the cent."""
    return (line.amount * line.quantity).quantize(CENT, ROUND_HALF_UP)


def converted(line: BudgetLine, currency: str) -> Decimal | None:
    """The line's cost in the budget's currency; None without a rate."""
    if line.currency == currency:
        return cost(line)
    return None if line.rate is None else (cost(line) * line.rate).quantize(CENT, ROUND_HALF_UP)


def total(lines: Iterable[BudgetLine], currency: str) -> Total:
    """The sum of lines in one currency."""
    held = list(lines)
    known = [(line, converted(line, currency)) for line in held]
    dates = [
        line.rate_on
        for line, value in known
        if value is not None and line.currency != currency and line.rate_on
    ]
    return Total(
        sum((value for _, value in known if value is not None), Decimal(0)),
        currency,
        tuple(line.line for line, value in known if value is None),
        min(dates, default=None),
    )
