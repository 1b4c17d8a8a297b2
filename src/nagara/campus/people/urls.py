"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.people import views

urlpatterns = [path("me/", views.me, name="me")]
