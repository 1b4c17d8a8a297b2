"""Verbs about cities."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.cities.models import City, CityMember
from nagara.campus.people.models import User


@transaction.atomic
def join_team(city: City, user: User, *, role: str, by: User | None) -> CityMember:
    """Make `user` a member of the city's team from today. Raises ValueError for an unknown role."""
    if role not in CityMember.Role.values:
        raise ValueError(f"{role!r} is no role in a city team: {', '.join(CityMember.Role.values)}")
    today = date.today()  # noqa: DTZ011 (a calendar day)
    member, new = CityMember.objects.get_or_create(city=city, user=user, role=role, since=today)
    if new:
        record("joined city team", f"city/{city.slug}", by=by, person=user.pk, role=role)
    return member


@transaction.atomic
def leave_team(member: CityMember, *, by: User | None, reason: str) -> CityMember:
    """End a membership today."""
    member.until = date.today()  # noqa: DTZ011
    member.save(update_fields=["until"])
    record("left city team", f"city/{member.city.slug}", by=by, reason=reason, person=member.user_id)
    return member
