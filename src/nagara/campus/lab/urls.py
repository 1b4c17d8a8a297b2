"""Addresses of the room."""

from __future__ import annotations

from django.urls import path, re_path

from nagara.campus.lab.api import api
from nagara.campus.lab.views import again, briefs, documentation, imports, islands, recipes, runs, tables

urlpatterns = [
    path("recipes/", recipes.recipe_list, name="recipes"),
    path("recipes/<slug:name>/", recipes.recipe, name="recipe"),
    path("cities/<slug:slug>/tables/<slug:name>/", tables.table, name="table"),
    path("cities/<slug:slug>/tables/<slug:name>.csv", tables.table_csv, name="table-csv"),
    path("cities/<slug:slug>/tables/<slug:name>.arrow", tables.table_arrow, name="table-arrow"),
    path("cities/<slug:slug>/tables/<slug:name>.csv-metadata.json", tables.table_csvw, name="table-csvw"),
    path("cities/<slug:slug>/sources/<slug:source_id>/", tables.source, name="source"),
    path("cities/<slug:slug>/sources/<slug:source_id>/clinic.json", tables.clinic_json, name="clinic-json"),
    path("cities/<slug:slug>/bring/", imports.bring, name="bring"),
    path("cities/<slug:slug>/run/<slug:name>/", runs.start, name="start-run"),
    path("cities/<slug:slug>/runs/", runs.run_list, name="runs"),
    path("cities/<slug:slug>/runs/<slug:run_id>/", runs.run, name="run"),
    path("cities/<slug:slug>/runs/<slug:run_id>/again/", again.again, name="run-again"),
    path("cities/<slug:slug>/runs/<slug:run_id>/repeat/", again.repeat, name="run-repeat"),
    path("cities/<slug:slug>/runs/<slug:run_id>/compare/", again.compared, name="run-compare"),
    path("cities/<slug:slug>/runs/<slug:run_id>/results.csv", runs.results_csv, name="run-csv"),
    re_path(
        r"^cities/(?P<slug>[\w-]+)/runs/(?P<run_id>[\w-]+)/(?P<kind>figure|map)/(?P<name>[\w-]+)\.svg$",
        runs.picture,
        name="run-picture",
    ),
    path("cities/<slug:slug>/runs/<slug:run_id>/figure/<slug:name>/", islands.figure, name="figure-island"),
    path(
        "cities/<slug:slug>/runs/<slug:run_id>/figure/<slug:name>.json",
        islands.figure_spec,
        name="figure-spec",
    ),
    path("cities/<slug:slug>/map/<slug:name>.svg", runs.city_map, name="city-map"),
    path("cities/<slug:slug>/map/", islands.city_map, name="map-island"),
    re_path(r"^cities/(?P<slug>[\w-]+)/brief\.(?P<ending>html|pdf)$", briefs.brief, name="brief"),
    path("imports/<int:job_id>/", imports.job, name="import-job"),
    path("imports/<int:job_id>/say/", imports.say, name="import-say"),
    path("imports/<int:job_id>/clinic.csv", imports.clinic_csv, name="import-clinic"),
    path("jobs/<int:job_id>/", runs.job, name="run-job"),
    path("api/", documentation.api_page, name="api-page"),
    path("api/", api.urls),
]
