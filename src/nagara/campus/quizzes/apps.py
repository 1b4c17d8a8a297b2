"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class QuizzesConfig(AppConfig):
    name = "nagara.campus.quizzes"
    label = "quizzes"
