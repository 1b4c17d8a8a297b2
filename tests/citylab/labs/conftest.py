"""Labs prepared once a worker: those of the curriculum, and the examples beside these tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nagara.citylab import labs
from nagara.citylab.lake import CityLake, Lake

EXAMPLE = Path(__file__).parent / "example"
os.environ["NAGARA_CURRICULUM"] = os.pathsep.join(
    p for p in (str(EXAMPLE), os.environ.get("NAGARA_CURRICULUM", "")) if p
)


@pytest.fixture(scope="session")
def demo(demo_lake: Path) -> CityLake:
    return Lake(demo_lake).city("demo")


@pytest.fixture(scope="session")
def prepared_on_demo(demo: CityLake) -> Callable[[str, str], labs.Prepared]:
    """(lab's name, seed) -> the lab prepared on the simulated city, once."""
    made: dict[tuple[str, str], labs.Prepared] = {}

    def prepared(name: str, seed: str = "s1") -> labs.Prepared:
        if (name, seed) not in made:
            made[name, seed] = labs.prepare(demo, labs.load(name), seed, keep=False)
        return made[name, seed]

    return prepared
