"""Labs kept as evidence: opened again, computed again, erased; drawn the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nagara.citylab import labs, runs
from nagara.citylab.labs import keeping
from nagara.citylab.labs.dice import Dice, candidate
from nagara.citylab.lake import CityLake, Lake, lab_runs
from nagara.citylab.lake.snapshots import InputsErased


@pytest.fixture
def city(demo_lake: Path, tmp_path: Path) -> Iterator[CityLake]:
    """The simulated city in a lake of this test's own."""
    import shutil

    yield Lake(shutil.copytree(demo_lake, tmp_path / "lake")).city("demo")


def test_a_kept_lab_opens_again_and_grades_the_same(demo: CityLake) -> None:
    lab = labs.load("example-kinds")
    made = labs.prepare(demo, lab, "learner")
    keeping._OPEN.clear()
    again = labs.reopen(demo, made.run_id)
    assert again.params == made.params
    assert again.posed.keys() == made.posed.keys()
    for task_id, key in made.keys.items():
        if key.kind != "text":
            answer = labs.right_answer(made, task_id)
            assert labs.grade(again, task_id, answer) == labs.grade(made, task_id, answer)


def test_a_rerun_gives_the_same_digest_on_any_number_of_threads(demo: CityLake) -> None:
    made = labs.prepare(demo, labs.load("example-kinds"), "again")
    for threads in (1, 4):
        repeat = runs.rerun(demo, made.run_id, threads=threads)
        assert repeat.same
        assert not repeat.reasons


def test_keys_stand_in_no_table_and_make_no_snapshot(demo: CityLake) -> None:
    before = demo.newest().number
    made = labs.prepare(demo, labs.load("example-standard"), "quiet")
    assert demo.newest().number == before
    assert made.run_id not in {run.run_id for run in runs.recent(demo, limit=1000)}
    assert before in demo.pins()[lab_runs.PIN]
    record = lab_runs.record(demo.storage, "demo", made.run_id)
    assert record is not None
    assert record["digest"] == made.digest
    assert record["recipe"] == "lab:example-standard"
    assert set(record["inputs"]) >= {"stop", "stop_time", "trip"}


def test_a_lab_of_a_changed_text_still_opens_as_it_was(
    demo: CityLake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "labs/example-standard"
    folder.mkdir(parents=True)
    text = labs.load("example-standard").text
    (folder / "lab.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("NAGARA_CURRICULUM", str(tmp_path))
    made = labs.prepare(demo, labs.load("example-standard"), "then")
    changed = text.replace("min(dep_s)", "max(dep_s)", 1).replace("1.0.0", "1.1.0")
    (folder / "lab.toml").write_text(changed, encoding="utf-8")
    assert labs.load("example-standard").version == "1.1.0"
    keeping._OPEN.clear()
    again = labs.reopen(demo, made.run_id)
    assert again.lab.version == "1.0.0"
    assert again.keys["first"].body == made.keys["first"].body
    repeat = runs.rerun(demo, made.run_id)
    assert repeat.same
    assert "version 1.0.0 then, 1.1.0 now" in repeat.reasons[0]


def test_erasing_a_source_takes_the_keys_of_labs_that_read_it(city: CityLake) -> None:
    made = labs.prepare(city, labs.load("example-standard"), "gone")
    other = labs.prepare(city, labs.load("example-kinds"), "stays")
    city.erase("sim-transit", "the operator asked")
    with pytest.raises(InputsErased):
        labs.reopen(city, made.run_id)
    with pytest.raises(InputsErased):
        runs.rerun(city, made.run_id)
    record = lab_runs.record(city.storage, "demo", other.run_id)
    assert record is not None
    assert lab_runs.has_keys(city.storage, "demo", other.run_id) == ("sim-transit" not in record["sources"])


def test_an_unknown_run_is_said_to_be_one(demo: CityLake) -> None:
    for name in ("lab-nothing-20200101-abcdef", "../../etc", "lab-../x"):
        with pytest.raises(runs.UnknownRun):
            labs.reopen(demo, name)


def test_a_class_is_prepared_in_one_go_and_by_many_threads_alike(demo: CityLake) -> None:
    lab = labs.load("example-standard")
    seeds = [f"class-{n}" for n in range(8)]
    together = {p.seed: p.digest for p in labs.prepare_many(demo, lab, seeds)}
    with ThreadPoolExecutor(4) as pool:
        alone = {p.seed: p.digest for p in pool.map(lambda s: labs.prepare(demo, lab, s), seeds)}
    assert together == alone
    assert len(set(together.values())) == len(seeds)


def test_a_recipe_of_a_lab_runs_once_for_all_who_open_it_together(city: CityLake) -> None:
    lab = labs.load("example-kinds")
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda seed: labs.prepare(city, lab, seed), ["one", "two", "three"]))
    keeping._RUNS.clear()
    labs.prepare(city, lab, "later")
    assert len(runs.recent(city, recipe="near-transit")) == 1


def test_a_lab_made_ready_waits_for_no_recipe(city: CityLake) -> None:
    lab = labs.load("example-kinds")
    before = len(runs.recent(city, recipe="near-transit"))
    labs.make_ready(city, lab)
    made = len(runs.recent(city, recipe="near-transit"))
    assert made == max(1, before)
    labs.prepare(city, lab, "afterwards")
    assert len(runs.recent(city, recipe="near-transit")) == made


def test_what_a_page_may_keep_comes_back_whole(demo: CityLake) -> None:
    import json

    made = labs.prepare(demo, labs.load("example-kinds"), "json", keep=False)
    again = labs.Prepared.from_dict(json.loads(json.dumps(made.as_dict())))
    assert again.params == made.params
    assert again.keys["alarm"].body["best"] == made.keys["alarm"].body["best"]
    assert labs.grade(again, "alarm", labs.right_answer(made, "alarm")).right


def test_the_learners_tables_end_where_the_hidden_days_begin(demo: CityLake) -> None:
    made = labs.prepare(demo, labs.load("example-kinds"), "tables", keep=False)
    until = labs.seen_until(made)
    tables = labs.catalogue_of(demo, made).tables
    assert until is not None
    assert until.isoformat() == "2026-09-18T00:00:00+00:00"
    assert tables["observation"].until == until
    assert "of_day" in tables
    assert "reading" not in tables
    assert "near" in tables


def test_dice_fall_the_same_everywhere() -> None:
    dice = Dice("seed", "name")
    assert [dice.number(100) for _ in range(5)] == [
        Dice("seed", "name").number(100),
        *_rest(),
    ]
    assert sorted(Dice("s", "n").shuffled(range(20))) == list(range(20))
    assert len({candidate("s", "d", 7, n) for n in range(7)}) == 7
    assert candidate("s", "d", 7, 9) == candidate("s", "d", 7, 2)


def _rest() -> list[int]:
    dice = Dice("seed", "name")
    dice.number(100)
    return [dice.number(100) for _ in range(4)]


def test_the_check_finds_nothing_wrong_with_a_good_lab_and_says_what_is_with_a_bad_one(
    demo: CityLake, tmp_path: Path
) -> None:
    from nagara.citylab.labs.checking import check, report
    from nagara.citylab.labs.reading import parse

    assert check(demo, labs.load("example-standard"), seeds=2).wrong == []
    text = labs.load("example-standard").text.replace(
        "select max(dep_s) as value from departure where stop_id = $stop_id",
        "select min(dep_s) as value from departure where stop_id = $stop_id",
    )
    found = check(demo, parse(text, name="bad-standard", folder=tmp_path), seeds=2)
    assert found.wrong == [
        "first: the mistake last-not-first cannot be told from the right answer (or another mistake)"
        " for 2 of 2 learners"
    ]
    assert any("WRONG" in line for line in report(found))
