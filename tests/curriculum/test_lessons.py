"""What is shipped to read: every text, every query on every city at hand, every number.

The same rules are printed by `python -m nagara.citylab.lessons m05 --city demo`.
"""

from __future__ import annotations

import pytest

from nagara.citylab.lake import Lake
from nagara.citylab.lessons import VARIANTS, checking, modules
from nagara.citylab.lessons.computing import compute, fill
from nagara.citylab.lessons.reading import Text

SHIPPED = modules()
REQUIRED = {"M02", "M04", "M05", "M07"}
"""Complete modules: lessons in three variants, bank, rubric, instructor's page, three labs."""
each_module = pytest.mark.parametrize("code", SHIPPED)


def test_four_whole_modules_are_shipped():
    assert set(SHIPPED) >= REQUIRED


@each_module
def test_its_texts_have_no_problem(code):
    assert [str(p) for p in checking.module(SHIPPED[code], SHIPPED)] == []


@each_module
def test_every_query_runs_on_the_simulated_city_and_gives_every_number(code, demo_lake):
    snapshot = Lake(demo_lake).city("demo").newest()
    problems = []
    for lesson in SHIPPED[code].lessons:
        computed = compute(lesson, snapshot)
        assert computed.lacks == (), lesson.slug
        assert computed.simulated
        assert set(computed.worked) == {example.name for example in lesson.examples}
        problems += checking.examples(lesson, computed, lesson.slug)
        for variant in VARIANTS:
            texts = [p.markdown for p in lesson.for_variant(variant) if isinstance(p, Text)]
            assert "(not known)" not in " ".join(fill(text, computed) for text in texts), lesson.slug
    assert [str(p) for p in problems] == []


QUICK = "bandung"
"""The real city whose recipes take least; those of the others are left to the long form."""


def _on_real_cities(code, lake, recipes_on):
    """(problems, on how many cities each lesson ran). What a city lacks is said, and no problem."""
    problems, on = [], dict.fromkeys((lesson.slug for lesson in SHIPPED[code].lessons), 0)
    for city in sorted(set(lake.cities()) - {"demo"}):
        snapshot = lake.city(city).newest()
        for lesson in SHIPPED[code].lessons:
            if lesson.runs and city not in recipes_on:
                continue
            computed = compute(lesson, snapshot)
            if computed.lacks:
                assert all("this city" in text for text in computed.lacks)
                continue
            on[lesson.slug] += 1
            found = checking.examples(lesson, computed, lesson.slug)
            problems += [str(p) for p in found if p.rule not in {"slow", "number"}]
    return problems, on


@each_module
def test_every_query_runs_on_real_cities_or_says_why_not(code, real_lake):
    problems, on = _on_real_cities(code, Lake(real_lake), {QUICK})
    assert problems == []
    assert all(n for slug, n in on.items() if not SHIPPED[code].lesson(slug).runs), on


@pytest.mark.full
@pytest.mark.parametrize("code", [code for code, m in SHIPPED.items() if any(x.runs for x in m.lessons)])
def test_so_do_those_whose_recipes_take_long(code, real_lake):
    lake = Lake(real_lake)
    problems, on = _on_real_cities(code, lake, set(lake.cities()))
    assert problems == []
    assert all(on.values()), on
