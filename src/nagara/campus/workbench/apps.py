"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "nagara.campus.workbench"
    label = "workbench"
