"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class LabworkConfig(AppConfig):
    name = "nagara.campus.labwork"
    label = "labwork"
