"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "nagara.campus.evaluation"
    label = "evaluation"

    def ready(self) -> None:
        from nagara.campus.audit import subjects
        from nagara.campus.evaluation import (
            copies,
            holdings,
            providing,  # noqa: F401 (the facts make themselves known)
            rules,  # noqa: F401 (and the rules)
        )
        from nagara.campus.evaluation.domain import asking, telling
        from nagara.campus.learning import steps
        from nagara.campus.notices import regular
        from nagara.campus.people import data_port
        from nagara.campus.programmes import copying, tabs

        subjects.register("evaluation", lambda key: f"/evaluation/{key}/")
        tabs.register("evaluation", 80, holdings.tabs_of)
        steps.register("evaluation", holdings.steps_of)
        data_port.register(
            "evaluation",
            export=holdings.export,
            erase=holdings.erase,
            stays="that a form was filled in, and sums of answers that belong to nobody",
        )
        copying.register(
            "evaluation",
            copies.copy,
            what="Times of the evaluation: when forms open, remind, report and close",
            leaves="what was answered",
        )
        regular.register("evaluation: ask what is due", asking.ask_all_batches)
        regular.register("evaluation: remind", telling.remind_due)
        regular.register("evaluation: results of the evening", telling.report_due)
