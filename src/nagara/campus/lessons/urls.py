"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.lessons.views import reading, teaching

urlpatterns = [
    path("modules/", reading.module_list, name="lesson-modules"),
    path("modules/<slug:code>/", reading.module, name="lesson-module"),
    path("modules/<slug:code>/instructor/", teaching.instructor, name="module-instructor"),
    path("modules/<slug:code>/<slug:slug>/", reading.lesson, name="lesson"),
    path("modules/<slug:code>/<slug:slug>/read/", reading.read, name="lesson-read"),
    path("modules/<slug:code>/<slug:slug>/<slug:city>/<slug:name>.svg", reading.figure, name="lesson-figure"),
    path("batches/<slug:slug>/modules/", teaching.of_batch, name="batch-modules"),
]
