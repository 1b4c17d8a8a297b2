"""Cities on the admin pages (office managers only)."""

from __future__ import annotations

from django.contrib import admin

from nagara.campus.cities.models import City, CityMember, FocusArea, Framework, Membership, Project, State


class Memberships(admin.TabularInline):
    model = Membership
    extra = 0


class Team(admin.TabularInline):
    model = CityMember
    extra = 0
    autocomplete_fields = ("user",)


class FocusAreas(admin.TabularInline):
    model = FocusArea
    extra = 0


@admin.register(City)
class Cities(admin.ModelAdmin):
    list_display = ("name", "state", "tz", "is_pilot")
    list_filter = ("state",)
    search_fields = ("name", "slug")
    inlines = (Memberships, Team)


@admin.register(Framework)
class Frameworks(admin.ModelAdmin):
    list_display = ("title", "key", "valid_from", "valid_to", "status")
    inlines = (FocusAreas,)


@admin.register(Project)
class Projects(admin.ModelAdmin):
    list_display = ("title", "city", "focus_area", "status", "as_of")
    list_filter = ("focus_area", "status", "city__state")
    search_fields = ("title", "city__name")


admin.site.register(State)
