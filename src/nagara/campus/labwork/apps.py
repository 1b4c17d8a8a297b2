"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class LabworkConfig(AppConfig):
    name = "nagara.campus.labwork"
    label = "labwork"

    def ready(self) -> None:
        from nagara.campus.labwork import facts, ports, rules  # noqa: F401 (they make themselves known)

        ports.register()
