"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.design.later import later

VIEWS = "nagara.campus.labwork.views"

urlpatterns = [
    path("batches/<slug:slug>/labs/", later(f"{VIEWS}.setting.batch_labs"), name="labwork-batch"),
    path("batches/<slug:slug>/labs/new/", later(f"{VIEWS}.setting.new"), name="labwork-new"),
    path("batches/<slug:slug>/labs/city/", later(f"{VIEWS}.setting.example_city"), name="labwork-city"),
    path("batches/<slug:slug>/labs/bring/", later(f"{VIEWS}.fits.bring"), name="labwork-bring"),
    path("labs/", later(f"{VIEWS}.own.labs"), name="labwork-labs"),
    path("labs/cities/", later(f"{VIEWS}.fits.fit"), name="labwork-fit"),
    path("labs/mine/", later(f"{VIEWS}.own.mine"), name="labwork-mine"),
    path("labs/set/<int:pk>/", later(f"{VIEWS}.setting.assignment"), name="labwork-assignment"),
    path("labs/set/<int:pk>/edit/", later(f"{VIEWS}.setting.edit"), name="labwork-edit"),
    path("labs/set/<int:pk>/say/", later(f"{VIEWS}.setting.say"), name="labwork-say"),
    path("labs/set/<int:pk>/who/", later(f"{VIEWS}.setting.who"), name="labwork-who"),
    path("labs/set/<int:pk>/class/", later(f"{VIEWS}.classroom.the_class"), name="labwork-class"),
    path("labs/set/<int:pk>/alike/", later(f"{VIEWS}.classroom.alike"), name="labwork-alike"),
    path("labs/set/<int:pk>/start/", later(f"{VIEWS}.doing.start"), name="labwork-start"),
    path("labs/set/<int:pk>/regrade/", later(f"{VIEWS}.marking.regrade"), name="labwork-regrade"),
    path("labs/set/<int:pk>/texts/", later(f"{VIEWS}.marking.texts"), name="labwork-texts"),
    path("labs/texts/<int:pk>/", later(f"{VIEWS}.marking.text"), name="labwork-text"),
    path("labs/work/<int:pk>/", later(f"{VIEWS}.doing.work"), name="labwork-work"),
    path("labs/work/<int:pk>/evidence/", later(f"{VIEWS}.marking.evidence"), name="labwork-evidence"),
    path("labs/work/<int:pk>/<slug:task>/", later(f"{VIEWS}.doing.task"), name="labwork-task"),
    path("labs/work/<int:pk>/<slug:task>/save/", later(f"{VIEWS}.doing.save"), name="labwork-save"),
    path("labs/work/<int:pk>/<slug:task>/query/", later(f"{VIEWS}.doing.query"), name="labwork-query"),
    path("labs/<slug:name>/", later(f"{VIEWS}.own.lab"), name="labwork-lab"),
    path("labs/<slug:name>/open/", later(f"{VIEWS}.own.open_own"), name="labwork-open"),
]
