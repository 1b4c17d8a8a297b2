"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class CitiesConfig(AppConfig):
    name = "nagara.campus.cities"
    label = "cities"

    def ready(self) -> None:
        from nagara.campus.audit import subjects
        from nagara.campus.cities import (
            held,
            rules,  # noqa: F401 (rights are registered)
        )

        held.register()
        subjects.register("city", lambda key: f"/cities/{key}/")
