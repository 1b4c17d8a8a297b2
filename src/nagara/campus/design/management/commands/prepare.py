"""`manage prepare`: tables, seeds and, in a demonstration, its people. `nagara serve` calls it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Bring the database up to date and add what a new site starts with. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("seed", stdout=self.stdout)
        if settings.NAGARA_DEMO:
            call_command("demo_people", stdout=self.stdout)
            call_command("demo_teams", stdout=self.stdout)
