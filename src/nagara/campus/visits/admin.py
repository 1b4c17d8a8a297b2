"""Needs on the admin pages: the office adds and withdraws what people can tick."""

from __future__ import annotations

from django.contrib import admin

from nagara.campus.visits.models import Need


@admin.register(Need)
class Needs(admin.ModelAdmin):
    list_display = ("name", "kind", "slug", "order", "offered")
    list_filter = ("kind", "offered")
