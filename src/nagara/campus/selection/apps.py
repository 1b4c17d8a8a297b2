"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class SelectionConfig(AppConfig):
    name = "nagara.campus.selection"
    label = "selection"

    def ready(self) -> None:
        from nagara.campus.selection import results, rules  # noqa: F401 (the rules make themselves known)

        results.register()
