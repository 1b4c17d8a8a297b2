"""The test curriculum beside the shipped one, and the simulated town for its labs."""

from pathlib import Path

import pytest


@pytest.fixture
def town(filled, monkeypatch):
    """A lake with `harbour`, and labs of module TK."""
    monkeypatch.setenv("NAGARA_CURRICULUM", str(Path(__file__).with_name("curriculum")))
    return filled
