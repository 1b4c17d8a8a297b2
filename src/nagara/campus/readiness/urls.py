"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.readiness.views import answering, deciding, overview

urlpatterns = [
    path("readiness/", overview.assessment_list, name="assessments"),
    path("readiness/experts/", deciding.experts, name="experts"),
    path("readiness/<int:pk>/", overview.assessment, name="assessment"),
    path("readiness/<int:pk>/say/", deciding.say, name="assessment-say"),
    path("readiness/<int:pk>/targets/", deciding.targets, name="assessment-targets"),
    path("readiness/<int:pk>/agenda/", overview.kick_off, name="assessment-agenda"),
    path("readiness/<int:pk>/evidence/<int:item>/", answering.evidence_file, name="evidence-file"),
    path("readiness/<int:pk>/evidence/<int:item>/away/", answering.evidence_away, name="evidence-away"),
    path("readiness/<int:pk>/<slug:key>/", answering.dimension, name="assessment-dimension"),
    path("cities/<slug:slug>/readiness/", overview.city_readiness, name="city-readiness"),
]
