"""A list of 300 people, one page, CPU of a request; and pretalx."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import data, nagara_site, pretalx_site
from benchmarks.case import SITE_PEERS, Plan, Run, Target, run_side
from benchmarks.measure import Compared

TITLE = "A list of 300 people, one page, CPU of a request"


def plan(quick: bool) -> Plan:
    times = "1" if quick else "10"
    ours, theirs = (str(data.work_folder() / name) for name in ("nagara-site", "pretalx-site"))
    peers = {"pretalx": Run("pretalx", (theirs, times), SITE_PEERS)}
    return Plan(Run("nagara", (ours, times)), peers, most_rounds=3)


def nagara(folder: str, times: str) -> None:
    nagara_site.ask(folder, "people", int(times))


def pretalx(folder: str, times: str) -> None:
    pretalx_site.ask(folder, "speakers", int(times))


def targets(found: Sequence[Compared]) -> list[Target]:
    (one,) = found
    return [
        Target("CPU seconds, a page of the list of people", one.seconds, 0.06, "s", at_least=False),
        Target("times as fast as pretalx", one.ratio or 0, 2),
    ]


SIDES = {"nagara": nagara, "pretalx": pretalx}
if __name__ == "__main__":
    run_side(SIDES)
