"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "nagara.campus.workbench"
    label = "workbench"

    def ready(self) -> None:
        from nagara.campus.people import data_port
        from nagara.campus.people.models import User
        from nagara.campus.workbench.domain.questions import holds
        from nagara.campus.workbench.models import SavedQuery

        def export(user: User) -> dict[str, list[dict[str, object]]]:
            return {"questions": holds(user)}

        def erase(user: User) -> None:
            SavedQuery.objects.filter(user=user).delete()

        data_port.register("workbench", export=export, erase=erase)
