"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "nagara.campus.programmes"
    label = "programmes"
