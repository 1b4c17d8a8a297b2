"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "nagara.campus.evaluation"
    label = "evaluation"
