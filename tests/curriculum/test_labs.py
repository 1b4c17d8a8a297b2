"""The texts of the labs. That they run, and grade rightly, is tested in tests/citylab/labs."""

from __future__ import annotations

import re

import pytest

from nagara.campus.lessons.domain.seeding import rubrics
from nagara.citylab import labs
from nagara.citylab.lessons import VARIANTS, checking, modules

SHIPPED = modules()
LABS = {name: lab for name, lab in labs.catalogue().items() if lab.module in SHIPPED}
each_lab = pytest.mark.parametrize("name", LABS)
SLOT = re.compile(r"\{[a-z_]\w*\}")


def _texts(lab):
    """(where, Markdown) of everything that a learner reads."""
    yield "summary", lab.summary
    for task in lab.tasks:
        yield f"{task.id}.asks", task.asks
        yield f"{task.id}.explains", task.explains
        yield from ((f"{task.id}.hint", hint) for hint in task.hints)
        yield from ((f"{task.id}.{m.key}", m.because) for m in task.mistakes)


def test_four_modules_have_a_lab_in_each_variant():
    there = {(lab.module, lab.variant) for lab in LABS.values()}
    assert there >= {(code, variant) for code in ("M02", "M04", "M05", "M07") for variant in VARIANTS}


@each_lab
def test_it_has_five_to_eight_tasks_with_points_hints_and_explanations(name):
    lab = LABS[name]
    assert 5 <= len(lab.tasks) <= 8
    assert 20 <= lab.minutes <= 240
    assert lab.variant in VARIANTS
    for task in lab.tasks:
        assert task.title, task.id
        assert task.points > 0, task.id
        assert task.kind == "text" or (task.explains and task.hints), task.id


@each_lab
def test_it_names_three_mistakes_or_more_and_explains_each(name):
    mistakes = [m for task in LABS[name].tasks for m in task.mistakes]
    assert len({m.key for m in mistakes}) >= 3
    assert all(len(m.because.split()) >= 5 for m in mistakes)


@each_lab
def test_it_says_why_it_needs_a_table_and_what_to_bring(name):
    for need in LABS[name].needs:
        assert need.why, need
        assert need.bring, need


@each_lab
def test_its_words_are_short_plain_and_final(name):
    wrong = []
    for where, text in _texts(LABS[name]):
        plain = SLOT.sub("1", text)
        parts = [part for s in checking.sentences(plain) for part in s.split(";")]
        long = [part for part in parts if len(part.split()) > checking.LONGEST_SENTENCE]
        wrong += [f"{where}: {s}" for s in long]
        wrong += [f"{where}: {p}" for p in re.findall(r"\b(?:TODO|FIXME|TBD|lorem)\b", plain)]
    assert wrong == []


@each_lab
def test_its_written_tasks_name_a_rubric_of_the_module_or_say_how_they_are_marked(name):
    lab = LABS[name]
    keys = {row["key"] for row in rubrics(SHIPPED[lab.module].folder / "rubric.yaml")}
    for task in lab.tasks:
        if task.kind == "text":
            assert task.words >= 50, task.id
            assert task.rubric in keys or len(task.rubric.split()) >= 8, (task.id, task.rubric)


def test_variants_of_a_module_ask_different_things():
    for module in SHIPPED:
        mine = [lab for lab in LABS.values() if lab.module == module]
        asked = [tuple(task.asks for task in lab.tasks) for lab in mine]
        assert len(set(asked)) == len(asked), module
