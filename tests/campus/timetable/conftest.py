"""The factories beside this file."""

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture
def f(seeded):
    path = Path(__file__).with_name("factories.py")
    spec = importlib.util.spec_from_file_location("timetable_factories", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
