"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class LabConfig(AppConfig):
    name = "nagara.campus.lab"
    label = "lab"

    def ready(self) -> None:
        from nagara.campus.lab import rules  # noqa: F401 (the rules make themselves known)
