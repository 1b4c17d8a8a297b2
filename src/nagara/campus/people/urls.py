"""Addresses of the room, and of the audit below it."""

from __future__ import annotations

from django.urls import include, path

from nagara.campus.people.views import access, data, me, past, people, tokens

urlpatterns = [
    path("me/", me.me, name="me"),
    path("me/letters/", me.letters, name="my-letters"),
    path("me/consents/", me.consents, name="my-consents"),
    path("me/tokens/", tokens.my_tokens, name="my-tokens"),
    path("me/tokens/<int:pk>/revoke/", tokens.revoke, name="token-revoke"),
    path("programs/me/", tokens.whoami, name="program-me"),
    path("me/data/", data.my_data, name="my-data"),
    path("people/", people.people, name="people"),
    path("people/invite/", access.invite, name="invite"),
    path("people/invite/many/", access.invite_many, name="invite-many"),
    path("people/consents/", people.consent_words, name="consent-words"),
    path("people/import/", past.import_people, name="import-people"),
    path("people/import/sample.xlsx", past.sample, name="import-sample"),
    path("people/import/<int:pk>/", past.people_import, name="people-import"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/change/", people.person_change, name="person-change"),
    path("people/<int:pk>/why/", people.person_why, name="person-why"),
    path("people/<int:pk>/data.zip", data.person_zip, name="person-zip"),
    path("people/<int:pk>/erase/", data.person_erase, name="person-erase"),
    path("people/<int:pk>/invite/", access.invite_again, name="invite-again"),
    path("invitation/<str:token>/", access.invitation, name="invitation"),
    path("demo/", access.demo, name="demo"),
    path("demo/sign-in/", access.demo_sign_in, name="demo-sign-in"),
    path("", include("nagara.campus.audit.urls")),
]
