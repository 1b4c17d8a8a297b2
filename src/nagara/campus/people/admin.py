"""People on the admin pages (office managers only)."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from nagara.campus.people.models import OfficeMember, User


class OfficePosts(admin.TabularInline):
    model = OfficeMember
    extra = 0


@admin.register(User)
class People(UserAdmin):
    ordering = ("sort_key",)
    list_display = ("email", "passport_name", "is_active", "is_staff", "date_joined")
    search_fields = ("email", "passport_name", "preferred_name", "native_name")
    list_filter = ("is_active", "is_staff")
    filter_horizontal = ()
    readonly_fields = ("date_joined", "last_login")
    inlines = (OfficePosts,)
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (
            "Names",
            {"fields": ("passport_name", "preferred_name", "native_name", "certificate_name", "sort_key")},
        ),
        ("Facts", {"fields": ("country", "tz", "sex", "phone")}),
        ("Access", {"fields": ("is_active", "is_staff", "is_superuser", "date_joined", "last_login")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("email", "passport_name", "password1", "password2")}),
    )
