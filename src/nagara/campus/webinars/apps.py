"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class WebinarsConfig(AppConfig):
    name = "nagara.campus.webinars"
    label = "webinars"

    def ready(self) -> None:
        from nagara.campus.audit import subjects
        from nagara.campus.notices import regular
        from nagara.campus.people import data_port
        from nagara.campus.programmes import tabs
        from nagara.campus.timetable import concerned, session_doors
        from nagara.campus.webinars import holdings, rules  # noqa: F401 (rules registers permissions)
        from nagara.campus.webinars.domain.reminding import remind

        tabs.register("webinars", 50, holdings.tabs_of)
        session_doors.register("webinars", 10, holdings.doors_of)
        concerned.register("webinars", holdings.concerned)
        regular.register("webinars: reminders", remind)
        subjects.register("webinar", lambda slug: f"/webinars/{slug}/")
        data_port.register(
            "webinars",
            export=holdings.export,
            erase=holdings.erase,
            stays="that someone from that country was registered, without name and address",
        )
