"""`python -m benchmarks [CASE...] [--quick] [--rounds N]`: measure, print a table, write results.json."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.case import Run, Target
from benchmarks.machine import ROOT, machine, pythons
from benchmarks.measure import Failed, compare

CASES = (
    "imports",
    "transit",
    "walking",
    "sensors",
    "points",
    "briefs",
    "growth_import",
    "growth_sensors",
    "people_list",
    "timetable_page",
    "calendar_feed",
    "site_memory",
    "review_board",
    "selection",
    "sandbox",
    "sandbox_class",
    "class_at_work",
)
MEMORY_MB = 1536


def command(case: str, run: Run) -> list[str]:
    return [pythons()[run.environment], "-W", "ignore", "-m", f"benchmarks.{case}", run.side, *run.arguments]


def measure(case: str, *, quick: bool, rounds: int) -> dict[str, Any]:
    """Run one case; peers whose environment is missing are left out and named."""
    module = importlib.import_module(f"benchmarks.{case}")
    plan = _elsewhere(module.plan, quick)
    there = {env: Path(python).exists() for env, python in pythons().items()}
    peers = {name: run for name, run in plan.peers.items() if there[run.environment]}
    before = os.getloadavg()[0]
    found = _elsewhere(
        compare,
        case,
        command(case, plan.ours),
        {name: command(case, run) for name, run in peers.items()},
        rounds=min(rounds, plan.most_rounds),
        warm_up=0 if quick else plan.warm_up,
    )
    goals = module.targets(found) if len(peers) == len(plan.peers) else []
    memory = max(one.memory for one in found)
    if case.startswith("growth"):  # the larger sizes stand in the peers' place
        memory = max(memory, *(one.peer_memory or 0 for one in found))
    goals.append(Target("peak memory", memory, MEMORY_MB, "MB", at_least=False))
    return {
        "case": case,
        "title": module.TITLE,
        "quick": quick,
        "left_out": sorted(set(plan.peers) - set(peers)),
        "load": [round(before, 1), round(os.getloadavg()[0], 1)],
        "compared": [asdict(one) for one in found],
        "targets": [goal.as_dict() for goal in goals],
    }


def _elsewhere(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Call in a fresh process.

    The system counts what a starting process holds towards the peak of the one it starts (until `exec`, a
    child is a copy of its parent). Measured from a small process, a figure is the command's own.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments, **named).result()


def show(result: dict[str, Any]) -> None:
    """One case as lines of a table."""
    print(f"\n{result['title']}   (load {result['load'][0]} to {result['load'][1]})")
    for one in result["compared"]:
        line = f"  nagara {one['seconds']:.2f} s, {one['cpu']:.2f} CPU s, {one['memory']:.0f} MB"
        if one["peer"]:
            line += (
                f" | {one['peer']} {one['peer_seconds']:.2f} s, {one['peer_cpu']:.2f} CPU s,"
                f" {one['peer_memory']:.0f} MB | ratio {one['ratio']:.2f}, CPU {one['cpu_ratio']:.2f}"
            )
        print(line)
    for goal in () if result["quick"] else result["targets"]:
        side = ">=" if goal["at_least"] else "<="
        word = "met" if goal["met"] else "MISSED"
        print(
            f"  {goal['what']}: {goal['figure']:,.2f} {goal['unit']} (target {side} {goal['limit']:,}) {word}"
        )
    for name in result["left_out"]:
        print(f"  {name} was left out: no environment with the peers; `make bench` makes it")


def keep(results: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the results, beside those of other cases measured before."""
    old = json.loads(path.read_text())["results"] if path.exists() else []
    new = {result["case"] for result in results}
    stamp = datetime.now(UTC).isoformat(timespec="seconds")
    every = [r for r in old if r["case"] not in new] + [r | {"at": stamp} for r in results]
    every.sort(key=lambda r: CASES.index(r["case"]))
    path.write_text(json.dumps({"machine": _elsewhere(machine), "results": every}, indent=1) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("case", nargs="*", help=f"of {', '.join(CASES)}; all by default")
    parser.add_argument("--quick", action="store_true", help="tiny data: does it run?")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results.json")
    asked = parser.parse_args(arguments)
    unknown = set(asked.case) - set(CASES)
    if unknown:
        parser.error(f"no case {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    results: list[dict[str, Any]] = []
    failed = False
    for case in asked.case or CASES:
        try:
            results.append(measure(case, quick=asked.quick, rounds=asked.rounds))
            show(results[-1])
        except Failed as error:
            failed = True
            print(f"\n{case} failed: {error}")
        if not asked.quick and results:
            keep(results, asked.out)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
