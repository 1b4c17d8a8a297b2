"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class SelectionConfig(AppConfig):
    name = "nagara.campus.selection"
    label = "selection"
