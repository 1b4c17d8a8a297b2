"""A run made with one line of DuckDB repeats with the same digest on the other.

The other line is installed into a folder of its own, beside nothing else, so this needs the package index.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from nagara.citylab.recipes import catalogue

pytestmark = pytest.mark.full
RECIPES = sorted(set(catalogue()) - {"compare"})
"""`compare` needs two runs to compare; `profile` reads the runs made before it."""


def nagara(home: Path, *words: str, extra: Path | None = None) -> subprocess.CompletedProcess:
    env = os.environ | {"NAGARA_HOME": str(home)}
    if extra is not None:
        env["PYTHONPATH"] = str(extra)
    command = [sys.executable, "-c", "from nagara.cli import main; main()", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def other_line(tmp_path_factory) -> Path:
    """A folder that holds the DuckDB line that is not installed."""
    wanted = "duckdb==1.5.5" if duckdb.__version__.startswith("2") else "duckdb>=2,<3"
    folder = tmp_path_factory.mktemp("other-duckdb")
    uv = Path(sys.executable).with_name("uv")
    pip = [str(uv), "pip"] if uv.exists() else [sys.executable, "-m", "pip"]
    done = subprocess.run([*pip, "install", "-q", "--target", str(folder), wanted], check=False)
    if done.returncode:
        pytest.skip(f"{wanted} cannot be installed here")
    return folder


@pytest.mark.timeout(900)
def test_every_recipe_repeats_on_the_other_line(tmp_path, other_line):
    assert nagara(tmp_path, "simulate", "demo", "--days", "7", "--sensors", "20").returncode == 0
    for recipe in RECIPES:
        made = json.loads(nagara(tmp_path, "run", recipe, "demo", "--json").stdout)
        again = json.loads(
            nagara(tmp_path, "rerun", "demo", made["run_id"], "--json", extra=other_line).stdout
        )
        assert again["engine_before"] != again["engine_after"]
        assert again["same"], recipe
