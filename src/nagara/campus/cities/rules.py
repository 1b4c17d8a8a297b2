"""Who may change a city's data."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.cities.models import City, CityMember
from nagara.campus.people.rules import in_office, signed_in


@rules.predicate
def in_city_team(user: Any, city: Any) -> bool:
    """A member of the city's team today. A city without a page of its own has no team."""
    if not isinstance(city, City) or not user.is_authenticated:
        return False
    return CityMember.objects.current().filter(user=user, city=city).exists()


rules.add_perm("cities.view_city", rules.always_allow)
rules.add_perm("cities.change_data", signed_in & (in_office | in_city_team))
rules.add_perm("cities.start_run", signed_in & (in_office | in_city_team))
rules.add_perm("cities.change_team", in_office)
