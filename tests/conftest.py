"""Fixtures that every room shares: where the real data are, and a lake of one's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

import lakes

settings.register_profile("nagara", deadline=None, print_blob=True)
settings.load_profile("nagara")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and expected values. Skips where it is not on this machine."""
    path = Path(os.environ.get("NAGARA_SHARED", ROOT.parent / "shared"))
    if not (path / "data").is_dir():
        pytest.skip(f"real data not found at {path}: set NAGARA_SHARED to the folder that holds data/")
    return path


@pytest.fixture(scope="session")
def data(shared: Path) -> Path:
    return shared / "data"


@pytest.fixture(scope="session")
def demo_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with the simulated city `demo`; what is kept in it stays in this worker."""
    shared = lakes.shared_folder(tmp_path_factory)
    return lakes.copied(lambda: lakes.make_demo(shared), tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def real_lake(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with the cities of `lakes.REAL` and `demo`; what is kept in it stays in this worker."""
    shared = lakes.shared_folder(tmp_path_factory)
    return lakes.copied(lambda: lakes.make_real(shared, data), tmp_path_factory.mktemp("real"))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their argument: a zip file carries the second in which it was made, so that two workers
    would collect tests of different names, and the whole run would fail."""
    return argname if isinstance(val, bytes) and len(val) > 40 else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share something costly go to one worker: the lake of real cities, the prepared labs."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "real_lake" in names:
            item.add_marker(pytest.mark.xdist_group("jakarta"))
        elif "prepared_on_demo" in names:
            item.add_marker(pytest.mark.xdist_group("labs"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Where nothing may be skipped (continuous integration), say what was."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped and os.environ.get("NAGARA_NO_SKIPS"):
        terminalreporter.section("skipped, although nothing may be skipped here")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A skipped test fails a run in which nothing may be skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not os.environ.get("NAGARA_NO_SKIPS") or exitstatus:
        return
    if reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
