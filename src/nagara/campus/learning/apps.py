"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "nagara.campus.learning"
    label = "learning"

    def ready(self) -> None:
        from nagara.campus.learning import rules  # noqa: F401 (registers permissions)
