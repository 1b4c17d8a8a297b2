"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/<int:pk>/", views.notice, name="notice"),
    path("notices/act/", views.act, name="notices-act"),
]
