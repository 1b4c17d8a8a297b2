"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "nagara.campus.credentials"
    label = "credentials"
