"""Every lab of the curriculum (and the examples): right answers in any form, named mistakes, wrong answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citylab.labs.answers import a_wrong, another_right
from nagara.citylab import labs, runs
from nagara.citylab.labs.model import KINDS
from nagara.citylab.labs.reading import names
from nagara.citylab.lake import CityLake, Lake

Prepares = Callable[..., labs.Prepared]
few = settings(max_examples=12, suppress_health_check=list(HealthCheck))
every_lab = pytest.mark.parametrize("name", names())


def tasks_of(prepared: labs.Prepared) -> list[str]:
    return [task_id for task_id, key in prepared.keys.items() if key.kind != "text"]


@every_lab
def test_fits_the_simulated_city_with_every_task(name: str, demo: CityLake) -> None:
    lab = labs.load(name)
    fit = labs.fits(lab, demo.newest())
    assert fit.tasks == tuple(task.id for task in lab.tasks), fit.lacks


@every_lab
@few
@given(data=st.data())
def test_right_answers_are_accepted_in_every_usual_form(
    name: str, prepared_on_demo: Prepares, data: st.DataObject
) -> None:
    prepared = prepared_on_demo(name, "s1")
    for task_id in tasks_of(prepared):
        answer = another_right(prepared, task_id, data.draw)
        graded = labs.grade(prepared, task_id, answer)
        assert graded.right, (task_id, answer, graded)
        assert graded.points == graded.most
        assert not graded.mistake


@every_lab
@pytest.mark.parametrize("seed", ["s1", "s2", "s3"])
def test_each_named_mistake_is_told(name: str, seed: str, prepared_on_demo: Prepares) -> None:
    prepared = prepared_on_demo(name, seed)
    for task_id in tasks_of(prepared):
        for mistake in prepared.keys[task_id].mistakes:
            answer = labs.mistaken_answer(prepared, task_id, mistake.key)
            if answer is None:
                continue
            graded = labs.grade(prepared, task_id, answer)
            assert (graded.right, graded.mistake) == (False, mistake.key), task_id
            same = [m.because for m in prepared.keys[task_id].mistakes if m.key == mistake.key]
            assert graded.because in same


@every_lab
def test_each_named_mistake_differs_from_the_right_answer_for_somebody(
    name: str, prepared_on_demo: Prepares
) -> None:
    untold = {(task.id, m.key) for task in labs.load(name).tasks for m in task.mistakes}
    for n in range(1, 16):
        if not untold:
            break
        for task_id, key in prepared_on_demo(name, f"s{n}").keys.items():
            untold -= {(task_id, m.key) for m in key.mistakes if m.on}
    assert not untold


@every_lab
@few
@given(data=st.data())
def test_a_wrong_answer_by_chance_is_not_excused(
    name: str, prepared_on_demo: Prepares, data: st.DataObject
) -> None:
    prepared = prepared_on_demo(name, "s1")
    for task_id in tasks_of(prepared):
        answer = a_wrong(prepared, task_id, data.draw)
        if answer is None:
            continue
        graded = labs.grade(prepared, task_id, answer)
        assert not graded.right, (task_id, answer)
        assert graded.points * 2 <= graded.most, (task_id, answer, graded)


@every_lab
def test_nothing_posed_gives_the_key_away(name: str, prepared_on_demo: Prepares) -> None:
    prepared = prepared_on_demo(name, "s1")
    for task_id, posed in prepared.posed.items():
        body = posed.as_dict()["body"]
        assert not {"right", "rank", "hidden", "breaks", "best", "values"} & set(body), task_id


@every_lab
def test_the_same_seed_poses_the_same_and_another_seed_another(
    name: str, demo: CityLake, prepared_on_demo: Prepares
) -> None:
    one, other = prepared_on_demo(name, "s1"), prepared_on_demo(name, "s2")
    again = labs.prepare(demo, labs.load(name), "s1", keep=False)
    assert one.digest == again.digest != other.digest
    assert one.posed == again.posed


@every_lab
@pytest.mark.full
def test_a_kept_lab_computed_again_has_the_same_digest(name: str, demo: CityLake) -> None:
    made = labs.prepare(demo, labs.load(name), "again")
    assert runs.rerun(demo, made.run_id, threads=1).same
    assert runs.rerun(demo, made.run_id, threads=4).same


def test_the_examples_have_every_kind_of_task() -> None:
    assert {task.kind for task in labs.load("example-kinds").tasks} == set(KINDS)


CITIES = ("jakarta", "singapore", "bandung", "ho-chi-minh-city")


@every_lab
def test_runs_unchanged_on_real_cities_or_says_what_they_lack(name: str, real_lake: Path) -> None:
    lake, lab = Lake(real_lake), labs.load(name)
    for city in map(lake.city, CITIES):
        fit = labs.fits(lab, city.newest())
        if not fit.ok:
            assert all(lack.bring and lack.why for lack in fit.lacks)
            continue
        prepared = labs.prepare(city, lab, "s1", keep=False)
        for task_id in tasks_of(prepared):
            answer = labs.right_answer(prepared, task_id)
            assert labs.grade(prepared, task_id, answer).right, (city, task_id)
            for mistake in prepared.keys[task_id].mistakes:
                wrong = labs.mistaken_answer(prepared, task_id, mistake.key)
                if wrong is not None:
                    assert labs.grade(prepared, task_id, wrong).mistake == mistake.key, (city, task_id)
