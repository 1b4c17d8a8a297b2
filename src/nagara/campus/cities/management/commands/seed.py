"""`manage seed`: states, frameworks, member cities, projects. Safe to repeat."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from nagara.campus.cities.domain.seeding import seed


class Command(BaseCommand):
    help = "Add the states, frameworks, member cities and projects that are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, added in seed().items():
            self.stdout.write(f"{name}: {added} added")
