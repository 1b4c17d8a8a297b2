"""Lakes that many tests share: made once a run, under a lock, whichever worker asks first. Every worker works
on a copy of its own, so that runs kept by one are not seen by another."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nagara.citylab.lake import Lake
from nagara.citylab.simulate import simulate

ROOT = Path(__file__).resolve().parents[1]
REAL = ("jakarta", "singapore", "bandung", "ho-chi-minh-city")
"""Cities of `real_lake`, beside the simulated city `demo`."""


@contextmanager
def once(folder: Path) -> Iterator[bool]:
    """Hold the lock of a shared folder; True for whoever has to fill it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    done = folder.with_suffix(".done")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not done.exists()
        done.touch()


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run know."""
    base = factory.getbasetemp()
    return (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "shared-lakes"


def environment(home: Path) -> dict[str, str]:
    """The environment in which the commands of this checkout work in a home of their own."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("NAGARA_", "DJANGO_"))}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    env["NAGARA_HOME"] = str(home)
    return env


def script(*words: str | Path, home: Path) -> str:
    """Run a script of `examples/`; what it said."""
    if not shutil.which("sh"):
        pytest.skip("the scripts need a POSIX shell")
    done = subprocess.run(
        ["sh", *map(str, words)],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout + done.stderr


def tell_jakarta(shared: Path, data: Path) -> Path:
    """The folder that examples/jakarta/run.sh wrote, with what it said in `said.txt` and its lake in `home`."""
    out = shared / "jakarta"
    with once(out) as first:
        if first:
            out.mkdir(parents=True)
            said = script(ROOT / "examples/jakarta/run.sh", data, out, home=out / "home")
            (out / "said.txt").write_text(said, encoding="utf-8")
    return out


def make_demo(shared: Path) -> Path:
    """A lake with the simulated city `demo`."""
    root = shared / "demo"
    with once(root) as first:
        if first:
            simulate(Lake(root), "demo")
    return root


def make_real(shared: Path, data: Path) -> Path:
    """A lake with the real cities and the simulated one, loaded by the scripts that readers run."""
    told, demo, home = tell_jakarta(shared, data), make_demo(shared), shared / "real"
    with once(home) as first:
        if first:
            shutil.copytree(told / "home/lake/jakarta", home / "lake/jakarta")
            shutil.copytree(demo / "demo", home / "lake/demo")
            for city in REAL[1:]:
                script(ROOT / f"examples/{city}/load.sh", data, home=home)
    return home / "lake"


def copied(make: Callable[[], Path], own: Path) -> Path:
    """A worker's own copy of a shared lake."""
    return Path(shutil.copytree(make(), own / "lake"))
