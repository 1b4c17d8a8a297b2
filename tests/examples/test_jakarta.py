"""The first story, told by the script that readers run: files in, facts, runs and a brief out."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import lakes

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "examples/jakarta/run.sh"

pytestmark = pytest.mark.xdist_group("jakarta")


@pytest.fixture(scope="session")
def told(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that examples/jakarta/run.sh wrote, with what it said in `said.txt`."""
    return lakes.tell_jakarta(lakes.shared_folder(tmp_path_factory), data)


@pytest.fixture(scope="session")
def results(told: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((told / "results.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def expected(data: Path) -> dict[str, Any]:
    facts = json.loads((data / "_expected/facts.json").read_text(encoding="utf-8"))
    spatial = json.loads((data / "_expected/spatial_oracle_geopandas.json").read_text(encoding="utf-8"))
    return {k: v for k, v in (facts | spatial).items() if k.startswith("jakarta")}


@pytest.fixture(scope="session")
def words(told: Path) -> str:
    """The text of the brief, blanks made plain."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is missing: apt-get install poppler-utils")
    text = subprocess.run(["pdftotext", str(told / "brief.pdf"), "-"], capture_output=True, check=True).stdout
    return re.sub(r"\s+", " ", text.decode())


def run_of(results: dict[str, Any], recipe: str, **params: str) -> dict[str, Any]:
    return next(
        r
        for r in results["runs"]
        if r["recipe"] == recipe and all(r["params"].get(k) == v for k, v in params.items())
    )


def same(value: Any, other: Any) -> bool:
    """Equal, whatever the order of lists."""
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return Counter(value) == Counter(other)
    return bool(value == other)


def test_every_known_fact_is_answered_from_the_lake(
    results: dict[str, Any], expected: dict[str, Any]
) -> None:
    wrong = []
    for name, fact in expected.items():
        got = results["facts"][name]
        assert set(got) == set(fact), name
        wrong += [(name, key, fact[key], got[key]) for key in fact if not same(fact[key], got[key])]
    assert wrong == []


def test_the_facts_are_questions_and_hold_no_answer(expected: dict[str, Any]) -> None:
    """No number of the answers stands in a question: they come from the data."""
    for name, fact in expected.items():
        question = (ROOT / f"examples/jakarta/facts/{name}.sql").read_text(encoding="utf-8")
        plain = re.sub(r"--.*", "", question)
        typed = set(re.findall(r"(?<![\w.-])\d{3,}(?![\w.-])", plain))
        flat = json.dumps(fact)
        assert not [n for n in typed if re.search(rf"(?<!\d){n}(?!\d)", flat)], name


def test_the_clinic_finds_what_the_published_cleaning_log_found(
    data: Path, results: dict[str, Any], expected: dict[str, Any]
) -> None:
    """The publisher's own log, read here by the csv module, lies beside what the clinic counted."""
    folder = data / "jakarta/air_ispu_daily/cleaned_jvon"
    (log,) = folder.glob("Data_Cleaning_Log_*.csv")
    with log.open(encoding="utf-8-sig", newline="") as stream:
        log_rows = {row["tahap"].partition(" - ")[2]: row for row in csv.DictReader(stream)}
    found = results["facts"]["jakarta_ispu_clinic"]
    for stage, name in {
        "Koreksi periode_data": "period_does_not_follow_from_date",
        "Koreksi max": "max_is_not_the_highest",
        "Koreksi critical": "critical_is_not_the_highest",
        "Koreksi categori": "category_does_not_follow_from_max",
    }.items():
        assert found[name] == int(log_rows[stage]["jumlah_baris_terdampak"]), stage
    (audit,) = folder.glob("Audit_*.csv")
    with audit.open(encoding="utf-8-sig", newline="") as stream:
        kinds = Counter(row["duplicate_type"] for row in csv.DictReader(stream))
    assert found["rows_of_conflicting_duplicates"] == kinds["DUPLIKAT_KONFLIK_NILAI"]
    assert found["rows_of_identical_duplicates"] == kinds["DUPLIKAT_IDENTIK"]
    assert dict(kinds) == expected["jakarta_ispu_clean"]["types"]


def test_the_wave_goes_down_the_river(results: dict[str, Any]) -> None:
    rows = run_of(results, "early-warning")["results"]
    lag = {r["unit_id"]: r for r in rows if r["indicator"] == "lag_h"}
    down = next(r for pair, r in lag.items() if "Katulampa" in pair and "Manggarai" in pair)
    assert down["unit_id"].index("Katulampa") < down["unit_id"].index("Manggarai")
    assert 6 <= down["lo"] <= down["value"] <= down["hi"] <= 18
    top = {r["unit_id"]: r for r in rows if r["indicator"] == "level_max"}
    assert next(r["value"] for u, r in top.items() if "Katulampa" in u) == 1410
    gate = next(r for u, r in top.items() if "Manggarai" in u)
    assert (gate["value"], gate["ts"]) == (9690, "2020-01-01T17:40:00+00:00")


def test_reports_lead_the_official_marking_by_about_four_hours(results: dict[str, Any]) -> None:
    rows = run_of(results, "early-warning")["results"]
    burst = next(r for r in rows if r["indicator"] == "report_burst")
    growth = next(r for r in rows if r["indicator"] == "marking_growth")
    lead = next(r for r in rows if r["indicator"] == "report_lead_h")
    assert burst["ts"] == "2017-02-20T21:00:00+00:00"  # 04:00 at home
    assert growth["ts"] == "2017-02-21T01:00:00+00:00"  # 08:00 at home
    assert lead["lo"] <= 4 <= lead["hi"] and lead["value"] == 4


def test_people_in_flood_prone_zones_are_a_range(results: dict[str, Any], expected: dict[str, Any]) -> None:
    run = run_of(results, "flood-exposure", property="flood_prone")
    city = {r["indicator"]: r for r in run["results"] if r["unit_kind"] == "city"}
    assert city["flood_people"]["lo"] < city["flood_people"]["value"] < city["flood_people"]["hi"]
    flags = expected["jakarta_rw"]["floodprone"]
    assert city["flood_zones"]["value"] == flags["YES"]
    assert city["flood_zones"]["hi"] == flags["YES"] + flags["(blank)"] + flags["0"]


def test_the_brief_is_two_pages_that_say_it_all(told: Path, words: str) -> None:
    pages = subprocess.run(["pdfinfo", str(told / "brief.pdf")], capture_output=True, check=True, text=True)
    assert re.search(r"Pages:\s+2\b", pages.stdout)
    for said in (
        "The great flood of 1 January 2020",
        "9,690 mm",
        "PA. Manggarai, 2 January 2020, 00:40 (WIB)",
        "PS. Katulampa (Hulu) runs 13 hours ahead of PA. Manggarai",
        "reports burst 4 hours (3 to 5 hours) before the official marking grew",
        "million people",
        "What it means",
        "How far to trust it",
        "Sources and evidence",
        "ODbL-1.0",
        "licence unknown",
        "nagara rerun jakarta",
    ):
        assert said in words, said


def test_the_brief_lists_the_names_that_do_not_meet(words: str, expected: dict[str, Any]) -> None:
    for name in expected["jakarta_rw"]["pop_not_in_shp"]:
        assert name in words, name
    assert "TMII" in words


def test_the_brief_names_its_runs(results: dict[str, Any], words: str) -> None:
    for run in (run_of(results, "early-warning"), run_of(results, "flood-exposure", property="flood_prone")):
        assert run["run_id"] in words and run["digest"][:16] in words


def test_the_page_asks_nothing_of_the_network(told: Path) -> None:
    page = (told / "brief.html").read_text(encoding="utf-8")
    links = re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)""", page)
    assert [x for x in links if not x.startswith(("#", "data:"))] == []
    assert "<script" not in page


def test_a_second_load_changes_nothing(told: Path, data: Path) -> None:
    env = os.environ | {"NAGARA_HOME": str(told / "home")}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    done = subprocess.run(
        ["sh", str(ROOT / "examples/jakarta/load.sh"), str(data)],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.count("nothing to do") + done.stderr.count("nothing to do") == len(
        re.findall(r"^take ", (ROOT / "examples/jakarta/load.sh").read_text(encoding="utf-8"), re.MULTILINE)
    )


def test_the_script_uses_public_commands_only() -> None:
    for script in (ROOT / "examples").glob("*/*.sh"):
        text = re.sub(r"#.*", "", script.read_text(encoding="utf-8"))
        assert "python" not in text, script
        assert set(re.findall(r"\bnagara ([a-z-]+)", text)) <= {
            "import",
            "run",
            "results",
            "brief",
            "tables",
            "add-city",
        }, script
