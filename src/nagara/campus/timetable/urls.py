"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.timetable.views import reading

BATCH = "batches/<slug:slug>/"
urlpatterns = [
    path("timetable/", reading.mine, name="my-timetable"),
    path("timetable/activities/<int:pk>/", reading.activity, name="timetable-activity"),
    path("sessions/<int:pk>/", reading.session, name="session"),
    path(f"{BATCH}timetable/", reading.timetable, name="timetable"),
]
