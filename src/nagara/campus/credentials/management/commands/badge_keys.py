"""`manage badge_keys [--new]`: lists the keys that sign badges; --new adds one that signs from now on."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from nagara.campus.credentials import keys


class Command(BaseCommand):
    help = "List the keys that sign badges, or add a new one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--new", action="store_true", help="add a key that signs from now on")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new"]:
            self.stdout.write(f"new key {keys.rotate().key_id}")
        held = keys.all_keys()
        for key in held:
            self.stdout.write(f"{key.key_id} made {key.made}{' signs now' if key is held[-1] else ''}")
