"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ReadinessConfig(AppConfig):
    name = "nagara.campus.readiness"
    label = "readiness"

    def ready(self) -> None:
        from nagara.campus.audit import subjects
        from nagara.campus.readiness import people_ports, rules  # noqa: F401 (rules: rights are registered)

        people_ports.register()
        subjects.register("assessment", lambda key: f"/readiness/{key}/")
