"""Addresses of the room."""

from __future__ import annotations

from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from nagara.campus.design.later import later

VIEWS = "nagara.campus.lab.views"
programs = csrf_exempt(later(f"{VIEWS}.documentation.programs"))  # the interface checks tokens itself

urlpatterns = [
    path("recipes/", later(f"{VIEWS}.recipes.recipe_list"), name="recipes"),
    path("recipes/<slug:name>/", later(f"{VIEWS}.recipes.recipe"), name="recipe"),
    path("cities/<slug:slug>/tables/<slug:name>/", later(f"{VIEWS}.tables.table"), name="table"),
    path("cities/<slug:slug>/tables/<slug:name>.csv", later(f"{VIEWS}.tables.table_csv"), name="table-csv"),
    path(
        "cities/<slug:slug>/tables/<slug:name>.arrow",
        later(f"{VIEWS}.tables.table_arrow"),
        name="table-arrow",
    ),
    path(
        "cities/<slug:slug>/tables/<slug:name>.csv-metadata.json",
        later(f"{VIEWS}.tables.table_csvw"),
        name="table-csvw",
    ),
    path("cities/<slug:slug>/sources/<slug:source_id>/", later(f"{VIEWS}.tables.source"), name="source"),
    path(
        "cities/<slug:slug>/sources/<slug:source_id>/clinic.json",
        later(f"{VIEWS}.tables.clinic_json"),
        name="clinic-json",
    ),
    path("cities/<slug:slug>/bring/", later(f"{VIEWS}.imports.bring"), name="bring"),
    path("cities/<slug:slug>/run/<slug:name>/", later(f"{VIEWS}.runs.start"), name="start-run"),
    path("cities/<slug:slug>/runs/", later(f"{VIEWS}.runs.run_list"), name="runs"),
    path("cities/<slug:slug>/runs/<slug:run_id>/", later(f"{VIEWS}.runs.run"), name="run"),
    path("cities/<slug:slug>/runs/<slug:run_id>/again/", later(f"{VIEWS}.again.again"), name="run-again"),
    path("cities/<slug:slug>/runs/<slug:run_id>/repeat/", later(f"{VIEWS}.again.repeat"), name="run-repeat"),
    path(
        "cities/<slug:slug>/runs/<slug:run_id>/compare/", later(f"{VIEWS}.again.compared"), name="run-compare"
    ),
    path(
        "cities/<slug:slug>/runs/<slug:run_id>/results.csv",
        later(f"{VIEWS}.runs.results_csv"),
        name="run-csv",
    ),
    re_path(
        r"^cities/(?P<slug>[\w-]+)/runs/(?P<run_id>[\w-]+)/(?P<kind>figure|map)/(?P<name>[\w-]+)\.svg$",
        later(f"{VIEWS}.runs.picture"),
        name="run-picture",
    ),
    path(
        "cities/<slug:slug>/runs/<slug:run_id>/figure/<slug:name>/",
        later(f"{VIEWS}.islands.figure"),
        name="figure-island",
    ),
    path(
        "cities/<slug:slug>/runs/<slug:run_id>/figure/<slug:name>.json",
        later(f"{VIEWS}.islands.figure_spec"),
        name="figure-spec",
    ),
    path("cities/<slug:slug>/map/<slug:name>.svg", later(f"{VIEWS}.runs.city_map"), name="city-map"),
    path("cities/<slug:slug>/map/", later(f"{VIEWS}.islands.city_map"), name="map-island"),
    re_path(
        r"^cities/(?P<slug>[\w-]+)/brief\.(?P<ending>html|pdf)$", later(f"{VIEWS}.briefs.brief"), name="brief"
    ),
    path("imports/<int:job_id>/", later(f"{VIEWS}.imports.job"), name="import-job"),
    path("imports/<int:job_id>/say/", later(f"{VIEWS}.imports.say"), name="import-say"),
    path("imports/<int:job_id>/clinic.csv", later(f"{VIEWS}.imports.clinic_csv"), name="import-clinic"),
    path("jobs/<int:job_id>/", later(f"{VIEWS}.runs.job"), name="run-job"),
    path("api/", later(f"{VIEWS}.documentation.api_page"), name="api-page"),
    re_path(r"^api/(?P<rest>.+)$", programs, name="api"),
]
