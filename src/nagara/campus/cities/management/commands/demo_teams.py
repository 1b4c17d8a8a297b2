"""`manage demo_teams`: the demonstration's people in their cities' teams. Only where NAGARA_DEMO is set."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from nagara.campus.cities.domain import join_team
from nagara.campus.cities.models import City, CityMember
from nagara.campus.people.demo_accounts import ACCOUNTS
from nagara.campus.people.models import User


class Command(BaseCommand):
    help = "Put the people of a demonstration into their cities' teams."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.NAGARA_DEMO:
            raise CommandError("this is no demonstration: set NAGARA_DEMO=1")
        for account in ACCOUNTS:
            if not account.city:
                continue
            city, user = City.objects.get(slug=account.city), User.objects.get(email=account.email)
            if not CityMember.objects.current().filter(city=city, user=user).exists():
                join_team(city, user, role=CityMember.Role.CSCO, by=None)
