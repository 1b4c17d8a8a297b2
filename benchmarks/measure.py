"""Run commands as whole processes and read what the operating system counted for each.

Ours and the peer run in turn (A B A B ...), so that a machine that slows down slows both. Figures are
medians; ratios are medians of the ratios of each pair.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spent:
    """What one process spent: wall and CPU seconds, peak memory in MB, and what it printed."""

    wall: float
    cpu: float
    memory: float
    said: str

    @property
    def inner(self) -> float | None:
        """Seconds that the process measured itself (`seconds=1.23` on its last line), without start-up."""
        last = self.said.strip().rpartition("\n")[2]
        return float(last.split("seconds=")[1].split()[0]) if "seconds=" in last else None


class Failed(Exception):
    """A process that did not end well."""


def _environment() -> dict[str, str]:
    """Ours, but Python keeps what it compiled, as it does wherever a package was installed."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def spend(command: Sequence[str], *, env: Mapping[str, str] | None = None, timeout: float = 900) -> Spent:
    """Run one command to its end. Raises Failed with its last words."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=_environment() | dict(env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(f"{' '.join(command)} left with {process.returncode}:\n{said[-2000:]}")
    if wall > timeout:
        raise Failed(f"{' '.join(command)} took {wall:.0f} s")
    return Spent(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said)


@dataclass(frozen=True)
class Compared:
    """Medians of ours and a peer, and the median of the ratios of each pair (above 1: we are faster).

    Wall seconds are those that the process measured itself, where it did. CPU seconds and memory (MB) are of
    the whole process, start-up included.
    """

    name: str
    peer: str
    seconds: float
    peer_seconds: float | None
    ratio: float | None
    memory: float
    peer_memory: float | None
    rounds: int
    said: str
    cpu: float = 0.0
    peer_cpu: float | None = None
    cpu_ratio: float | None = None


def compare(
    name: str, ours: Sequence[str], peers: Mapping[str, Sequence[str]], *, rounds: int, warm_up: int = 1
) -> list[Compared]:
    """Time ours against every peer in turn. A peer's or our own `seconds=` line wins over wall time."""
    for command in (ours, *peers.values()):
        for _ in range(warm_up):
            spend(command)
    mine: list[Spent] = []
    theirs: dict[str, list[Spent]] = {peer: [] for peer in peers}
    for _ in range(rounds):
        mine.append(spend(ours))
        for peer, command in peers.items():
            theirs[peer].append(spend(command))
    return (
        [_compared(name, "", mine, [])]
        if not peers
        else [_compared(name, peer, mine, spent) for peer, spent in theirs.items()]
    )


def _compared(name: str, peer: str, mine: Sequence[Spent], theirs: Sequence[Spent]) -> Compared:
    middle = statistics.median
    pairs = list(zip(mine, theirs, strict=True)) if theirs else []
    return Compared(
        name,
        peer,
        middle(_seconds(s) for s in mine),
        middle(_seconds(s) for s in theirs) if theirs else None,
        middle(_seconds(b) / _seconds(a) for a, b in pairs) if pairs else None,
        middle(s.memory for s in mine),
        middle(s.memory for s in theirs) if theirs else None,
        len(mine),
        mine[-1].said.strip().rpartition("\n")[2],
        middle(s.cpu for s in mine),
        middle(s.cpu for s in theirs) if theirs else None,
        middle(b.cpu / a.cpu for a, b in pairs) if pairs else None,
    )


def _seconds(spent: Spent) -> float:
    return spent.inner if spent.inner is not None else spent.wall


def python() -> str:
    return sys.executable
