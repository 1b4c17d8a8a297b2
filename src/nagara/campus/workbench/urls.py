"""Addresses of the room."""

from __future__ import annotations

from django.urls import path, re_path

from nagara.campus.design.later import later

VIEWS = "nagara.campus.workbench.views"

urlpatterns = [
    path("cities/<slug:slug>/sql/", later(f"{VIEWS}.workbench"), name="sql"),
    path("cities/<slug:slug>/sql/run/", later(f"{VIEWS}.run"), name="sql-run"),
    path("cities/<slug:slug>/sql/history/", later(f"{VIEWS}.history"), name="sql-history"),
    path("cities/<slug:slug>/sql/<int:pk>/", later(f"{VIEWS}.query"), name="sql-query"),
    path("cities/<slug:slug>/sql/<int:pk>/rows.csv", later(f"{VIEWS}.rows_csv"), name="sql-csv"),
    path("cities/<slug:slug>/sql/<int:pk>/change/", later(f"{VIEWS}.change"), name="sql-change"),
    re_path(
        r"^cities/(?P<slug>[\w-]+)/sql/(?P<pk>\d+)/(?P<kind>chart|map)\.svg$",
        later(f"{VIEWS}.picture"),
        name="sql-picture",
    ),
    path("sql/shared/<str:token>/", later(f"{VIEWS}.shared"), name="sql-shared"),
]
