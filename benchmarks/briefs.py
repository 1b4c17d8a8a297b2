"""A decision brief of a city with runs of every recipe that it can carry, made once more (warm)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.case import Plan, Run, Target, run_side, timed
from benchmarks.measure import Compared

TITLE = "A warm brief, PDF and page"


def _make(path: Path, days: int, sensors: int) -> None:
    from nagara.citylab import runs
    from nagara.citylab.lake import Lake
    from nagara.citylab.recipes import catalogue
    from nagara.citylab.simulate import simulate

    lake = Lake(path)
    simulate(lake, "bench", seed=1, days=days, sensors=sensors)
    city = lake.city(lake.cities()[0])
    for name in catalogue():
        if name != "compare":
            runs.run(city, name)


def plan(quick: bool) -> Plan:
    from benchmarks import data

    days, sensors = (3, 20) if quick else (28, 60)
    path = data.once(data.work_folder() / f"city-{days}-{sensors}", lambda p: _make(p, days, sensors))
    return Plan(Run("nagara", (str(path),)))


def nagara(folder: str) -> None:
    import tempfile

    from nagara.citylab import brief
    from nagara.citylab.lake import Lake

    lake = Lake(folder)
    city = lake.city(lake.cities()[0])
    with tempfile.TemporaryDirectory(prefix="nagara-bench-") as out:
        brief.write(city, Path(out) / "cold.pdf")
        brief.write(city, Path(out) / "cold.html")
        with timed():
            brief.write(city, Path(out) / "warm.pdf")
            brief.write(city, Path(out) / "warm.html")


def targets(found: Sequence[Compared]) -> list[Target]:
    (one,) = found
    return [Target("seconds, both forms", one.seconds, 2, "s", at_least=False)]


SIDES = {"nagara": nagara}
if __name__ == "__main__":
    run_side(SIDES)
