"""Figures and maps of a run, as SVG files of their own: drawn when a reader comes to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from django.http import Http404

from nagara.campus.cities.drawings import WIDTH, Picture
from nagara.campus.cities.lakes import Place
from nagara.citylab import runs
from nagara.citylab.brief.figures import figure_spec, svg
from nagara.citylab.brief.map_layers import recipe_map
from nagara.citylab.brief.maps import map_spec
from nagara.citylab.brief.naming import Names
from nagara.citylab.brief.palette import MARKERS
from nagara.citylab.evidence import Run
from nagara.citylab.recipes import Recipe, catalogue

NOWHERE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="720" height="80" viewBox="0 0 720 80">'
    f'<text x="360" y="45" text-anchor="middle" font-family="system-ui, sans-serif" fill="{MARKERS["soft"]}">'
    "Nothing of this run has a known place, so there is no map.</text></svg>"
)


def pictures(place: Place, made: Run) -> list[Picture]:
    """What can be drawn of a run: the recipe's figures and maps whose steps gave rows."""
    recipe = catalogue().get(made.recipe)
    if recipe is None or made.status != "done":
        return []
    items = [("figure", i, item) for i, item in enumerate(recipe.figures)]
    items += [("map", i, item) for i, item in enumerate(recipe.maps)]
    steps = {item["step"] for _, _, item in items if "step" in item}
    empty = {step for step in steps if not _rows(place, made, step)}
    return [
        Picture(_name(item, i), item.get("title", ""), kind)
        for kind, i, item in items
        if item.get("step") not in empty
    ]


def _rows(place: Place, made: Run, step: str) -> int:
    """Rows that a kept step gave."""
    if step == "result":
        return int(made.rows.num_rows)
    rows = runs.step(place.data, made.run_id, step) if place.data else None
    return int(rows.num_rows) if rows is not None else 0


def _name(item: Mapping[str, Any], index: int) -> str:
    return str(item.get("name") or f"n{index}")


def draw(place: Place, made: Run, kind: str, name: str) -> str:
    """A picture of a run in marker colours. Raises Http404 where there is none to draw."""
    recipe = catalogue().get(made.recipe)
    if recipe is None or place.data is None:
        raise Http404("The recipe of this run is not installed here.")
    items = recipe.figures if kind == "figure" else recipe.maps
    chosen = next((item for i, item in enumerate(items) if _name(item, i) == name), None)
    if chosen is None:
        raise Http404(f"This run has no {kind} {name}.")
    return _figure(place, made, chosen) if kind == "figure" else _map(place, made, chosen)


def figure_specification(place: Place, made: Run, name: str) -> dict[str, Any]:
    """The Vega-Lite specification of a run's figure, in marker colours. Raises Http404."""
    recipe = catalogue().get(made.recipe)
    found = recipe and next((f for i, f in enumerate(recipe.figures) if _name(f, i) == name), None)
    if not found:
        raise Http404(f"This run has no figure {name}.")
    return _spec(place, made, found)


def _spec(place: Place, made: Run, figure: Mapping[str, Any]) -> dict[str, Any]:
    assert place.data is not None and place.snapshot is not None
    rows: pa.Table | None = made.rows
    if figure["step"] != "result":
        rows = runs.step(place.data, made.run_id, figure["step"])
    if rows is None or rows.num_rows == 0:
        raise Http404("The run gave no rows for this figure.")
    spec = figure_spec(figure, Names(place.snapshot).named(rows), place.tz, width=WIDTH)
    spec.pop("usermeta", None)
    return spec


def _figure(place: Place, made: Run, figure: Mapping[str, Any]) -> str:
    return svg(_spec(place, made, figure))


def _map(place: Place, made: Run, item: Mapping[str, Any]) -> str:
    assert place.data is not None
    layers, _ = recipe_map(place.data, made, item)
    if not any(len(layer.shapes) for layer in layers):
        return NOWHERE
    return svg(map_spec(layers, width=WIDTH))


def recipe_of(made: Run) -> Recipe | None:
    """The recipe of a run as it is installed today; None where it is not."""
    return catalogue().get(made.recipe)
