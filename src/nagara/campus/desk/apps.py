"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "nagara.campus.desk"
    label = "desk"
