"""Does the time of sensor-qa grow faster than its rows? 1 M, 10 M and 30 M readings."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import sensors
from benchmarks.case import Plan, Run, Target, run_side
from benchmarks.measure import Compared

TITLE = "Growth of sensor-qa from 1 M to 30 M readings"
SIZES = (1_000_000, 10_000_000, 30_000_000)


def plan(quick: bool) -> Plan:
    from benchmarks import data

    sizes = (20_000, 100_000) if quick else SIZES
    first, *more = (Run("nagara", (str(data.observations(size)),)) for size in sizes)
    times = {f"{size // sizes[0]} x": run for size, run in zip(sizes[1:], more, strict=True)}
    return Plan(first, times, most_rounds=1, warm_up=0)


def targets(found: Sequence[Compared]) -> list[Target]:
    return [
        Target(
            f"CPU time against rows, {one.peer}",
            (one.cpu_ratio or 0) / float(one.peer.split()[0]),
            1.0,
            at_least=False,
        )
        for one in found
    ]


SIDES = {"nagara": sensors.nagara}
if __name__ == "__main__":
    run_side(SIDES)
