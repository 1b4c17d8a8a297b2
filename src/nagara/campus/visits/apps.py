"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "nagara.campus.visits"
    label = "visits"

    def ready(self) -> None:
        from nagara.campus.audit import subjects
        from nagara.campus.notices import regular
        from nagara.campus.people import data_port, roles
        from nagara.campus.programmes import copying, tabs
        from nagara.campus.timetable import concerned, session_doors
        from nagara.campus.visits import (
            copies,
            holdings,
            rules,  # noqa: F401 (the rules make themselves known)
        )
        from nagara.campus.visits.domain import forgetting, seats, telling

        subjects.register("visit", lambda key: f"/visits/{key}/")
        tabs.register("visits", 30, holdings.tabs_of)
        session_doors.register("visits", 30, holdings.doors_of)
        concerned.register("visits", holdings.concerned)
        concerned.narrow("visits", holdings.only_seats)
        roles.register("visits", holdings.held, many=holdings.held_by_many)
        data_port.register(
            "visits",
            export=holdings.export,
            erase=holdings.erase,
            stays="that a seat on a visit was taken, without a name",
        )
        copying.register(
            "visits",
            copies.copy,
            what="Visits: hosts, briefings, rides, what is asked",
            leaves="seats, rosters and travel facts of people",
        )
        regular.register("visits: seats in step with the groups", seats.seat_all_groups)
        regular.register("visits: remind of missing facts", telling.remind_due)
        regular.register("visits: delete travel facts after 90 days", forgetting.forget_old)
