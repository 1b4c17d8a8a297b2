"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.attendance.views import batch, code, imports, online, roster, session

SESSION = "sessions/<int:pk>/"
urlpatterns = [
    path(f"{SESSION}attendance/", session.overview, name="attendance-session"),
    path(f"{SESSION}attendance/import/", imports.new, name="attendance-import"),
    path(f"{SESSION}attendance/<str:key>/", session.person, name="attendance-person"),
    path(f"{SESSION}code/", code.code, name="attendance-code"),
    path(f"{SESSION}code/now/", code.code_now, name="attendance-code-now"),
    path(f"{SESSION}roster/", roster.roster, name="attendance-roster"),
    path(f"{SESSION}roster/marks/", roster.marks, name="attendance-marks"),
    path(f"{SESSION}roster/worker.js", roster.worker, name="attendance-worker"),
    path(f"{SESSION}join/", online.join, name="attendance-join"),
    path("join/<str:token>/", online.guest, name="attendance-guest"),
    path("presence/", online.ping, name="attendance-ping"),
    path("in/", code.type_code, name="attendance-type"),
    path("in/<int:pk>/", code.door, name="attendance-in"),
    path("in/<int:pk>/<str:token>/", code.scan, name="attendance-scan"),
    path("attendance/", batch.mine, name="my-attendance"),
    path("attendance/lists/<int:pk>/", imports.sheet, name="attendance-sheet"),
    path("batches/<slug:slug>/attendance/", batch.overview, name="attendance-batch"),
    path("batches/<slug:slug>/attendance/counting/", batch.counting, name="attendance-counting"),
    path("batches/<slug:slug>/attendance/of/<int:pk>/", batch.of_person, name="attendance-of"),
]
