"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class LessonsConfig(AppConfig):
    name = "nagara.campus.lessons"
    label = "lessons"

    def ready(self) -> None:
        from nagara.campus.lessons import ports, rules  # noqa: F401 (the rules make themselves known)

        ports.register()
