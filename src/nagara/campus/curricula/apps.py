"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class CurriculaConfig(AppConfig):
    name = "nagara.campus.curricula"
    label = "curricula"
