"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.evaluation.views import answering, team

urlpatterns = [
    path("evaluate/", answering.mine, name="evaluate"),
    path("evaluate/<int:pk>/", answering.fill_in, name="evaluate-form"),
    path("batches/<slug:slug>/evaluation/", team.overview, name="evaluation"),
    path("batches/<slug:slug>/evaluation/times/", team.settings, name="evaluation-times"),
    path("batches/<slug:slug>/evaluation/ask/", team.ask, name="evaluation-ask"),
    path("evaluation/<int:pk>/", team.results, name="evaluation-results"),
    path("evaluation/<int:pk>/reply/", team.reply, name="evaluation-reply"),
    path("evaluation/<int:pk>/take-out/", team.take_out, name="evaluation-take-out"),
]
