"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class CurriculaConfig(AppConfig):
    name = "nagara.campus.curricula"
    label = "curricula"

    def ready(self) -> None:
        from nagara.campus.curricula import people_ports, rules  # noqa: F401 (rules: rights are registered)

        people_ports.register()
