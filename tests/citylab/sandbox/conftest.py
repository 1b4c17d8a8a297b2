"""A small city for statements of every kind, and pools with and without the look at the statement."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from citylab.sandbox.small_city import observations, stops
from nagara.citylab.sandbox import Catalogue, Pool, TableFiles


@pytest.fixture(scope="session")
def city() -> Catalogue:
    return Catalogue(
        "kota",
        1,
        "Asia/Jakarta",
        {"stop": TableFiles(arrow=stops()), "observation": TableFiles(arrow=observations())},
    )


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    made = Pool(most=3, memory_mb=128)
    yield made
    made.close()


@pytest.fixture(scope="session")
def bare() -> Iterator[Pool]:
    """The walls alone: statements are not looked at."""
    made = Pool(most=3, memory_mb=128, check=False)
    yield made
    made.close()
