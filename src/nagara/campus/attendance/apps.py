"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "nagara.campus.attendance"
    label = "attendance"

    def ready(self) -> None:
        from nagara.campus.attendance import providing

        providing.register()
