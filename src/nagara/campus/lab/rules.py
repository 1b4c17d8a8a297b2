"""Who may see which rows and jobs."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.cities.lakes import Place
from nagara.campus.cities.rules import in_city_team
from nagara.campus.people.rules import in_office, signed_in

TEAM_ONLY = frozenset({"post", "rejected"})
"""Tables that hold people's words or raw rows: the city's team and the office only."""


@rules.predicate
def works_for(user: Any, place: Any) -> bool:
    """The office, or the team of the place's city."""
    if not isinstance(place, Place):
        return False
    return bool(in_office(user) or in_city_team(user, place.city))


rules.add_perm("lab.see_all_rows", signed_in & works_for)
rules.add_perm("lab.change_data", signed_in & works_for)
rules.add_perm("lab.start_run", signed_in & works_for)
