"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.programmes.views import (
    batches,
    calendars,
    catalogue,
    copying,
    people,
    programmes,
    versions,
)

urlpatterns = [
    path("programmes/", programmes.programme_list, name="programmes"),
    path("programmes/modules/", programmes.module_list, name="modules"),
    path("programmes/modules/<str:code>/", programmes.module, name="module"),
    path("programmes/modules/<str:code>/edit/", catalogue.edit_module, name="edit-module"),
    path("programmes/rubrics/<slug:key>/edit/", catalogue.edit_rubric, name="edit-rubric"),
    path("programmes/rubrics/<slug:key>/", programmes.rubric, name="rubric"),
    path("programmes/<slug:slug>/", programmes.programme, name="programme"),
    path("programmes/<slug:slug>/draft/", versions.draft, name="new-draft"),
    path("programmes/<slug:slug>/<int:number>/", programmes.version, name="programme-version"),
    path("programmes/<slug:slug>/<int:number>/changes/", programmes.changes, name="version-changes"),
    path("programmes/<slug:slug>/<int:number>/edit/<slug:part>/", versions.edit, name="edit-version"),
    path("programmes/<slug:slug>/<int:number>/say/", versions.say, name="say-version"),
    path("batches/", batches.batch_list, name="batches"),
    path("batches/new/", batches.new, name="new-batch"),
    path("batches/<slug:slug>/", batches.batch, name="batch"),
    path("batches/<slug:slug>/edit/", batches.edit, name="edit-batch"),
    path("batches/<slug:slug>/state/", batches.state, name="batch-state"),
    path("batches/<slug:slug>/plan/", batches.plan, name="batch-plan"),
    path("batches/<slug:slug>/plan/<int:pk>/", batches.activity, name="batch-activity"),
    path("batches/<slug:slug>/move/", batches.move, name="move-batch"),
    path("batches/<slug:slug>/budget/", batches.budget, name="batch-budget"),
    path("batches/<slug:slug>/copy/", copying.copy, name="copy-batch"),
    path("batches/<slug:slug>/roles/", people.roles, name="batch-roles"),
    path("batches/<slug:slug>/people/", people.enrolments, name="enrolments"),
    path("batches/<slug:slug>/people/<int:pk>/", people.enrolment, name="enrolment"),
    path("holidays/", calendars.holidays, name="holidays"),
    path("holidays/<int:pk>/remove/", calendars.remove, name="remove-holiday"),
]
