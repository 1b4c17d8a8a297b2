"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "nagara.campus.people"
    label = "people"

    def ready(self) -> None:
        from nagara.campus.people import office, own_data

        office.register()
        own_data.register()
