"""Interactive maps: their code and data load only on this page, when someone asks for it."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nagara.campus.cities import drawings
from nagara.campus.cities.lakes import find_place
from nagara.campus.design.limits import limited
from nagara.campus.lab import figures
from nagara.campus.lab.geo import LAYERS, extent
from nagara.campus.lab.views.runs import run_of


@require_safe
def city_map(request: HttpRequest, slug: str) -> HttpResponse:
    """A map of a city's tables to move about in; drawn maps and tables stand below it."""
    place = find_place(slug)
    there = {facts.table.name for facts in place.tables}
    layers = [name for name, (table, _, _) in LAYERS.items() if table in there]
    context = {
        "place": place,
        "layers": layers,
        "extent": ",".join(f"{v:.6f}" for v in extent(place)),
        "pictures": drawings.city_maps(place),
    }
    return render(request, "lab/map.html", context)


@require_safe
def figure(request: HttpRequest, slug: str, run_id: str, name: str) -> HttpResponse:
    """A figure of a run to point at; its drawing stands there until the code has loaded."""
    place, made = run_of(slug, run_id)
    title = next(
        (p.title for p in figures.pictures(place, made) if p.kind == "figure" and p.name == name), None
    )
    if title is None:
        raise Http404(f"This run has no figure {name}.")
    return render(request, "lab/figure.html", {"place": place, "run": made, "name": name, "title": title})


@limited("drawing", most=240)
@require_safe
def figure_spec(request: HttpRequest, slug: str, run_id: str, name: str) -> HttpResponse:
    """The Vega-Lite specification of a figure, in real colours, with values to point at."""
    place, made = run_of(slug, run_id)
    spec = figures.figure_specification(place, made, name)
    theme = "dark" if request.GET.get("theme") == "dark" else "light"
    return HttpResponse(
        drawings.painted(json.dumps(spec, default=str), theme), content_type="application/json"
    )
