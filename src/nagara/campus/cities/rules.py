"""Who may change a city's data."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.cities.models import City, CityMember, Representative, State
from nagara.campus.people.rules import in_office, signed_in


@rules.predicate
def in_city_team(user: Any, city: Any) -> bool:
    """A member of the city's team today. A city without a page of its own has no team."""
    if not isinstance(city, City) or not user.is_authenticated:
        return False
    return CityMember.objects.current().filter(user=user, city=city).exists()


@rules.predicate
def is_csco(user: Any, city: Any) -> bool:
    """The city's Chief Smart City Officer, or the alternate, today."""
    if not isinstance(city, City) or not user.is_authenticated:
        return False
    leads = (CityMember.Role.CSCO, CityMember.Role.ALTERNATE)
    return CityMember.objects.current().filter(user=user, city=city, role__in=leads).exists()


@rules.predicate
def represents_state(user: Any, thing: Any) -> bool:
    """The National Representative today of a state, or of the state of a city."""
    state = thing.state_id if isinstance(thing, City) else thing.pk if isinstance(thing, State) else None
    if state is None or not user.is_authenticated:
        return False
    return Representative.objects.current().filter(user=user, state=state).exists()


rules.add_perm("cities.view_city", rules.always_allow)
rules.add_perm("cities.change_data", signed_in & (in_office | in_city_team))
rules.add_perm("cities.start_run", signed_in & (in_office | in_city_team))
rules.add_perm("cities.view_team", signed_in & (in_office | in_city_team | represents_state))
rules.add_perm("cities.change_team", signed_in & (in_office | is_csco | represents_state))
rules.add_perm("cities.name_representative", in_office)
