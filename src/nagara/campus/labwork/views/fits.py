"""Where labs run: cities x tables x labs at a glance; what one's city must bring for a batch."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nagara.campus.labwork.bringing import bringing_for, modules_of
from nagara.campus.labwork.fitting import glance
from nagara.campus.labwork.views.access import batch_for
from nagara.campus.learning.queries import enrolment_of, learners
from nagara.campus.people.lists import Column, export
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may

COLUMNS = (
    Column("city", "City", lambda r: r["place"].name),
    Column("lab", "Lab", lambda r: r["lab"].name),
    Column("runs", "Runs there", lambda r: None if r["fit"] is None else r["fit"].ok, "yes"),
    Column("tasks", "Tasks that run", lambda r: len(r["fit"].tasks) if r["fit"] else None, "whole"),
    Column("of", "Tasks of the lab", lambda r: len(r["lab"].tasks), "whole"),
    Column(
        "lacks", "What is lacking", lambda r: ", ".join(x["need"] for x in r["fit"].lacks) if r["fit"] else ""
    ),
)


@require_safe
def fit(request: HttpRequest) -> HttpResponse:
    """Cities x labs: which run where, and what is lacking; cities x tables below. Public: it says no more
    than the pages of the cities do."""
    seen = glance()
    module = request.GET.get("module", "")
    labs = [lab for lab in seen.labs if not module or lab.module == module]
    flat = [
        {"place": p, "lab": lab, "fit": seen.cells.get((p.slug, lab.name))}
        for p in seen.places
        for lab in labs
    ]
    sent = export(request, COLUMNS, flat, "labs-and-cities", "A lab on a city.")
    if sent is not None:
        return sent
    rows = [(lab, [(p, seen.cells.get((p.slug, lab.name))) for p in seen.places]) for lab in labs]
    wanted = sorted({n.table for lab in labs for n in lab.needs if n.table})
    tables = [
        (p, [(name, next((f.rows for f in p.tables if f.table.name == name), 0)) for name in wanted])
        for p in seen.places
    ]
    context = {
        "places": seen.places,
        "rows": rows,
        "wanted": wanted,
        "tables": tables,
        "unknown": seen.unknown,
        "modules": sorted({lab.module for lab in seen.labs}),
        "module": module,
    }
    return render(request, "labwork/fit.html", context)


@login_required
@require_safe
def bring(request: SignedIn, slug: str) -> HttpResponse:
    """What a city must bring for the labs of a batch: for its learners the own city, for who teaches any."""
    batch = batch_for(request, slug)
    sees = may(request.user, "labwork.see_class", batch)
    mine = enrolment_of(request.user, batch)
    city = mine.city if mine is not None else None
    cities = []
    if sees:
        cities = sorted({e.city for e in learners(batch) if e.city is not None}, key=lambda c: c.name)
        asked = request.GET.get("city", "")
        city = next((c for c in cities if c.slug == asked), city)
    context = {
        "batch": batch,
        "city": city,
        "cities": cities,
        "modules": modules_of(batch),
        "labs": bringing_for(batch, city) if city is not None else [],
        "may_bring": city is not None and may(request.user, "cities.change_data", city),
        "here": "What your city must bring",
    }
    return render(request, "labwork/bring.html", context)
