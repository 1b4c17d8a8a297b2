import csv
import re

import pytest

from nagara.citylab import indicators
from nagara.citylab.recipes import catalogue


def test_every_indicator_has_a_formula_a_unit_a_grain_and_says_where_its_standard_comes_from():
    for item in indicators.registry().values():
        assert re.fullmatch(r"I\d\d", item.id)
        assert item.name
        assert item.formula
        assert item.unit
        assert item.grain
        assert item.verification
        assert item.version


def test_the_registry_holds_the_domain_s_indicators(shared):
    with (shared / "domain" / "indicators.csv").open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    assert [row["id"] for row in expected] == list(indicators.registry())
    for row in expected:
        found = indicators.indicator(row["id"])
        assert (found.name, found.unit, found.formula) == (row["name"], row["unit"], row["formula"])
        assert found.core == (row["core"] == "yes")


def test_what_stands_from_memory_is_said_beside_the_number():
    assert indicators.indicator("I15").caveat == "value from memory"
    assert not indicators.indicator("I15").is_verified
    assert indicators.indicator("I01").is_verified
    assert indicators.indicator("I01").caveat == ""


def test_an_unknown_indicator_says_which_there_are():
    with pytest.raises(indicators.UnknownIndicator, match="I99"):
        indicators.indicator("I99")


def test_recipes_name_only_indicators_that_exist():
    for recipe in catalogue().values():
        for output in recipe.outputs:
            if re.fullmatch(r"I\d+", output.indicator):
                assert output.indicator in indicators.registry(), recipe.name
    assert indicators.computed_by()["I16"] == ("sensor-qa",)
