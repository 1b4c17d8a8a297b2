"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.cities import teams, views

urlpatterns = [
    path("cities/", views.city_list, name="cities"),
    path("cities/<slug:slug>/", views.city, name="city"),
    path("cities/<slug:slug>/team/", teams.team, name="city-team"),
    path("cities/<slug:slug>/team/<int:pk>/end/", teams.end_member, name="city-team-end"),
    path("representatives/", teams.representatives, name="representatives"),
]
