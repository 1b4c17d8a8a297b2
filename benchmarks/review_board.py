"""Review board, 300 applications of three readings, CPU of a request; and pretalx."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import data, nagara_site, pretalx_site
from benchmarks.case import SITE_PEERS, Plan, Run, Target, run_side
from benchmarks.measure import Compared

TITLE = "Review board, 300 applications of three readings, CPU of a request"


def plan(quick: bool) -> Plan:
    times = "1" if quick else "10"
    ours, theirs = (str(data.work_folder() / name) for name in ("nagara-site", "pretalx-site"))
    peers = {"pretalx": Run("pretalx", (theirs, times), SITE_PEERS)}
    return Plan(Run("nagara", (ours, times)), peers, most_rounds=3)


def nagara(folder: str, times: str) -> None:
    nagara_site.ask(folder, "selection-board", int(times))


def pretalx(folder: str, times: str) -> None:
    pretalx_site.ask(folder, "reviews", int(times))


def targets(found: Sequence[Compared]) -> list[Target]:
    (one,) = found
    return [
        Target("CPU seconds, the review board", one.seconds, 0.15, "s", at_least=False),
        Target("times as fast as pretalx", one.ratio or 0, 2),
    ]


SIDES = {"nagara": nagara, "pretalx": pretalx}
if __name__ == "__main__":
    run_side(SIDES)
