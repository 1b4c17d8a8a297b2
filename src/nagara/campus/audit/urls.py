"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.audit import views

urlpatterns = [path("audit/", views.events, name="audit")]
