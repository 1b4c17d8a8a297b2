"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "nagara.campus.people"
    label = "people"

    def ready(self) -> None:
        from nagara.campus.audit import subjects
        from nagara.campus.people import office, own_data
        from nagara.campus.people import rules as _rules  # noqa: F401 (permissions of the rooms below)

        office.register()
        own_data.register()
        subjects.register("person", lambda key: f"/people/{key}/")
