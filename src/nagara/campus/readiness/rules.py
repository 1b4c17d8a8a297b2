"""Who may read, answer, verify and decide."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.cities.models import City
from nagara.campus.cities.rules import in_city_team, is_csco, represents_state
from nagara.campus.people.rules import in_office, signed_in
from nagara.campus.readiness.models import Assessment, Expert


def city_of(thing: Any) -> City | None:
    """The city of an assessment, or the city itself."""
    if isinstance(thing, Assessment):
        return thing.city
    return thing if isinstance(thing, City) else None


@rules.predicate
def is_expert(user: Any, thing: Any) -> bool:
    """A programme expert for that city today, who is not of its own team."""
    city = city_of(thing)
    if city is None or not user.is_authenticated:
        return False
    posts = Expert.objects.current().filter(user=user).values_list("city", flat=True)
    return any(post in {None, city.pk} for post in posts) and not in_city_team(user, city)


@rules.predicate
def in_its_team(user: Any, thing: Any) -> bool:
    return bool(in_city_team(user, city_of(thing)))


@rules.predicate
def leads_it(user: Any, thing: Any) -> bool:
    """CSCO or alternate of the city."""
    return bool(is_csco(user, city_of(thing)))


@rules.predicate
def speaks_for_its_state(user: Any, thing: Any) -> bool:
    return bool(represents_state(user, city_of(thing)))


@rules.predicate
def has_a_seat(user: Any, thing: Any) -> bool:
    """One of those who answer for the city, and still of its team."""
    if not isinstance(thing, Assessment) or not user.is_authenticated:
        return False
    return thing.seats.filter(user=user).exists() and in_city_team(user, thing.city)


rules.add_perm("readiness.view", signed_in & (in_office | in_its_team | speaks_for_its_state | is_expert))
rules.add_perm("readiness.open", signed_in & (in_office | leads_it))
rules.add_perm("readiness.lead", signed_in & leads_it)
rules.add_perm("readiness.answer", signed_in & has_a_seat)
rules.add_perm("readiness.add_evidence", signed_in & (in_its_team | is_expert))
rules.add_perm("readiness.verify", signed_in & is_expert)
rules.add_perm("readiness.set_target", signed_in & (leads_it | is_expert))
rules.add_perm("readiness.reopen", in_office)
rules.add_perm("readiness.name_expert", in_office)
