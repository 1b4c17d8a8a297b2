"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class QuizzesConfig(AppConfig):
    name = "nagara.campus.quizzes"
    label = "quizzes"

    def ready(self) -> None:
        from nagara.campus.quizzes import knowledge, rules  # noqa: F401 (they make themselves known)
