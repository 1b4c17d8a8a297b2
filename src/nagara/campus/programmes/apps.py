"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "nagara.campus.programmes"
    label = "programmes"

    def ready(self) -> None:
        from nagara.campus.programmes import rules  # noqa: F401 (registers permissions)
