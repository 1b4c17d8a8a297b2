"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class LabConfig(AppConfig):
    name = "nagara.campus.lab"
    label = "lab"
