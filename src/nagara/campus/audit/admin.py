"""Events on the admin pages: to read, never to change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from nagara.campus.audit.models import Event


@admin.register(Event)
class Events(admin.ModelAdmin):
    list_display = ("at", "by", "verb", "subject", "reason")
    list_select_related = ("by",)
    search_fields = ("verb", "subject", "reason")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
