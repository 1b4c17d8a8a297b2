"""Who reads what: balanced, exact, and the same for the same input.

A flow of least cost from the applications to the reviewers: as many readings as can be are given; loads
differ as little as can be (least sum of squares); each state is spread over the reviewers (least sum of
squares of how often one reviewer meets one state). A reviewer never gets an own city or state, a declared
conflict, or one application twice. All costs and limits are whole numbers and the programme is a network, so
the corners of the linear programme are whole choices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Reading:
    """An application to be read: its reference, city and state ("" where there is none)."""

    ref: str
    city: str = ""
    state: str = ""


@dataclass(frozen=True)
class Reader:
    """A reviewer: a stable key, the cities and states that are the own, declared conflicts (references), and
    the most applications that the reviewer takes (None: no limit)."""

    key: str
    cities: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    conflicts: frozenset[str] = frozenset()
    most: int | None = None

    def why_not(self, reading: Reading) -> str:
        """Why this reviewer may not read it, or nothing."""
        if reading.ref in self.conflicts:
            return "declared a conflict of interest"
        if reading.city and reading.city in self.cities:
            return "is of the same city"
        if reading.state and reading.state in self.states:
            return "is of the same state"
        return ""


@dataclass(frozen=True)
class Plan:
    """`given`: reference -> keys of its new readers. `missing`: reference -> how many readers it lacks."""

    given: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, int]
    loads: Mapping[str, int]


@dataclass
class _Network:
    """Arcs of a flow: from, to, cost; each carries 0 or 1."""

    nodes: dict[object, int] = field(default_factory=dict)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    cost: list[int] = field(default_factory=list)
    most: list[int] = field(default_factory=list)

    def node(self, name: object) -> int:
        return self.nodes.setdefault(name, len(self.nodes))

    def arc(self, start: object, end: object, cost: int, most: int = 1) -> int:
        self.start.append(self.node(start))
        self.end.append(self.node(end))
        self.cost.append(cost)
        self.most.append(most)
        return len(self.cost) - 1


def assign(
    readings: Iterable[Reading],
    readers: Iterable[Reader],
    *,
    each: int,
    kept: Mapping[str, Sequence[str]] | None = None,
    wanted: Mapping[str, int] | None = None,
) -> Plan:
    """Give every application `each` readers (or as many as `wanted` says of it), counting those it has
    (`kept`: reference -> keys). Kept readers stay and count in the loads."""
    had = {ref: tuple(keys) for ref, keys in (kept or {}).items()}
    papers = sorted(readings, key=lambda r: r.ref)
    people = sorted(readers, key=lambda r: r.key)
    needs = {p.ref: max(0, (wanted or {}).get(p.ref, each) - len(had.get(p.ref, ()))) for p in papers}
    load = {r.key: 0 for r in people}
    met: dict[tuple[str, str], int] = {}
    for paper in papers:
        for key in had.get(paper.ref, ()):
            if key in load:
                load[key] += 1
                met[key, paper.state] = met.get((key, paper.state), 0) + 1
    open_papers = [p for p in papers if needs[p.ref]]
    chosen = _flow(open_papers, people, needs, had, load, met)
    given = {p.ref: tuple(chosen.get(p.ref, ())) for p in open_papers if chosen.get(p.ref)}
    for keys in given.values():
        for key in keys:
            load[key] += 1
    missing = {
        p.ref: needs[p.ref] - len(given.get(p.ref, ()))
        for p in open_papers
        if needs[p.ref] > len(given.get(p.ref, ()))
    }
    return Plan(given, missing, load)


def _flow(
    papers: Sequence[Reading],
    people: Sequence[Reader],
    needs: Mapping[str, int],
    had: Mapping[str, Sequence[str]],
    load: Mapping[str, int],
    met: Mapping[tuple[str, str], int],
) -> dict[str, list[str]]:
    """The readings of least cost."""
    network = _Network()
    pairs: dict[int, tuple[str, str]] = {}
    counts: dict[tuple[str, str], int] = {}
    for paper in papers:
        for person in people:
            if person.why_not(paper) or person.key in had.get(paper.ref, ()):
                continue
            arc = network.arc(("paper", paper.ref), ("meets", person.key, paper.state), 0)
            pairs[arc] = (paper.ref, person.key)
            counts[person.key, paper.state] = counts.get((person.key, paper.state), 0) + 1
    if not pairs:
        return {}
    total = sum(needs.values())
    step = 1 + sum((met.get(k, 0) + n) ** 2 for k, n in counts.items())
    """One step in the balance of loads outweighs every spread of states."""
    for (key, state), count in counts.items():
        for i in range(count):  # squares grow by odd numbers: 1, 3, 5, ...
            network.arc(("meets", key, state), ("person", key), 2 * (met.get((key, state), 0) + i) + 1)
    for person in people:
        able = sum(n for (key, _), n in counts.items() if key == person.key)
        room = able if person.most is None else max(0, min(able, person.most - load[person.key]))
        for i in range(min(room, total)):
            network.arc(("person", person.key), "end", step * (2 * (load[person.key] + i) + 1))
    nobody = step * (2 * (max(load.values()) + total) + 3)
    for paper in papers:  # an application nobody may read keeps its want
        network.arc(("paper", paper.ref), "end", nobody, needs[paper.ref])
    carried = _least_cost(network, {("paper", p.ref): needs[p.ref] for p in papers}, total)
    chosen: dict[str, list[str]] = {}
    for arc, (ref, key) in pairs.items():
        if carried[arc] > 0.5:
            chosen.setdefault(ref, []).append(key)
    return chosen


def _least_cost(network: _Network, supply: Mapping[object, int], total: int) -> np.ndarray:
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    count = len(network.cost)
    arcs = np.arange(count)
    matrix = coo_array(
        (
            np.concatenate([np.ones(count), -np.ones(count)]),
            (np.concatenate([network.start, network.end]), np.concatenate([arcs, arcs])),
        ),
        shape=(len(network.nodes), count),
    ).tocsr()
    balance = np.zeros(len(network.nodes))
    for name, amount in supply.items():
        balance[network.nodes[name]] = amount
    balance[network.nodes["end"]] = -total
    cost = np.array(network.cost, dtype=float)
    found = linprog(
        cost / cost.max(),
        A_eq=matrix,
        b_eq=balance,
        bounds=np.column_stack([np.zeros(count), network.most]),
        method="highs-ds",
    )
    if found.status != 0:
        raise ArithmeticError(f"The readings could not be shared out: {found.message}")
    carried: np.ndarray = np.rint(found.x)
    if np.abs(carried - found.x).max() > 1e-6:
        raise ArithmeticError("The readings were shared out in parts.")
    return carried
