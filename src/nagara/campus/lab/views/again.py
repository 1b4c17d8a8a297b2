"""A run once more: on the newest rows, exactly as it was, or beside an earlier one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from nagara.campus.cities.lakes import Place
from nagara.campus.design.limits import limited
from nagara.campus.lab.domain.running import repeat_run, run_again
from nagara.campus.lab.pages import page_of
from nagara.campus.lab.tasks import run_recipe
from nagara.campus.lab.views.runs import in_words, run_of
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.citylab import runs
from nagara.citylab.brief.naming import Names
from nagara.citylab.compare import compare
from nagara.citylab.errors import CityLabError
from nagara.citylab.evidence import Run
from nagara.citylab.recipes import catalogue

PAGE = 50


def _start(job_id: int) -> None:
    run_recipe.enqueue(job_id)


def _allowed(request: SignedIn, slug: str, run_id: str) -> tuple[Place, Run]:
    place, made = run_of(slug, run_id)
    if not may(request.user, "lab.start_run", place):
        raise PermissionDenied(f"Only the team of {place.name} and the office may start runs there.")
    return place, made


@login_required
@limited("run", most=30, methods=("POST",))
@require_POST
def again(request: SignedIn, slug: str, run_id: str) -> HttpResponse:
    """A new run with the same settings, on the newest rows."""
    place, made = _allowed(request, slug, run_id)
    return redirect(run_again(place, made, by=request.user, start=_start))


@login_required
@limited("run", most=30, methods=("POST",))
@require_POST
def repeat(request: SignedIn, slug: str, run_id: str) -> HttpResponse:
    """The same results once more from the same rows, to see that they are the same."""
    place, made = _allowed(request, slug, run_id)
    return redirect(repeat_run(place, made, by=request.user, start=_start))


def siblings(place: Place, made: Run, most: int = 50) -> list[Run]:
    """Other finished runs of the same recipe on the city, the newest first."""
    if place.data is None:
        return []
    found = runs.recent(place.data, recipe=made.recipe, limit=most)
    return [run for run in found if run.run_id != made.run_id and run.status == "done"]


def earlier(made: Run, others: list[Run]) -> Run | None:
    """The run before this one; the nearest after it where it is the first."""
    before = [run for run in others if run.started < made.started]
    return before[0] if before else (others[-1] if others else None)


@require_safe
def compared(request: HttpRequest, slug: str, run_id: str) -> HttpResponse:
    """A run beside another of the same recipe (`with`; the one before where it is left out)."""
    place, made = run_of(slug, run_id)
    others = siblings(place, made)
    chosen = next((run for run in others if run.run_id == request.GET.get("with")), earlier(made, others))
    context: dict[str, Any] = {"place": place, "run": made, "others": others, "with": chosen}
    context["recipe"] = catalogue().get(made.recipe)
    if chosen is not None and place.data is not None:
        first, second = sorted((made, runs.read(place.data, chosen.run_id)), key=lambda run: run.started)
        context |= {"first": first, "second": second}
        try:
            context |= _side_by_side(request, place, first, second)
        except CityLabError as error:
            context["problem"] = error
    return render(request, "lab/compare.html", context)


def _side_by_side(request: HttpRequest, place: Place, first: Run, second: Run) -> dict[str, Any]:
    """Rows of the comparison: the whole city first, then those that surely changed, by how much."""
    found = compare(first, second)
    both = [row for row in found.table.to_pylist() if row["a"] is not None and row["b"] is not None]
    rows = [row for row in both if row["a"] != row["b"]]
    rows.sort(key=lambda r: (r["unit_kind"] != "city", not r["clear"], -abs(r["percent"] or 0)))
    page = page_of(request, len(rows), PAGE)
    shown = rows[page.first - 1 : page.first - 1 + PAGE] if rows else []
    names = Names(place.snapshot) if place.snapshot else None
    for row in shown:
        in_words(row, first.recipe, names)
    return {
        "rows": shown,
        "page": page,
        "findings": [f for f in found.findings if f.rule != "one-side-only"],
        "surely": sum(1 for row in rows if row["clear"]),
        "both": len(both),
        "alone": found.table.num_rows - len(both),
    }
