"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class AdmissionsConfig(AppConfig):
    name = "nagara.campus.admissions"
    label = "admissions"

    def ready(self) -> None:
        from nagara.campus.admissions import (
            ports,
            rules,  # noqa: F401 (registers permissions)
        )

        ports.register()
