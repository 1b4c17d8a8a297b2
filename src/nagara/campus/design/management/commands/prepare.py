"""`manage prepare`: tables, seeds and, in a demonstration, its people. `nagara serve` calls it."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Bring the database up to date and add what a new site starts with. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        self._ask_rooms("domain.seeding", "seed")
        if settings.NAGARA_DEMO:
            self._ask_rooms("demo", "load")
        self._ask_rooms("domain.preparing", "prepare")

    def _ask_rooms(self, module: str, verb: str) -> None:
        """Call `verb` of `module` in every room that has it, from the ground floor up."""
        for room in apps.get_app_configs():
            if not room.name.startswith("nagara.campus."):
                continue
            package = f"{room.name}.{module}".rpartition(".")[0]
            if find_spec(package) and find_spec(f"{room.name}.{module}"):
                said = getattr(import_module(f"{room.name}.{module}"), verb)()
                if said:
                    self.stdout.write(str(said))
