"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class DegreesConfig(AppConfig):
    name = "nagara.campus.degrees"
    label = "degrees"

    def ready(self) -> None:
        from nagara.campus.degrees import facts  # noqa: F401 (they register themselves)
