"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "nagara.campus.learning"
    label = "learning"
