"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class QuizzesConfig(AppConfig):
    name = "nagara.campus.quizzes"
    label = "quizzes"

    def ready(self) -> None:
        from nagara.campus.notices import regular
        from nagara.campus.people import data_port
        from nagara.campus.programmes import copying, tabs
        from nagara.campus.quizzes import holdings, knowledge, rules  # noqa: F401 (they make themselves known)
        from nagara.campus.quizzes.domain.taking import submit_due

        tabs.register("quizzes", 40, holdings.doors)
        regular.register("quizzes: hand in what is over", submit_due)
        copying.register(
            "quizzes",
            holdings.copy,
            what="Quizzes as drafts with their questions; times moved",
            leaves="Attempts, answers and extensions",
        )
        data_port.register(
            "quizzes",
            export=holdings.export,
            erase=holdings.erase,
            stays="marks, and which answers were chosen, without free text",
        )
