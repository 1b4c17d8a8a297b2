"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "nagara.campus.programmes"
    label = "programmes"

    def ready(self) -> None:
        from nagara.campus.people import data_port, roles
        from nagara.campus.programmes import history, holdings, rules  # noqa: F401 (rules registers permissions)

        roles.register(
            "programmes",
            holdings.held,
            many=holdings.held_by_many,
            kinds=holdings.kinds(),
            holders=holdings.holders,
        )
        data_port.register(
            "programmes",
            export=holdings.export,
            erase=holdings.erase,
            stays="that someone took part in a batch, for which city, and how it ended",
        )
