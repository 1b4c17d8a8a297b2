"""The demonstration's people in their cities' teams."""

from __future__ import annotations

from nagara.campus.cities.domain import join_team
from nagara.campus.cities.models import City, CityMember
from nagara.campus.people.demo_accounts import ACCOUNTS
from nagara.campus.people.models import User


def load() -> None:
    """Put those into a team who are in none."""
    for account in ACCOUNTS:
        if not account.city:
            continue
        city, user = City.objects.get(slug=account.city), User.objects.get(email=account.email)
        if not CityMember.objects.current().filter(city=city, user=user).exists():
            join_team(city, user, role=account.city_role, by=None)
