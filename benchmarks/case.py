"""What a case is: the same work done by us and by a peer, each as a process of its own.

A case is a module with TITLE, `plan(quick)` (which makes the data and says what to run), SIDES (name ->
function of text arguments) and `targets(found)`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec

Side = Callable[..., None]
OWN, PEERS, SITE_PEERS = "own", "peers", "site-peers"


@dataclass(frozen=True)
class Run:
    """One side of a case: its name in SIDES, its text arguments, and whose Python runs it."""

    side: str
    arguments: tuple[str, ...] = ()
    environment: str = OWN


@dataclass(frozen=True)
class Plan:
    """Ours and the peers by name. Costly cases say how often they may run, and skip the warm-up."""

    ours: Run
    peers: Mapping[str, Run] = field(default_factory=dict)
    most_rounds: int = 99
    warm_up: int = 1


@dataclass(frozen=True)
class Target:
    """A figure that must be at least, or at most, a limit."""

    what: str
    figure: float
    limit: float
    unit: str = ""
    at_least: bool = True

    @property
    def met(self) -> bool:
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit

    def as_dict(self) -> dict[str, object]:
        return {
            "what": self.what,
            "figure": round(self.figure, 3),
            "limit": self.limit,
            "unit": self.unit,
            "at_least": self.at_least,
            "met": self.met,
        }


@contextmanager
def timed() -> Iterator[None]:
    """Print the seconds of the block on the last line, where `measure` looks for them."""
    began = time.perf_counter()
    yield
    print(f"seconds={time.perf_counter() - began:.4f}")


def run_side(sides: Mapping[str, Side]) -> None:
    """`python -m benchmarks.<case> SIDE ARGUMENT...`"""
    if find_spec("nagara") and find_spec("typer"):
        # our own Python; its tests' oracles bring pandas, which our commands never load
        from nagara.cli import without_pandas

        without_pandas()
    sides[sys.argv[1]](*sys.argv[2:])
