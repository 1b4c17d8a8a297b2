"""The labs that there are, and which of them a person gets."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nagara.citylab.errors import CityLabError

if TYPE_CHECKING:
    from nagara.campus.lessons.variants import Chosen
    from nagara.citylab.labs import Lab

_log = logging.getLogger(__name__)
ORDER = ("standard", "foundation", "advanced")
"""Which variant stands in where one is missing, the first first."""
TITLES = {"foundation": "Foundation", "standard": "Standard", "advanced": "Advanced"}


def catalogue() -> dict[str, Lab]:
    """Labs by name. The City Lab keeps them while their files stay the same. A lab whose file does not hold
    together is left out and written to the log: the others are not its victims."""
    from nagara.citylab import labs
    from nagara.citylab.labs.reading import _found

    try:
        return labs.catalogue()
    except CityLabError:
        found = {}
        for name in _found():
            try:
                found[name] = labs.load(name)
            except CityLabError as error:
                _log.warning("A lab is left out: %s", error)
        return found


def find(name: str) -> Lab | None:
    """The lab of that name, or None."""
    return catalogue().get(name)


def modules() -> list[str]:
    """Codes of the modules that have a lab."""
    return sorted({lab.module for lab in catalogue().values()})


def labs_of_module(code: str) -> list[Lab]:
    """The labs of a module, Foundation first."""
    found = [lab for lab in catalogue().values() if lab.module == code]
    places = list(TITLES)
    return sorted(
        found, key=lambda lab: (places.index(lab.variant) if lab.variant in places else 9, lab.name)
    )


@dataclass(frozen=True)
class Which:
    """The lab that a person gets, and why this variant."""

    lab: Lab
    why: str


def which(module: str, variant: str, chosen: Chosen | None) -> Which:
    """The lab of a module: of `variant`, or of the one `chosen` for the person where that is empty. Raises
    CityLabError where the module has no lab."""
    found = {lab.variant: lab for lab in labs_of_module(module)}
    if not found:
        raise CityLabError(f"There is no lab of module {module} yet.")
    if variant or chosen is None:
        wanted, why = variant or ORDER[0], f"{TITLES.get(variant, 'Standard')} is set for all."
    else:
        wanted, why = chosen.variant, chosen.why
    if wanted in found:
        return Which(found[wanted], why)
    lab = next((found[v] for v in ORDER if v in found), next(iter(found.values())))
    has = TITLES.get(lab.variant, lab.variant)
    return Which(lab, f"{why} This module has no lab of that variant: {has} stands in.")
