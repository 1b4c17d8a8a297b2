"""Six real timetables through the one public command, without a mapping file or a word of code
for any of them: each is taken, or refused as a timetable with its stops kept, and the clinic says why."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CITY = ("--name", "Somewhere", "--country", "ID", "--tz", "Asia/Jakarta", "--lon", "107.0", "--lat", "-6.5")
WHOLE = {
    "bandung/gtfs_2025/gtfs.zip": {"stop": 1743, "route": 57, "trip": 8172, "stop_time": 290_414},
    "bogor/gtfs_angkot/gtfs.zip": {"stop": 346, "route": 24, "trip": 3456, "stop_time": 172_080},
    "singapore/gtfs_2018": {"stop": 5163, "route": 548, "trip": 725, "frequency": 2832},
    "jakarta/gtfs_transjakarta_2025": {"stop": 8587, "route": 244, "trip": 643, "frequency": 654},
}
REFUSED = {
    "jakarta/gtfs_krl_2025_broken": (
        {"stop": 113, "route": 13},
        {"timetable-without-calendar", "timetable-scrambled"},
    ),
    "jakarta/gtfs_transjakarta_2021/transjakarta.zip": (
        {"stop": 5365, "route": 155, "shape": 284, "fare": 4},
        {"timetable-without-times"},
    ),
}


def brought(home: Path, path: Path) -> tuple[int, dict[str, Any]]:
    """Exit code and clinic report of `nagara import` on a city made for it."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("NAGARA_", "DJANGO_"))}
    env["NAGARA_HOME"] = str(home)
    command = [sys.executable, "-c", "from nagara.cli import main; main()"]

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *words], env=env, capture_output=True, text=True, timeout=300, check=False
        )

    assert run("add-city", "somewhere", *CITY).returncode == 0
    done = run("import", "somewhere", str(path), "--licence", "CC0-1.0", "--nature", "reported", "--json")
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("path", WHOLE)
def test_a_timetable_is_taken_by_what_it_is(path, data, tmp_path):
    code, clinic = brought(tmp_path, data / path)
    assert (clinic["kind"], clinic["status"]) == ("gtfs", "imported")
    assert WHOLE[path].items() <= clinic["rows"].items()
    refusals = [f for f in clinic["findings"] if f["severity"] == "refuse"]
    assert code == (3 if refusals else 0)
    assert all(f["mend"] for f in refusals)
    assert not [f for f in refusals if f["rule"].startswith("timetable-")]


@pytest.mark.parametrize(
    "path", [pytest.param(p, marks=pytest.mark.full if "2021" in p else ()) for p in REFUSED]
)
def test_what_is_no_timetable_is_refused_as_one_and_its_stops_are_kept(path, data, tmp_path):
    rows, rules = REFUSED[path]
    code, clinic = brought(tmp_path, data / path)
    assert (code, clinic["status"]) == (3, "imported")
    assert clinic["rows"] == rows
    assert rules <= {f["rule"] for f in clinic["findings"] if f["severity"] == "refuse"}
