"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.curricula import views

CITY, BATCH = {"kind": "city"}, {"kind": "batch"}

urlpatterns = [
    path("cities/<slug:slug>/curriculum/", views.curriculum, CITY, name="city-curriculum"),
    path("cities/<slug:slug>/curriculum.pdf", views.pdf, CITY, name="city-curriculum-pdf"),
    path("batches/<slug:slug>/curriculum/", views.curriculum, BATCH, name="batch-curriculum"),
    path("batches/<slug:slug>/curriculum.pdf", views.pdf, BATCH, name="batch-curriculum-pdf"),
    path("batches/<slug:slug>/teams/", views.mixed_teams, name="batch-teams"),
    path("skills/", views.own_skills, name="skills"),
]
