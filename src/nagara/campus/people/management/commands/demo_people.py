"""`manage demo_people`: people to try the site with. Only where NAGARA_DEMO is set."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from nagara.campus.people.demo_accounts import ACCOUNTS, PASSWORD
from nagara.campus.people.domain import add_person
from nagara.campus.people.models import User


class Command(BaseCommand):
    help = "Add the people of a demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.NAGARA_DEMO:
            raise CommandError("this is no demonstration: set NAGARA_DEMO=1")
        for account in ACCOUNTS:
            if not User.objects.filter(email=account.email).exists():
                add_person(
                    account.email, passport_name=account.name, password=PASSWORD, office=account.office
                )
