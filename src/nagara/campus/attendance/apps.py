"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.urls import reverse


class AttendanceConfig(AppConfig):
    name = "nagara.campus.attendance"
    label = "attendance"

    def ready(self) -> None:
        from nagara.campus.attendance import holdings, providing
        from nagara.campus.people import data_port
        from nagara.campus.programmes import tabs
        from nagara.campus.timetable import session_doors
        from nagara.campus.webinars import joining

        providing.register()
        joining.register("attendance", lambda guest, _now: reverse("attendance-guest", args=[guest.token]))
        tabs.register("attendance", 20, holdings.tabs_of)
        session_doors.register("attendance", 20, holdings.doors_of)
        data_port.register("attendance", export=holdings.export, erase=holdings.erase, stays=holdings.STAYS)
