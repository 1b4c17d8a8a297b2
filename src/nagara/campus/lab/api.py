"""The programming interface: what the pages show, as JSON, CSV, Arrow and GeoJSON.

Reading needs no account; the same rights and licences hold as on the pages. Starting a run needs a signed-in
session with its CSRF token."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Body, NinjaAPI, Path, Query
from ninja.security import django_auth

from nagara import __version__
from nagara.campus.cities.lakes import Place, cities_with_data, find_place, other_places
from nagara.campus.cities.queries import member_list
from nagara.campus.lab.domain.running import start_run
from nagara.campus.lab.geo import LAYERS, MOST, layer
from nagara.campus.lab.models import RunJob
from nagara.campus.lab.schemas import (
    NAME,
    CityOut,
    FindingOut,
    Invalid,
    JobOut,
    OutputOut,
    ParamOut,
    Problem,
    RecipeOut,
    RowsOut,
    RunIn,
    RunLine,
    SourceOut,
    TableOut,
)
from nagara.campus.lab.tables import view_table
from nagara.campus.lab.tasks import run_recipe
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.citylab import runs
from nagara.citylab.errors import CityLabError
from nagara.citylab.recipes import Recipe, catalogue
from nagara.citylab.tables import TABLES

ROOT = "/api/"


class Interface(NinjaAPI):
    """The interface stands below one address, whether or not the site's addresses have loaded it."""

    def get_root_path(self, path_params: dict[str, Any]) -> str:
        return ROOT


api = Interface(
    title="Nagara",
    version=__version__,
    description="City data with their evidence. Times are UTC; coordinates are WGS 84; units are UCUM.",
    docs_url=None,
    urls_namespace="api",
)

Slug = Path(..., pattern=NAME, max_length=64, description="short name of the city")
TableName = Path(..., pattern=NAME, max_length=64, description="name of a canonical table")
RunBody = Body(...)
RunId = Path(..., pattern=NAME, max_length=120, description="id of a run")


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    said = str(error.args[0]) if error.args and isinstance(error.args[0], str) else "There is no such thing."
    return api.create_response(request, {"detail": said, "mend": ""}, status=404)


@api.exception_handler(CityLabError)
def _refused(request: HttpRequest, error: CityLabError) -> HttpResponse:
    return api.create_response(request, {"detail": error.what, "mend": error.mend}, status=409)


NOT_FOUND: dict[int, Any] = {404: Problem, 422: Invalid}


@api.get("/cities", response=list[CityOut], tags=["Cities"], summary="All cities")
def list_cities(request: HttpRequest) -> list[dict[str, Any]]:
    """Member cities, then other cities with data."""
    with_data = set(cities_with_data())
    members: list[dict[str, Any]] = [
        {
            "slug": c.slug,
            "name": c.name,
            "country": c.state.iso2,
            "tz": c.tz,
            "lat": c.lat,
            "lon": c.lon,
            "member": True,
            "has_data": c.slug in with_data,
        }
        for c in member_list()
    ]
    others = [_city(place) for place in other_places(c["slug"] for c in members)]
    return members + others


def _city(place: Place) -> dict[str, Any]:
    city = place.city
    return {
        "slug": place.slug,
        "name": place.name,
        "country": place.country,
        "tz": place.tz,
        "lat": city.lat if city else None,
        "lon": city.lon if city else None,
        "member": city is not None,
        "has_data": bool(place.sources),
        "simulated": place.simulated,
    }


@api.get("/cities/{slug}", response={200: CityOut, **NOT_FOUND}, tags=["Cities"], summary="One city")
def get_city(request: HttpRequest, slug: str = Slug) -> dict[str, Any]:
    return _city(find_place(slug))


@api.get(
    "/cities/{slug}/sources", response={200: list[SourceOut], **NOT_FOUND}, tags=["Data"], summary="Sources"
)
def list_sources(request: HttpRequest, slug: str = Slug) -> list[dict[str, Any]]:
    """Where the city's rows came from, newest import first."""
    return find_place(slug).sources


@api.get(
    "/cities/{slug}/findings", response={200: list[FindingOut], **NOT_FOUND}, tags=["Data"], summary="Clinic"
)
def list_findings(request: HttpRequest, slug: str = Slug) -> list[dict[str, Any]]:
    """What the clinic found, without examples."""
    place = find_place(slug)
    return place.snapshot.table("finding").to_pylist() if place.snapshot else []


@api.get(
    "/cities/{slug}/tables", response={200: list[TableOut], **NOT_FOUND}, tags=["Data"], summary="Tables"
)
def list_tables(request: HttpRequest, slug: str = Slug) -> list[dict[str, Any]]:
    """Canonical tables that hold rows."""
    return [
        {"name": f.table.name, "meaning": f.table.meaning, "rows": f.rows, "content": f.content}
        for f in find_place(slug).tables
    ]


@api.get("/cities/{slug}/tables/{name}", response={200: RowsOut, **NOT_FOUND}, tags=["Data"], summary="Rows")
def get_rows(
    request: HttpRequest,
    slug: str = Slug,
    name: str = TableName,
    page: int = Query(1, ge=1, le=10_000),
    size: int = Query(100, ge=1, le=1000),
) -> dict[str, Any]:
    """A page of rows. Whole tables: `/cities/{slug}/tables/{name}.csv` and `.arrow` (outside /api)."""
    place = find_place(slug)
    view = view_table(place, name, all_rows=may(request.user, "lab.see_all_rows", place))
    rows = [{k: _plain(v) for k, v in row.items()} for row in view.page(page, size)]
    return {
        "table": name,
        "total": view.count(),
        "page": page,
        "size": size,
        "hidden_sources": list(view.hidden),
        "rows": rows,
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


@api.get(
    "/cities/{slug}/layers/{name}",
    response={200: dict[str, Any], **NOT_FOUND},
    tags=["Data"],
    summary="GeoJSON for maps",
)
def get_layer(
    request: HttpRequest,
    slug: str = Slug,
    name: str = Path(..., pattern=f"^({'|'.join(LAYERS)})$"),
    west: float = Query(-180, ge=-180, le=180),
    south: float = Query(-90, ge=-90, le=90),
    east: float = Query(180, ge=-180, le=180),
    north: float = Query(90, ge=-90, le=90),
    limit: int = Query(MOST, ge=1, le=MOST),
) -> dict[str, Any]:
    """Features that touch a box, at most `limit`; `truncated` says whether there are more."""
    place = find_place(slug)
    all_rows = may(request.user, "lab.see_all_rows", place)
    return layer(place, name, (west, south, east, north), limit, all_rows=all_rows)


@api.get("/tables", response=list[dict[str, Any]], tags=["Data"], summary="What the columns mean")
def list_columns(request: HttpRequest) -> list[dict[str, Any]]:
    """Every canonical table with its columns, types, meanings and units."""
    return [
        {
            "name": t.name,
            "meaning": t.meaning,
            "key": list(t.key),
            "columns": [
                {
                    "name": c.name,
                    "type": str(c.type),
                    "meaning": c.meaning,
                    "unit": c.unit,
                    "required": c.required,
                }
                for c in t.columns
            ],
        }
        for t in TABLES.values()
    ]


def _recipe(recipe: Recipe) -> dict[str, Any]:
    return {
        "name": recipe.name,
        "version": recipe.version,
        "title": recipe.title,
        "question": recipe.question,
        "method": recipe.method,
        "citation": list(recipe.citation),
        "limits": list(recipe.limits),
        "inputs": [i.table for i in recipe.inputs],
        "params": [
            {key: getattr(p, key) for key in ParamOut.model_fields if key != "choices"}
            | {"choices": list(p.choices), "default": _plain(p.default)}
            for p in recipe.params
        ],
        "outputs": [{key: getattr(o, key) for key in OutputOut.model_fields} for o in recipe.outputs],
        "sha256": recipe.sha256,
    }


@api.get("/recipes", response=list[RecipeOut], tags=["Recipes"], summary="All recipes")
def list_recipes(request: HttpRequest) -> list[dict[str, Any]]:
    return [_recipe(recipe) for recipe in catalogue().values()]


@api.get("/recipes/{name}", response={200: RecipeOut, **NOT_FOUND}, tags=["Recipes"], summary="One recipe")
def get_recipe(request: HttpRequest, name: str = TableName) -> dict[str, Any]:
    if name not in catalogue():
        raise Http404(f"There is no recipe {name}.")
    return _recipe(catalogue()[name])


@api.get("/cities/{slug}/runs", response={200: list[RunLine], **NOT_FOUND}, tags=["Runs"], summary="Runs")
def list_runs(request: HttpRequest, slug: str = Slug, limit: int = Query(50, ge=1, le=500)) -> list[Any]:
    """Runs of a city, newest first."""
    place = find_place(slug)
    return runs.recent(place.data, limit=limit) if place.data else []


@api.get(
    "/cities/{slug}/runs/{run_id}",
    response={200: dict[str, Any], **NOT_FOUND},
    tags=["Runs"],
    summary="One run with its results",
)
def get_run(request: HttpRequest, slug: str = Slug, run_id: str = RunId) -> dict[str, Any]:
    """The same record that `nagara run --json` prints."""
    place = find_place(slug)
    if place.data is None:
        raise Http404(f"{place.name} has no runs.")
    try:
        return runs.read(place.data, run_id).as_dict()
    except CityLabError as error:
        raise Http404(error.what) from error


STARTED = {202: JobOut, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Invalid}


@api.post("/cities/{slug}/runs", auth=django_auth, response=STARTED, tags=["Runs"], summary="Start a run")
def post_run(request: SignedIn, slug: str = Slug, body: RunIn = RunBody) -> Any:
    """Queue a run. Ask `GET /jobs/{job}` how it goes."""
    place = find_place(slug)
    if not may(request.user, "lab.start_run", place):
        return 403, {"detail": f"Only the team of {place.name} and the office may start runs there."}
    given = {k: v for k, v in body.params.items() if v is not None}
    job = start_run(place, body.recipe, given, by=request.user, start=run_recipe.enqueue)
    return 202, _job(job)


@api.get(
    "/jobs/{job}",
    auth=django_auth,
    response={200: JobOut, 401: Problem, **NOT_FOUND},
    tags=["Runs"],
    summary="How a run goes",
)
def get_job(request: HttpRequest, job: int = Path(..., ge=1, le=2**31)) -> dict[str, Any]:
    found = RunJob.objects.visible_to(request.user).filter(pk=job).first()
    if found is None:
        raise Http404("There is no such job, or it is not yours.")
    return _job(found)


def _job(job: RunJob) -> dict[str, Any]:
    return {
        "job": job.pk,
        "city": job.city,
        "recipe": job.recipe,
        "state": job.state,
        "run_id": job.run_id,
        "reason": job.reason,
    }
