"""Fixtures that every room shares: where the real data are, and a lake of one's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
