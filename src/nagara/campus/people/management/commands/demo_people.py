"""`manage demo_people`: three people to try the site with. Only where NAGARA_DEMO is set."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from nagara.campus.people.domain import add_person
from nagara.campus.people.models import User

PASSWORD = "nagara-demo-2026"  # noqa: S105 (shown on the sign-in page of a demonstration)
PEOPLE = (
    ("office@demo.example", "Demo Office", "manager"),
    ("visitor@demo.example", "Demo Visitor", ""),
)


class Command(BaseCommand):
    help = "Add the people of a demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.NAGARA_DEMO:
            raise CommandError("this is no demonstration: set NAGARA_DEMO=1")
        for email, name, office in PEOPLE:
            if not User.objects.filter(email=email).exists():
                add_person(email, passport_name=name, password=PASSWORD, office=office)
