"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "nagara.campus.visits"
    label = "visits"
