"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class LessonsConfig(AppConfig):
    name = "nagara.campus.lessons"
    label = "lessons"
