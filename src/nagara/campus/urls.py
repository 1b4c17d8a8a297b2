"""Addresses of the site: each room brings its own."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import include, path

from nagara.campus.design import views as design

# One way to sign in, with its limits and second factor.
admin.site.login = login_required(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Nagara office"

urlpatterns = [
    path("", include("nagara.campus.cities.urls")),
    path("", include("nagara.campus.lab.urls")),
    path("", include("nagara.campus.workbench.urls")),
    path("", include("nagara.campus.people.urls")),
    path("", include("nagara.campus.notices.urls")),
    path("", include("nagara.campus.readiness.urls")),
    path("", include("nagara.campus.programmes.urls")),
    path("", include("nagara.campus.curricula.urls")),
    path("", include("nagara.campus.admissions.urls")),
    path("", include("nagara.campus.selection.urls")),
    path("", include("nagara.campus.timetable.urls")),
    path("", include("nagara.campus.visits.urls")),
    path("", include("nagara.campus.webinars.urls")),
    path("", include("nagara.campus.attendance.urls")),
    path("", include("nagara.campus.quizzes.urls")),
    path("", include("nagara.campus.learning.urls")),
    path("", include("nagara.campus.lessons.urls")),
    path("", include("nagara.campus.labwork.urls")),
    path("", include("nagara.campus.degrees.urls")),
    path("", include("nagara.campus.credentials.urls")),
    path("", include("nagara.campus.evaluation.urls")),
    path("", include("nagara.campus.desk.urls")),
    path("about/", design.about, name="about"),
    path("theme/", design.theme, name="theme"),
    path("health/", design.health, name="health"),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "nagara.campus.design.errors.bad_request"
handler403 = "nagara.campus.design.errors.forbidden"
handler404 = "nagara.campus.design.errors.not_found"
handler500 = "nagara.campus.design.errors.server_error"
