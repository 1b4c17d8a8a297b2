"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.admissions.views import (
    applications,
    calls,
    desk,
    documents,
    nominations,
    personal,
    uploads,
)

urlpatterns = [
    path("calls/", calls.call_list, name="calls"),
    path("calls/<slug:slug>/", calls.call_page, name="call"),
    path("calls/<slug:slug>.pdf", calls.call_pdf, name="call-pdf"),
    path("calls/<slug:slug>/edit/", calls.call_edit, name="call-edit"),
    path("calls/<slug:slug>/move/", calls.call_move, name="call-move"),
    path("calls/<slug:slug>/nominations/", nominations.nominations, name="nominations"),
    path("calls/<slug:slug>/nominate/", nominations.nominate, name="nominate"),
    path("calls/<slug:slug>/heads/", nominations.ask_head, name="ask-head"),
    path("calls/<slug:slug>/apply/", applications.apply, name="apply"),
    path("calls/<slug:slug>/applications/", desk.applications, name="applications"),
    path("calls/<slug:slug>/applications/bulk/", desk.applications_bulk, name="applications-bulk"),
    path("batches/<slug:slug>/call/", calls.call_make, name="call-make"),
    path("nominations/<int:pk>/", nominations.nomination, name="nomination"),
    path("nominations/<int:pk>/change/", nominations.nomination_change, name="nomination-change"),
    path("nominate/<str:token>/", personal.nominate_by_link, name="nominate-by-link"),
    path("nominated/<str:token>/", personal.nominee, name="nominee"),
    path("cosign/<str:token>/", personal.cosign, name="cosign"),
    path("applications/", applications.my_applications, name="my-applications"),
    path("applications/<int:pk>/", applications.application, name="application"),
    path("applications/<int:pk>/submit/", applications.application_submit, name="application-submit"),
    path("applications/<int:pk>/withdraw/", applications.application_withdraw, name="application-withdraw"),
    path("applications/<int:pk>/judge/", desk.application_judge, name="application-judge"),
    path("applications/<int:pk>/grace/", desk.application_grace, name="application-grace"),
    path(
        "applications/<int:pk>/citizenship/open/",
        desk.application_citizenship,
        name="application-citizenship",
    ),
    path(
        "applications/<int:pk>/documents/<slug:kind>/",
        documents.application_document,
        name="application-document",
    ),
    path(
        "applications/<int:pk>/documents/<slug:kind>/file/",
        documents.application_file,
        name="application-file",
    ),
    path("applications/<int:pk>/documents/<slug:kind>/uploads/", uploads.uploads, name="uploads"),
    path(
        "applications/<int:pk>/<slug:section>/", applications.application_section, name="application-section"
    ),
    path("uploads/<uuid:upload_id>/", uploads.upload, name="upload"),
]
