"""The kinds of tasks. One file a kind, or a few that are alike."""

from __future__ import annotations

from functools import cache

from nagara.citylab.labs.kinds.kind import Ask, Kind, Made, Unfit


@cache
def kinds() -> dict[str, Kind]:
    """Kinds by name."""
    from nagara.citylab.labs.kinds.fix import Fix
    from nagara.citylab.labs.kinds.picking import Cells, Choice, Labels, Order, Point, Text
    from nagara.citylab.labs.kinds.query import Query
    from nagara.citylab.labs.kinds.rule import RuleTask
    from nagara.citylab.labs.kinds.value import Value

    found = (Query(), Value(), Choice(), Order(), Cells(), Point(), Labels(), RuleTask(), Fix(), Text())
    return {kind.name: kind for kind in found}


__all__ = ["Ask", "Kind", "Made", "Unfit", "kinds"]
