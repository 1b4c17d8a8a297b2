"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.curricula import views

urlpatterns = [path("cities/<slug:slug>/curriculum/", views.city_curriculum, name="city-curriculum")]
