"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class TimetableConfig(AppConfig):
    name = "nagara.campus.timetable"
    label = "timetable"
