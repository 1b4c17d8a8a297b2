"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class AdmissionsConfig(AppConfig):
    name = "nagara.campus.admissions"
    label = "admissions"
