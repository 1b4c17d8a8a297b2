"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "nagara.campus.learning"
    label = "learning"

    def ready(self) -> None:
        from nagara.campus.learning import doors, facts, ports, rules  # noqa: F401 (they make themselves known)

        doors.register()
        ports.register()
