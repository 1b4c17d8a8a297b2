"""Readiness on the admin pages (office managers only): the instrument and its versions."""

from __future__ import annotations

from django.contrib import admin

from nagara.campus.readiness.models import Instrument


@admin.register(Instrument)
class Instruments(admin.ModelAdmin):
    list_display = ("key", "version", "title")
    save_as = True
