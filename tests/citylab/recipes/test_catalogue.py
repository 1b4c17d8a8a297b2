from pathlib import Path

import pytest

from nagara.citylab.recipes import catalogue

PAGE = Path(__file__).resolve().parents[3] / "docs" / "recipes.md"
FIGURES = {
    "line": {"x", "y"},
    "bar": {"x", "y"},
    "calendar": {"x", "y", "value"},
    "timeline": {"start", "end", "y"},
    "points": {"x", "y"},
}
MAPS = {"zones", "cells", "points", "lines"}


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_every_recipe_stands_in_the_catalogue_page_with_its_question(name):
    recipe = catalogue()[name]
    assert f"| `{name}` | {' '.join(recipe.question.split())} |" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_every_recipe_says_why_whence_and_what_it_cannot(name):
    recipe = catalogue()[name]
    assert recipe.question.endswith("?")
    assert recipe.limits
    assert recipe.outputs
    for param in recipe.params:
        assert param.title or param.why, param.name
    for wanted in recipe.inputs:
        assert wanted.optional or wanted.why, wanted.table


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_figures_and_maps_have_the_keys_of_their_kind(name):
    recipe = catalogue()[name]
    steps = {step.name for step in recipe.steps}
    for figure in recipe.figures:
        assert figure["step"] in steps
        assert FIGURES[figure["kind"]] <= set(figure)
        assert figure["title"]
    for layer in recipe.maps:
        assert layer["kind"] in MAPS
        assert {"title", "name"} <= set(layer)
        assert layer.get("step", "result") in steps
