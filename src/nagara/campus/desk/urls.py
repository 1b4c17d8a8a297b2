"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.desk import views

urlpatterns = [
    path("", views.home, name="home"),
    path("desk/", views.desk, name="desk"),
]
