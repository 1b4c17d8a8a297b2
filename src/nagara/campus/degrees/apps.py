"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class DegreesConfig(AppConfig):
    name = "nagara.campus.degrees"
    label = "degrees"

    def ready(self) -> None:
        from nagara.campus.degrees import facts, holdings, rules  # noqa: F401 (they make themselves known)
        from nagara.campus.degrees.domain.warnings import daily, weekly
        from nagara.campus.notices import regular

        holdings.register()
        regular.register("degrees: look at early warnings", daily)
        regular.register("degrees: weekly letters to advisors", weekly)
