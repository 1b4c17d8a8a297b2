"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class TimetableConfig(AppConfig):
    name = "nagara.campus.timetable"
    label = "timetable"

    def ready(self) -> None:
        from nagara.campus.people import data_port, roles
        from nagara.campus.programmes import copying, moving, tabs
        from nagara.campus.timetable import feeds, holdings, rules, session_doors  # noqa: F401 (rules)
        from nagara.campus.timetable.domain.plans import copy_timetable, move_timetable

        tabs.register("timetable", 10, holdings.tabs_of)
        copying.register(
            "timetable",
            copy_timetable,
            what="Timetable: activities, groups' names, sessions moved with the dates, rooms, hours",
            leaves="Speakers of sessions, when they could not come, links to join, released versions",
        )
        moving.register("timetable", move_timetable)
        roles.register(
            "timetable",
            holdings.held,
            many=holdings.held_by_many,
            kinds=holdings.kinds(),
            holders=holdings.holders,
        )
        data_port.register(
            "timetable",
            export=holdings.export,
            erase=holdings.erase,
            stays="that someone spoke at a session, in which role",
        )
        tabs.register("calendar", 11, feeds.tab_of)
        session_doors.register("calendar", 90, feeds.door_of)
