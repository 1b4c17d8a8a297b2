"""The indicators: what each number means, by which formula and edition, after which standard.

They are data (`indicators.csv` beside this file), not code: an edition of a formula is a new `version`.
Where a standard was not seen in its own text, `verification` says so, and whoever shows the number
shows that too.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nagara.citylab.findings import CityLabError

FILE = Path(__file__).with_suffix(".csv")


class UnknownIndicator(CityLabError):
    """No indicator of that id."""


@dataclass(frozen=True)
class Indicator:
    """One indicator. `unit` as its standard writes it; `core` marks those to compute first; `theme` is
    the heading that a planner looks under."""

    id: str
    version: str
    core: bool
    theme: str
    name: str
    formula: str
    unit: str
    inputs: str
    grain: str
    standard: str
    verification: str

    @property
    def is_verified(self) -> bool:
        """True where the standard's own text, or a quotation of it, was seen in full."""
        return self.verification.startswith("verified") and not self.caveat

    @property
    def caveat(self) -> str:
        """What must be said beside the number about its standard; empty where nothing."""
        open_points = ("memory", "not verified", "secondary")
        return self.verification if any(word in self.verification for word in open_points) else ""


@cache
def registry() -> dict[str, Indicator]:
    """All indicators by id."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [Indicator(**(row | {"core": row["core"] == "yes"})) for row in csv.DictReader(file)]
    return {row.id: row for row in rows}


def indicator(name: str) -> Indicator:
    """One indicator. Raises UnknownIndicator."""
    found = registry().get(name)
    if found is None:
        raise UnknownIndicator(
            f"There is no indicator {name!r}.", mend=f"There are: {', '.join(registry())}."
        )
    return found


def core() -> list[Indicator]:
    """Those to compute first."""
    return [item for item in registry().values() if item.core]


def computed_by() -> dict[str, tuple[str, ...]]:
    """Which recipes compute which indicator: {id: names of recipes}."""
    from nagara.citylab.recipes import catalogue

    found: dict[str, list[str]] = {}
    for recipe in catalogue().values():
        for output in recipe.outputs:
            if output.indicator in registry():
                found.setdefault(output.indicator, []).append(recipe.name)
    return {name: tuple(recipes) for name, recipes in sorted(found.items())}
