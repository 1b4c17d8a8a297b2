"""Addresses of the room."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from nagara.campus.design.later import later

VIEWS = "nagara.campus.labwork.views"


def program(name: str) -> Any:
    """A view for programs: it takes a token and no cookie, so no form of another site can reach it."""
    return csrf_exempt(later(f"{VIEWS}.programs.{name}"))


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
    path("labs/work/<int:pk>/pack.zip", later(f"{VIEWS}.offline.pack"), name="labwork-pack"),
    path("labs/work/<int:pk>/offline/", later(f"{VIEWS}.offline.offline"), name="labwork-offline"),
    path("labs/work/<int:pk>/offline/count/", later(f"{VIEWS}.offline.count"), name="labwork-count"),
    path("labs/work/<int:pk>/<slug:task>/", later(f"{VIEWS}.doing.task"), name="labwork-task"),
    path("labs/work/<int:pk>/<slug:task>/save/", later(f"{VIEWS}.doing.save"), name="labwork-save"),
    path("labs/work/<int:pk>/<slug:task>/query/", later(f"{VIEWS}.doing.query"), name="labwork-query"),
    path("programs/labs/", program("labs"), name="program-labs"),
    path("programs/labs/<int:pk>/", program("lab"), name="program-lab"),
    path("programs/labs/<int:pk>/tables/<slug:name>.arrow", program("table"), name="program-table"),
    path("programs/labs/<int:pk>/<slug:task>/check/", program("check"), name="program-check"),
    path("labs/<slug:name>/", later(f"{VIEWS}.own.lab"), name="labwork-lab"),
    path("labs/<slug:name>/open/", later(f"{VIEWS}.own.open_own"), name="labwork-open"),
]
