"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.cities import views

urlpatterns = [
    path("", views.home, name="home"),
    path("cities/", views.city_list, name="cities"),
    path("cities/<slug:slug>/", views.city, name="city"),
]
