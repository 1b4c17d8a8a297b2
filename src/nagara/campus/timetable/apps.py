"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class TimetableConfig(AppConfig):
    name = "nagara.campus.timetable"
    label = "timetable"

    def ready(self) -> None:
        from nagara.campus.programmes import tabs
        from nagara.campus.timetable import holdings, rules  # noqa: F401 (the rules make themselves known)

        tabs.register("timetable", 10, holdings.tabs_of)
