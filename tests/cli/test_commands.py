"""The commands as a person or a script meets them: real processes, exit codes, no traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MAP = """
kind = "observations"
[source]
title = "Gates"
licence = "CC0-1.0"
nature = "measured"
[time]
column = "when"
tz = "city"
[thing]
id = "gate"
[property.water_level]
column = "level"
unit = "mm"
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("home")
    assert nagara(path, "simulate", "demo", "--days", "7", "--sensors", "12").returncode == 0
    return path


def nagara(home: Path, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess:
    env = os.environ | {"NAGARA_HOME": str(home)}
    for name in ("NAGARA_LAKE", "DJANGO_SETTINGS_MODULE"):
        env.pop(name, None)
    command = [sys.executable, "-c", "from nagara.cli import main; main()", *words]
    return subprocess.run(
        command, env=env, input=stdin, capture_output=True, text=True, timeout=120, check=False
    )


def test_tables_and_sql_speak_json_text_and_files(home, tmp_path):
    tables = json.loads(nagara(home, "tables", "demo", "--json").stdout)
    assert {"observation", "stop_time", "post"} <= {t["table"] for t in tables["tables"]}
    got = json.loads(
        nagara(home, "sql", "demo", "-", "--json", stdin="select count(*) as n from thing;").stdout
    )
    assert got["rows"] == [{"n": 12}]
    target = tmp_path / "things.csv"
    assert (
        nagara(home, "sql", "demo", "select thing_id from thing order by 1", "--to", str(target)).returncode
        == 0
    )
    assert len(target.read_text().splitlines()) == 13


def test_a_run_prints_the_promised_json_and_repeats_itself(home):
    made = json.loads(nagara(home, "run", "sensor-qa", "demo", "--json").stdout)
    assert {"run_id", "snapshot", "inputs", "results", "findings"} <= set(made)
    assert made["inputs"]["observation"] == 2
    wanted = {
        "unit_kind",
        "unit_id",
        "ts",
        "indicator",
        "value",
        "lo",
        "hi",
        "n",
        "coverage",
        "quality",
        "reason",
    }
    assert all(set(row) == wanted for row in made["results"])
    for threads in ("1", "2"):
        again = nagara(home, "rerun", "demo", made["run_id"], "--threads", threads, "--json")
        assert json.loads(again.stdout)["same"] is True
    runs = json.loads(nagara(home, "runs", "demo", "--json").stdout)
    assert made["run_id"] in {r["run"] for r in runs}
    shown = json.loads(nagara(home, "show", "demo", made["run_id"], "--json").stdout)
    assert shown["results"] == made["results"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("tables", "atlantis"), 1, "there is no city 'atlantis'"),
        (("tables", "jakarta"), 1, "Import a file"),
        (("run", "no-such", "demo"), 1, "There is no recipe"),
        (("run", "sensor-qa", "demo", "-p", "speed=9"), 1, "has no parameter speed"),
        (("run", "sensor-qa", "demo", "-p", "speed"), 1, "has no value"),
        (("rerun", "demo", "nothing"), 1, "there is no run"),
        (("sql", "demo", "select * from nowhere"), 1, "nowhere"),
        (("sql", "demo", "drop table city"), 1, ""),
        (("import", "demo", "absent.csv"), 1, "no such file"),
        (("brief", "demo", "-o", "brief.docx"), 1, "Name it .html or .pdf"),
        (
            (
                "add-city",
                "Bad Name",
                "--name",
                "x",
                "--country",
                "XX",
                "--tz",
                "UTC",
                "--lon",
                "0",
                "--lat",
                "0",
            ),
            1,
            "short name",
        ),
        (
            ("add-city", "ok", "--name", "x", "--country", "XX", "--tz", "Mars", "--lon", "0", "--lat", "0"),
            1,
            "time zone",
        ),
        (("nonsense",), 2, "No such command"),
    ],
)
def test_errors_are_one_line_with_a_way_out(home, words, code, says):
    done = nagara(home, *words)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert says.lower() in (done.stderr + done.stdout).lower().replace("\n", " ")


def test_importing_reports_keeps_and_refuses(home, tmp_path):
    (tmp_path / "map.toml").write_text(MAP)
    rows = tmp_path / "gates.csv"
    rows.write_text("gate,when,level\nA,2020-01-01 00:00,1\nA,2020-01-01 00:00,1\nA,2020-01-01 00:10,x\n")
    report = tmp_path / "clinic.csv"
    dry = nagara(
        home, "clinic", "phuket", str(rows), "--map", str(tmp_path / "map.toml"), "--report", str(report)
    )
    assert "exact-duplicate" in dry.stdout
    assert report.read_text().startswith("severity,rule,message")
    done = nagara(home, "import", "phuket", str(rows), "--map", str(tmp_path / "map.toml"), "--json")
    clinic = json.loads(done.stdout)
    assert (clinic["status"], clinic["rows"]["observation"]) == ("imported", 2)
    kept = json.loads(
        nagara(home, "sql", "phuket", "select value, quality from observation", "--json").stdout
    )
    assert {(r["value"], r["quality"]) for r in kept["rows"]} == {(1.0, 2), (None, 9)}
    again = nagara(home, "import", "phuket", str(rows), "--map", str(tmp_path / "map.toml"), "--json")
    assert json.loads(again.stdout)["status"] == "unchanged"
    bare = nagara(home, "import", "phuket", str(rows), "--kind", "observations")
    assert bare.returncode == 1
    assert "Traceback" not in bare.stderr


def test_the_lake_can_be_checked_compacted_exported_and_erased(home, tmp_path):
    assert nagara(home, "simulate", "spare", "--days", "2", "--sensors", "8").returncode == 0
    assert nagara(home, "lake", "check", "spare").returncode == 0
    assert nagara(home, "lake", "compact", "spare").returncode == 0
    done = nagara(home, "lake", "export", "spare", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "out").rglob("*.parquet"))
    erased = nagara(home, "lake", "erase", "spare", "sim-voices", "--reason", "a test", "--yes")
    assert erased.returncode == 0, erased.stderr
    left = json.loads(nagara(home, "sql", "spare", "select count(*) as n from post", "--json").stdout)
    assert left["rows"] == [{"n": 0}]


def test_a_brief_is_written_as_page_and_pdf(home, tmp_path):
    assert nagara(home, "run", "sensor-qa", "demo").returncode == 0
    for name in ("brief.html", "brief.pdf"):
        done = nagara(home, "brief", "demo", "-o", str(tmp_path / name))
        assert done.returncode == 0, done.stderr
    page = (tmp_path / "brief.html").read_text()
    assert "Simulated data." in page
    assert "src=" not in page
    assert (tmp_path / "brief.pdf").read_bytes().startswith(b"%PDF")


def test_a_person_is_added_once_with_a_first_password(tmp_path):
    done = nagara(tmp_path, "person", "head@office.example", "Siti binti Ahmad", "--office", "manager")
    assert done.returncode == 0, done.stderr
    assert "head@office.example may sign in with the password" in done.stdout
    again = nagara(tmp_path, "person", "head@office.example", "Siti binti Ahmad")
    assert again.returncode == 1
    assert "Traceback" not in again.stderr
