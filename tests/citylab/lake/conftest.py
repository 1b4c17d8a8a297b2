"""A lake of one's own, and processes that use it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from nagara.citylab.lake import CityLake, Lake

WORKER = Path(__file__).with_name("lake_worker.py")


@pytest.fixture(scope="session")
def worker() -> ModuleType:
    """The functions of lake_worker.py, for use in this process."""
    spec = importlib.util.spec_from_file_location("lake_worker", WORKER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder whose name is not kind to programs."""
    return tmp_path / "a lake#1 50% é"


@pytest.fixture
def city(root: Path, worker: ModuleType) -> CityLake:
    return Lake(root).create(worker.CITY)


@pytest.fixture
def start(root: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a worker process on the lake; whatever still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def begin(verb: str, *args: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(WORKER), verb, str(root), *map(str, args)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()
