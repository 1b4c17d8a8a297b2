import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.__main__ import CASES, main, measure
from benchmarks.case import Target
from benchmarks.measure import Failed, compare, spend

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _work_folder(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("NAGARA_BENCH", str(tmp_path_factory.getbasetemp() / "bench"))
    monkeypatch.setenv("NAGARA_SHARED", str(tmp_path_factory.getbasetemp() / "no-real-data"))
    monkeypatch.chdir(ROOT)


SITE = ("people_list", "timetable_page", "calendar_feed", "site_memory", "review_board")
"""Cases that fill the same site: they run where it is filled already."""


@pytest.mark.parametrize(
    "case", [pytest.param(c, marks=pytest.mark.xdist_group("site")) if c in SITE else c for c in CASES]
)
def test_each_case_runs_on_tiny_data(case, monkeypatch):
    monkeypatch.setenv("NAGARA_PEERS", "no such python")
    got = measure(case, quick=True, rounds=1)
    assert got["case"] == case
    for one in got["compared"]:
        assert one["seconds"] > 0
        assert one["memory"] > 10
        assert one["cpu"] > 0
    assert next(goal for goal in got["targets"] if goal["what"] == "peak memory")["met"]
    assert [goal for goal in got["targets"] if goal["limit"] == 0 and not goal["met"]] == []


def test_the_memory_of_whoever_measures_is_not_counted(monkeypatch):
    monkeypatch.setenv("NAGARA_PEERS", "no such python")
    held = bytearray(b"x" * 600_000_000)
    got = measure("selection", quick=True, rounds=1)
    assert len(held) / 1e6 > 1.5 * got["compared"][0]["memory"]


def test_every_file_with_a_plan_is_a_case():
    found = {
        path.stem
        for path in (ROOT / "benchmarks").glob("*.py")
        if "def plan(" in path.read_text(encoding="utf-8")
    }
    assert found == set(CASES)
    for case in CASES:
        module = importlib.import_module(f"benchmarks.{case}")
        assert module.TITLE
        assert module.SIDES


def test_every_case_and_target_is_in_the_page():
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert [case for case in CASES if f"`{case}`" not in page] == []


def test_an_unknown_case_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["no-such-case"])
    assert "no-such-case" in capsys.readouterr().err


def test_a_side_that_fails_says_its_last_words():
    with pytest.raises(Failed, match="cannot do it"):
        spend([sys.executable, "-c", "raise SystemExit('cannot do it')"])


def test_ratios_are_of_pairs_and_seconds_are_the_process_own():
    ours = [sys.executable, "-c", "print('seconds=2.0')"]
    peer = [sys.executable, "-c", "print('seconds=5.0')"]
    (got,) = compare("x", ours, {"peer": peer}, rounds=2, warm_up=0)
    assert (got.seconds, got.peer_seconds, got.ratio, got.rounds) == (2.0, 5.0, 2.5, 2)


def test_targets_look_the_right_way():
    assert Target("speed", 5, 3).met
    assert not Target("speed", 2, 3).met
    assert Target("seconds", 2, 3, at_least=False).met
    assert not Target("seconds", 4, 3, at_least=False).met


def test_the_published_results_are_whole_runs():
    path = ROOT / "benchmarks" / "results.json"
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert {result["case"] for result in kept["results"]} <= set(CASES)
    assert not any(result["quick"] for result in kept["results"])
    assert kept["machine"]["cores"] >= 1


def test_the_command_explains_itself():
    shown = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--help"], capture_output=True, text=True, check=True
    )
    assert "imports" in shown.stdout
