"""The calendar feed of 240 events, CPU of a request, and of one that answers "unchanged"; and pretalx."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import data, nagara_site, pretalx_site
from benchmarks.case import SITE_PEERS, Plan, Run, Target, run_side
from benchmarks.measure import Compared

TITLE = "A calendar feed of 240 events, CPU of a request"


def plan(quick: bool) -> Plan:
    times = "1" if quick else "10"
    ours, theirs = (str(data.work_folder() / name) for name in ("nagara-site", "pretalx-site"))
    peers = {"pretalx": Run("pretalx", (theirs, times), SITE_PEERS)}
    return Plan(Run("nagara", (ours, times)), peers, most_rounds=3)


def nagara(folder: str, times: str) -> None:
    nagara_site.ask_feed(folder, int(times))


def pretalx(folder: str, times: str) -> None:
    """pretalx writes the whole feed at every request: it has no answer for "unchanged"."""
    pretalx_site.ask_public(folder, "schedule/export/schedule.ics", int(times))


def targets(found: Sequence[Compared]) -> list[Target]:
    (one,) = found
    unchanged = float(one.said.partition("304 in ")[2].split()[0]) / 1000
    return [
        Target("CPU seconds, the feed", one.seconds, 0.04, "s", at_least=False),
        Target("CPU seconds, unchanged", unchanged, 0.005, "s", at_least=False),
        Target("times as fast as pretalx", one.ratio or 0, 5),
    ]


SIDES = {"nagara": nagara, "pretalx": pretalx}
if __name__ == "__main__":
    run_side(SIDES)
