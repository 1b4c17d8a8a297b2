"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "nagara.campus.attendance"
    label = "attendance"

    def ready(self) -> None:
        from nagara.campus.attendance import holdings, providing
        from nagara.campus.attendance.domain.warning import count_below
        from nagara.campus.notices import regular
        from nagara.campus.people import data_port
        from nagara.campus.programmes import tabs
        from nagara.campus.timetable import session_doors
        from nagara.campus.webinars import joining

        providing.register()
        tabs.register("attendance", 20, holdings.tabs_of)
        session_doors.register("attendance", 20, holdings.doors_of)
        data_port.register("attendance", export=holdings.export, erase=holdings.erase, stays=holdings.STAYS)
        regular.register("attendance: count who falls behind", count_below)
        joining.register("attendance", holdings.on_join)
