"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "nagara.campus.audit"
    label = "audit"
