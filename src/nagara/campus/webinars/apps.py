"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class WebinarsConfig(AppConfig):
    name = "nagara.campus.webinars"
    label = "webinars"
