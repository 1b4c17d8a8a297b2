"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class DesignConfig(AppConfig):
    name = "nagara.campus.design"
    label = "design"
