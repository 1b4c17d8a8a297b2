"""The page of a city: a planner's indicators first, the rest by recipe, pictures that are light."""

from __future__ import annotations

import gzip

import pytest

from nagara.campus.cities.drawings import city_maps
from nagara.campus.cities.indicators import MOST, overview
from nagara.campus.cities.lakes import find_place
from nagara.citylab import runs
from nagara.citylab.indicators import registry
from nagara.citylab.recipes import catalogue


@pytest.fixture
def harbour(seeded, filled):
    """A simulated town on which several recipes ran."""
    for name in ("near-transit", "points-by-zone", "flood-exposure", "inequality", "land-use", "profile"):
        assert runs.run(filled.city("harbour"), name).status == "done"
    return find_place("harbour")


def test_the_indicators_of_the_registry_come_by_theme_and_no_number_is_without_a_title(harbour):
    found = overview(harbour)
    listed = [row for theme in found.themes for row in theme.rows]
    assert {"I01", "I03", "I12", "I16"} <= {row.indicator for row in listed}
    assert all(registry()[row.indicator[:3]].theme == t.name for t in found.themes for row in t.rows)
    rows = [row for group in found.others for row in group.rows]
    assert rows
    assert [row.title for row in (*listed, *rows) if "_" in row.title or row.title == row.indicator] == []


def test_a_recipe_with_many_values_shows_the_first_and_says_how_many(harbour):
    group = next(group for group in overview(harbour).others if group.recipe.name == "points-by-zone")
    assert len(group.rows) == MOST < group.total
    assert group.rows[0].indicator == "places"


def test_results_shown_again_by_other_recipes_are_not_repeated(harbour):
    names = {group.recipe.name for group in overview(harbour).others}
    assert not names & {"profile", "compare"}


def test_what_is_not_computed_names_the_recipe_that_could(harbour):
    missing = {item.indicator.id: item.recipes for item in overview(harbour).missing}
    assert missing["I09"] == ("street-form",)
    assert "I01" not in missing


def test_the_page_says_all_this(harbour, client):
    text = client.get("/cities/harbour/").content.decode()
    assert "People within 500 m of a stop" in text
    assert "Public transport</th>" in text
    assert "Places in flooded or flood-prone zones: " in text
    assert "not computed here yet" in text
    assert "flood_places" not in text


def test_a_run_with_a_scenario_is_not_taken_for_the_city(harbour):
    before = overview(harbour)
    runs.run(harbour.data, "near-transit", scenario="no-such")
    after = overview(find_place("harbour"))
    assert [row.run_id for row in before.themes[0].rows] == [row.run_id for row in after.themes[0].rows]


@pytest.mark.parametrize("theme", ["", "dark"])
def test_every_map_of_a_city_is_light(theme, harbour, client):
    for picture in city_maps(harbour):
        answer = client.get(f"/cities/harbour/map/{picture.name}.svg", {"theme": theme})
        assert answer.status_code == 200
        assert len(gzip.compress(answer.content)) < 60_000, picture.name
        assert len(answer.content) < 400_000, picture.name


def test_families_of_indicators_are_named_by_their_member():
    flood = catalogue()["flood-exposure"]
    assert flood.output("flood_places_fire_station").title.endswith(": fire station")
    assert flood.output("flood_people").indicator == "flood_people"
    assert flood.output("flood_nothing") is None
    assert catalogue()["profile"].output("profile:I01").unit == "%"
    assert catalogue()["land-use"].output("area_green").title == "Green area"
