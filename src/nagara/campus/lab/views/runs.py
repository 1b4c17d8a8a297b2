"""Runs: starting one, watching it, and everything needed to believe it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from nagara.campus.cities import drawings
from nagara.campus.cities.indicators import output_of
from nagara.campus.cities.lakes import Place, find_place
from nagara.campus.design.limits import limited
from nagara.campus.design.templatetags.show import words
from nagara.campus.lab import figures
from nagara.campus.lab.domain.running import start_run
from nagara.campus.lab.forms import params_form
from nagara.campus.lab.models import RunJob
from nagara.campus.lab.pages import page_of
from nagara.campus.lab.tasks import run_recipe
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.citylab import runs
from nagara.citylab.brief.document import answer_of
from nagara.citylab.brief.naming import Names
from nagara.citylab.errors import CityLabError
from nagara.citylab.evidence import SHOWN, Run
from nagara.citylab.recipes import catalogue

PAGE = 20


def _start(job_id: int) -> None:
    run_recipe.enqueue(job_id)


@login_required
@limited("run", most=30, methods=("POST",))
@require_POST
def start(request: SignedIn, slug: str, name: str) -> HttpResponse:
    """Ask for a run of a recipe on a city."""
    place = find_place(slug)
    recipe = catalogue().get(name)
    if recipe is None:
        raise Http404(f"There is no recipe {name}.")
    if not may(request.user, "lab.start_run", place):
        raise PermissionDenied(f"Only the team of {place.name} and the office may start runs there.")
    form = params_form(recipe, request.POST)
    if not form.is_valid():
        context = {"recipe": recipe, "place": place, "form": form, "may_run": True, "places": []}
        return render(request, "lab/recipe.html", context, status=422)
    return redirect(start_run(place, name, form.cleaned_data, by=request.user, start=_start))


@login_required
@require_safe
def job(request: SignedIn, job_id: int) -> HttpResponse:
    """Where a run stands; leads to the run once it is there."""
    found = RunJob.objects.visible_to(request.user).filter(pk=job_id).first()
    if found is None:
        raise Http404("There is no such run, or it is not yours.")
    if found.run_id:
        if request.htmx:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return redirect("run", found.city, found.run_id)
    partial = request.htmx and found.is_moving
    context = {"job": found, "place": find_place(found.city)}
    response = render(request, "lab/_run_job.html" if partial else "lab/run_job.html", context)
    if request.htmx and not found.is_moving:
        response["HX-Refresh"] = "true"
    return response


def run_of(slug: str, run_id: str) -> tuple[Place, Run]:
    """A city and one of its runs. Raises Http404."""
    place = find_place(slug)
    if place.data is None:
        raise Http404(f"{place.name} has no data and no runs.")
    try:
        return place, runs.read(place.data, run_id)
    except CityLabError as error:
        raise Http404(f"There is no run {run_id} of {place.name}.") from error


@require_safe
def run_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest runs of a city."""
    place = find_place(slug)
    chosen = request.GET.get("recipe", "")
    recent = runs.recent(place.data, recipe=chosen or None, limit=100) if place.data else []
    mine = list(RunJob.objects.visible_to(request.user).unfinished().filter(city=slug)[:10])
    return render(request, "lab/runs.html", {"place": place, "runs": recent, "recipe": chosen, "jobs": mine})


@require_safe
def run(request: HttpRequest, slug: str, run_id: str) -> HttpResponse:
    """One run: question, answer, inputs, parameters, digest, results, figures, how to repeat it."""
    place, made = run_of(slug, run_id)
    rows, chosen = _filtered(made.rows, request.GET)
    page = page_of(request, rows.num_rows, PAGE)
    shown = rows.slice(page.first - 1, PAGE).to_pylist() if rows.num_rows else []
    names = Names(place.snapshot) if place.snapshot and shown else None
    for row in shown:
        in_words(row, made.recipe, names)
    recipe = figures.recipe_of(made)
    inputs = _inputs(place, made, {s["source_id"]: s for s in place.sources})
    context = {
        "place": place,
        "run": made,
        "recipe": recipe,
        "rows": shown,
        "page": page,
        "chosen": chosen,
        "indicators": _values(made.rows, "indicator", lambda name: output_of(made.recipe, name).title),
        "unit_kinds": _values(made.rows, "unit_kind", words),
        "inputs": inputs,
        "params": _params(made),
        "answer": answer_of(place.data, made) if place.data and made.status == "done" and recipe else "",
        "pictures": figures.pictures(place, made),
        "command": command(made),
        "may_run": may(request.user, "lab.start_run", place),
        "has_others": place.data is not None
        and len(runs.recent(place.data, recipe=made.recipe, limit=2)) > 1,
        "repeated": RunJob.objects.filter(city=slug, repeats=run_id, state="done").first(),
        "newer": sorted({i["table"] for i in inputs if i["newer"]}),
        "simulated": any(i["source"] and i["source"]["nature"] == "simulated" for i in inputs),
    }
    return render(request, "lab/run.html", context)


def command(made: Run) -> str:
    """The command line that makes this run again from the same snapshot. Parameters at their default are
    left out where the recipe is still the same text."""
    words = ["nagara", "run", made.recipe, made.city_id]
    recipe = figures.recipe_of(made)
    usual = (
        {p.name: p.default for p in recipe.params} if recipe and recipe.sha256 == made.recipe_sha256 else {}
    )
    for name, value in sorted(made.params.items()):
        if value is not None and name != "scenario" and usual.get(name) != value:
            words += ["--param", f"{name}={value}"]
    words += ["--at", str(made.snapshot)]
    return shlex.join(words)


def _filtered(rows: pa.Table, query: Mapping[str, str]) -> tuple[pa.Table, dict[str, str]]:
    chosen = {}
    for column in ("indicator", "unit_kind", "quality"):
        value = query.get(column, "")
        if value:
            chosen[column] = value
            rows = rows.filter(pc.equal(rows.column(column), value))
    keys = [(c, "ascending") for c in ("indicator", "unit_kind", "unit_id", "ts")]
    return rows.sort_by(keys) if rows.num_rows else rows, chosen


def in_words(row: dict[str, Any], recipe: str, names: Names | None) -> None:
    """Give a result row the name of its unit, its title, and the unit its value is in."""
    kind, unit_id = row["unit_kind"], row["unit_id"]
    row["unit_name"] = names.of(kind, unit_id) if names else unit_id
    out = output_of(recipe, row["indicator"])
    row["title"] = out.title
    row["unit"] = out.unit.replace("{unit}", names.unit(kind, unit_id) if names else "")


def _values(rows: pa.Table, column: str, say: Callable[[str], str]) -> list[tuple[str, str, int]]:
    """(value, words, rows) of one column, by words."""
    counts = pc.value_counts(rows.column(column)).to_pylist()
    found = [(c["values"], say(c["values"]), c["counts"]) for c in counts if c["values"]]
    return sorted(found, key=lambda item: item[1])


def _inputs(place: Place, made: Run, sources: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The table versions that the run read, each with its source as it is known today."""
    if place.snapshot is None:
        return []
    rows: list[dict[str, Any]] = place.ask(
        'select * from run_input where run_id = $run order by "table", source_id',
        {"run": made.run_id},
        over=["run_input"],
    ).to_pylist()
    for row in rows:
        row["source"] = sources.get(row["source_id"])
        row["newer"] = row["table"] in place.snapshot.tables and (
            place.snapshot.tables[row["table"]].content != row["content"]
        )
    return rows


def _params(made: Run) -> list[dict[str, Any]]:
    recipe = figures.recipe_of(made)
    known = {p.name: p for p in recipe.params} if recipe else {}
    return [
        {"name": name, "value": value, "param": known.get(name)}
        for name, value in sorted(made.params.items())
    ]


@limited("download", most=60)
@require_safe
def results_csv(request: HttpRequest, slug: str, run_id: str) -> HttpResponse:
    """All result rows of a run as CSV."""
    _, made = run_of(slug, run_id)
    out = pa.BufferOutputStream()
    pacsv.write_csv(made.rows.select(["run_id", *SHOWN]), out)
    response = HttpResponse(out.getvalue().to_pybytes(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{run_id}.csv"'
    return response


SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""For drawings alone: no script can run in them; their colours are a style of their own."""


def _svg(request: HttpRequest, drawing: str) -> HttpResponse:
    theme = request.GET.get("theme", "")
    response = HttpResponse(drawings.painted(drawing, theme), content_type="image/svg+xml")
    response["Content-Security-Policy"] = SVG_POLICY
    response["Cache-Control"] = "private, max-age=300"
    return response


@limited("drawing", most=240)
@require_safe
def picture(request: HttpRequest, slug: str, run_id: str, kind: str, name: str) -> HttpResponse:
    """A figure or map of a run as SVG."""
    place, made = run_of(slug, run_id)
    return _svg(request, figures.draw(place, made, kind, name))


@limited("drawing", most=240)
@require_safe
def city_map(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """A map of what a city's tables hold as SVG."""
    return _svg(request, drawings.draw_city(find_place(slug), name))
