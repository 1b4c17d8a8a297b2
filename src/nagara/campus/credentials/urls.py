"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.credentials.views import batch, checks, issuer, own

urlpatterns = [
    path("certificates/", own.mine, name="certificates"),
    path("certificates/earlier/", own.earlier, name="certificates-earlier"),
    path("certificates/<str:code>/", own.certificate, name="certificate"),
    path("certificates/<str:code>/paper.pdf", own.certificate_pdf, name="certificate-pdf"),
    path("certificates/<str:code>/badge.<slug:ending>", own.badge, name="certificate-badge"),
    path("batches/<slug:slug>/certificates/", batch.batch_certificates, name="batch-certificates"),
    path(
        "batches/<slug:slug>/certificates/issue/", batch.issue_certificates, name="batch-certificates-issue"
    ),
    path("batches/<slug:slug>/certificates/wording/", batch.wording, name="certificate-wording"),
    path("batches/<slug:slug>/certificates/specimen.pdf", batch.preview, name="certificate-specimen"),
    path("batches/<slug:slug>/certificates/all.pdf", batch.all_papers, name="batch-certificates-pdf"),
    path("batches/<slug:slug>/certificates/people/<int:pk>/", batch.line, name="certificate-line"),
    path("check/", checks.checks, name="checks"),
    path("check/<str:code>/", checks.check, name="check"),
    path("badges/issuer/", issuer.issuer, name="badge-issuer"),
    path("badges/keys/<slug:key_id>/", issuer.key, name="badge-key"),
    path("badges/keys/<slug:key_id>.jwk", issuer.jwk, name="badge-jwk"),
    path(
        "badges/achievements/<slug:slug>/<int:number>/<slug:kind>/",
        issuer.achievement,
        name="badge-achievement",
    ),
    path("badges/status/<int:number>/", issuer.status, name="badge-status"),
    path("badges/revocations/", issuer.revocations, name="badge-revocations"),
    path(".well-known/did.json", issuer.did, name="badge-did"),
    path(".well-known/jwks.json", issuer.jwks, name="badge-jwks"),
]
