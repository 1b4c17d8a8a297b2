"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.webinars.views import office, personal, public

BATCH = "batches/<slug:slug>/webinars/"
ONE = "webinars/<slug:slug>/"
urlpatterns = [
    path("webinars/", public.webinars, name="webinars"),
    path("webinars/terms/", office.terms, name="webinar-terms"),
    path("webinars/series/<slug:slug>/", public.series, name="webinar-series"),
    path("webinars/place/<str:token>/", personal.place, name="webinar-place"),
    path("webinars/place/<str:token>/my-registration.json", personal.data, name="webinar-data"),
    path("webinars/place/<str:token>/webinar.ics", personal.calendar, name="webinar-ics"),
    path("webinars/join/<str:token>/", personal.join, name="webinar-join"),
    path(ONE, public.webinar, name="webinar"),
    path(f"{ONE}register/", public.register, name="webinar-register"),
    path(f"{ONE}leave/", public.leave, name="webinar-leave"),
    path(f"{ONE}text/", public.transcript, name="webinar-transcript"),
    path(f"{ONE}edit/", office.edit, name="webinar-edit"),
    path(f"{ONE}afterwards/", office.afterwards, name="webinar-afterwards"),
    path(f"{ONE}people/", office.people, name="webinar-people"),
    path(f"{ONE}people/withdraw/", office.withdraw, name="webinar-people-withdraw"),
    path(BATCH, office.of_batch, name="webinars-of-batch"),
    path(f"{BATCH}new/", office.new, name="webinar-new"),
]
