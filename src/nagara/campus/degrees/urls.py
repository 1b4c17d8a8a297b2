"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.degrees.views import audit, batch, classes, record, semesters

urlpatterns = [
    path("degrees/", classes.mine, name="degrees"),
    path("degrees/scales/", semesters.scales, name="degree-scales"),
    path("degrees/scales/<int:pk>/", semesters.scale, name="degree-scale"),
    path("degrees/semesters/<int:pk>/", semesters.semester, name="degree-semester"),
    path("degrees/classes/<int:pk>/", classes.sheet, name="degree-sheet"),
    path("degrees/<int:pk>/", audit.audit, name="degree-audit"),
    path("degrees/<int:pk>/courses/", audit.courses, name="degree-courses"),
    path("degrees/<int:pk>/warnings/", audit.warnings, name="degree-warning"),
    path("degrees/<int:pk>/record/", record.record, name="degree-record"),
    path("degrees/<int:pk>/transcript/", record.transcript, name="degree-transcript"),
    path("degrees/<int:pk>/transcript.pdf", record.transcript_file, name="degree-transcript-pdf"),
    path("batches/<slug:slug>/degrees/", batch.overview, name="degree-overview"),
    path("batches/<slug:slug>/degrees/semesters/", semesters.semesters, name="degree-semesters"),
    path("batches/<slug:slug>/degrees/warnings/", batch.warnings, name="degree-warnings"),
    path("batches/<slug:slug>/degrees/recommendation/", batch.recommendation, name="degree-recommendation"),
    path(
        "batches/<slug:slug>/degrees/recommendation/minutes.<str:ending>",
        batch.minutes,
        name="degree-minutes",
    ),
]
