"""Recipes: the list, and one recipe with its method, its text and a form to run it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nagara.campus.cities.lakes import cities_with_data, find_place
from nagara.campus.lab.forms import params_form
from nagara.campus.people.rules import may
from nagara.citylab.recipes import catalogue


@require_safe
def recipe_list(request: HttpRequest) -> HttpResponse:
    """Every recipe with its question."""
    return render(request, "lab/recipes.html", {"recipes": list(catalogue().values())})


@require_safe
def recipe(request: HttpRequest, name: str) -> HttpResponse:
    """One recipe; `city` in the query chooses where the form would run it."""
    found = catalogue().get(name)
    if found is None:
        raise Http404(f"There is no recipe {name}.")
    slugs = cities_with_data()
    chosen = request.GET.get("city", "")
    place = find_place(chosen) if chosen in slugs else None
    context = {
        "recipe": found,
        "place": place,
        "places": [find_place(slug) for slug in slugs],
        "may_run": place is not None and may(request.user, "cities.start_run", place.city),
        "form": params_form(found),
    }
    return render(request, "lab/recipe.html", context)
