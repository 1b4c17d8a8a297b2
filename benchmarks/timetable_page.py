"""The timetable of a batch with 240 sessions, CPU of a request; and pretalx."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import data, nagara_site, pretalx_site
from benchmarks.case import SITE_PEERS, Plan, Run, Target, run_side
from benchmarks.measure import Compared

TITLE = "A timetable of 240 sessions, CPU of a request"


def plan(quick: bool) -> Plan:
    times = "1" if quick else "10"
    ours, theirs = (str(data.work_folder() / name) for name in ("nagara-site", "pretalx-site"))
    peers = {"pretalx": Run("pretalx", (theirs, times), SITE_PEERS)}
    return Plan(Run("nagara", (ours, times)), peers, most_rounds=3)


def nagara(folder: str, times: str) -> None:
    nagara_site.ask_timetable(folder, int(times))


def pretalx(folder: str, times: str) -> None:
    """pretalx sends a frame; a script of 93 kB then fetches and draws the sessions."""
    pretalx_site.ask_public(folder, "schedule/", int(times))


def targets(found: Sequence[Compared]) -> list[Target]:
    (one,) = found
    weight = float(one.said.split(", ")[1].split()[0])
    return [
        Target("CPU seconds, the timetable", one.seconds, 0.06, "s", at_least=False),
        Target("kB gzip, the timetable", weight, 30, "kB", at_least=False),
    ]


SIDES = {"nagara": nagara, "pretalx": pretalx}
if __name__ == "__main__":
    run_side(SIDES)
