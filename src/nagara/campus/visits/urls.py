"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.visits.views import roster, travel, visits

urlpatterns = [
    path("batches/<slug:slug>/visits/", visits.batch_visits, name="batch-visits"),
    path("batches/<slug:slug>/travel/", travel.travel_facts, name="travel-facts"),
    path("sessions/<int:pk>/visit/", visits.new, name="visit-new"),
    path("visits/<int:pk>/", visits.visit, name="visit"),
    path("visits/<int:pk>/edit/", visits.edit, name="visit-edit"),
    path("visits/<int:pk>/legs/<int:leg>/", visits.leg, name="visit-leg"),
    path("visits/<int:pk>/tell/", visits.telling, name="visit-tell"),
    path("visits/<int:pk>/seat/", visits.seat, name="visit-seat"),
    path("visits/<int:pk>/roster/", roster.roster, name="visit-roster"),
    path("visits/<int:pk>/roster/<int:seat>/sealed/", roster.sealed, name="visit-sealed"),
    path("visits/<int:pk>/passports/", roster.passports, name="visit-passports"),
    path("visits/<int:pk>/sheets/<slug:kind>/", travel.sheet, name="visit-sheet"),
    path("visits/<int:pk>/sheets/<slug:kind>.pdf", travel.paper, name="visit-paper"),
]
