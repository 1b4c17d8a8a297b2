"""Who is chosen: exact, and the same for the same input.

In this order: the constraints hold and pins are kept; as many seats as can be are filled; the sum of the
scores (whole thousandths, bonus included) is the highest; of sets that are equal in all that, the one that
holds the earliest reference in which they differ. Mixed-integer programmes solved by HiGHS (scipy), with no
gap; what comes back is checked in whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from nagara.campus.selection.domain.constraints import Constraint

CHUNK = 20
"""References told apart in one programme: their weights 2^0 to 2^19 stay exact in a double."""
SECONDS = 60.0
PINS, SEATS = "pins", "seats"
"""Names, in a conflict, for the people pinned in and for the number of seats."""


@dataclass(frozen=True)
class Candidate:
    """An application as the solver sees it. `score` in thousandths of a point; `facts` such as state."""

    ref: str
    score: int
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Problem:
    """All that decides a selection."""

    candidates: tuple[Candidate, ...]
    seats: int
    constraints: tuple[Constraint, ...] = ()
    pinned_in: frozenset[str] = frozenset()
    pinned_out: frozenset[str] = frozenset()

    def without(self, key: str) -> Problem:
        return replace(self, constraints=tuple(c for c in self.constraints if c.key != key))

    def ordered(self) -> tuple[Candidate, ...]:
        return tuple(sorted(self.candidates, key=lambda c: c.ref))


@dataclass(frozen=True)
class Solution:
    """`chosen` references by rank; `total` with bonus and `plain` without, in thousandths of a point."""

    chosen: tuple[str, ...]
    total: int
    plain: int

    @property
    def filled(self) -> int:
        return len(self.chosen)


@dataclass(frozen=True)
class Cost:
    """What a constraint costs: the seats and points gained and the names that change when it is dropped."""

    key: str
    seats: int
    points: int
    comes_in: tuple[str, ...]
    goes_out: tuple[str, ...]


@dataclass(frozen=True)
class Tie:
    """People of one score at the border: any of `out` could stand in the place of one of `chosen`."""

    score: int
    chosen: tuple[str, ...]
    out: tuple[str, ...]


class Infeasible(Exception):
    """No selection keeps every constraint; `conflict` is a smallest set of keys that cannot hold together."""

    def __init__(self, conflict: tuple[str, ...]) -> None:
        self.conflict = conflict
        super().__init__(", ".join(conflict))


@dataclass(frozen=True)
class Row:
    """low <= sum of coefficient x choice <= high, all whole numbers."""

    key: str
    coefficients: tuple[int, ...]
    low: int | None = None
    high: int | None = None

    def holds(self, choice: Sequence[int]) -> bool:
        found = sum(c for c, x in zip(self.coefficients, choice, strict=True) if x)
        return (self.low is None or found >= self.low) and (self.high is None or found <= self.high)


def score_of(candidate: Candidate, constraints: Iterable[Constraint]) -> int:
    """The score with the bonus points of the constraints."""
    bonus = sum(c.amount for c in constraints if c.is_bonus and candidate.facts.get(c.fact) == c.value)
    return candidate.score + bonus


def ranking(problem: Problem) -> list[Candidate]:
    """By score with bonus, highest first; equal ones by reference."""
    return sorted(problem.candidates, key=lambda c: (-score_of(c, problem.constraints), c.ref))


def rows_of(candidates: Sequence[Candidate], constraints: Iterable[Constraint]) -> list[Row]:
    """The constraints as rows; one that speaks of each state gives a row a state."""
    rows = []
    for constraint in constraints:
        if constraint.is_bonus:
            continue
        values = (
            sorted({c.facts.get(constraint.fact, "") for c in candidates} - {""})
            if constraint.kind.startswith("each_")
            else [constraint.value]
        )
        rows += [_row(constraint, value, candidates) for value in values]
    return rows


def _row(constraint: Constraint, value: str, candidates: Sequence[Candidate]) -> Row:
    inside = [int(c.facts.get(constraint.fact, "") == value) for c in candidates]
    limit = constraint.amount
    if constraint.share:  # 100 x those inside, less the share x all chosen
        inside, limit = [100 * i - constraint.amount for i in inside], 0
    if constraint.kind.endswith("at_most"):
        return Row(constraint.key, tuple(inside), high=limit)
    return Row(constraint.key, tuple(inside), low=limit)


class _Programme:
    """Zero-one choices over one order of candidates; rows are added as the order of wishes goes on."""

    def __init__(self, problem: Problem, *, pins: bool = True, seats: bool = True) -> None:
        import numpy as np

        self.candidates = problem.ordered()
        self.rows = rows_of(self.candidates, problem.constraints)
        self.size = len(self.candidates)
        self.low = np.zeros(self.size)
        self.high = np.ones(self.size)
        for i, candidate in enumerate(self.candidates):
            if candidate.ref in problem.pinned_out:
                self.high[i] = 0
            elif pins and candidate.ref in problem.pinned_in:
                self.low[i] = 1
        if seats:
            self.add(SEATS, [1] * self.size, high=problem.seats)

    def add(
        self, key: str, coefficients: Sequence[int], low: int | None = None, high: int | None = None
    ) -> None:
        self.rows.append(Row(key, tuple(coefficients), low, high))

    def _matrix(self) -> tuple[Any, Any, Any]:
        import numpy as np
        from scipy.sparse import csr_array

        dense = np.array([row.coefficients for row in self.rows], dtype=float)
        matrix = csr_array(dense.reshape(len(self.rows), self.size))
        # sums are whole numbers: half a step of slack in the long sum of scores keeps rounding out and lets
        # nothing in; elsewhere it would only loosen the relaxed programme
        low = np.array([-np.inf if r.low is None else r.low - 0.5 * (r.key == "score") for r in self.rows])
        high = np.array([np.inf if r.high is None else r.high for r in self.rows])
        return matrix, low, high

    def best(self, wish: Sequence[int]) -> list[int] | None:
        """The choice with the highest sum of `wish`, or None where no choice holds every row."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        if self.size == 0:
            return [] if all(row.holds([]) for row in self.rows) else None
        matrix, low, high = self._matrix()
        found = milp(
            -np.array(wish, dtype=float),
            integrality=np.ones(self.size),
            bounds=Bounds(self.low, self.high),
            constraints=LinearConstraint(matrix, low, high),
            options={"mip_rel_gap": 0.0, "time_limit": SECONDS},
        )
        if found.status == 2:
            return None
        if found.status != 0 or found.x is None:
            raise TimeoutError(f"The selection was not found in {SECONDS:.0f} seconds: {found.message}")
        choice = [round(x) for x in found.x]
        if not all(row.holds(choice) for row in self.rows):
            raise ArithmeticError("The solver's answer does not hold in whole numbers.")
        return choice

    def settle(self, wish: Sequence[int], reached: int) -> None:
        """Fix every choice that is the same in all sets whose sum of `wish` is `reached`: those whose
        reduced cost in the relaxed programme is more than the gap to it."""
        import numpy as np
        from scipy.optimize import linprog

        if self.size == 0:
            return
        matrix, low, high = self._matrix()
        upper = np.isfinite(high)
        lower = np.isfinite(low)
        dense = matrix.toarray()
        found = linprog(  # without a slack its gap is small, and nearly every choice is settled
            -np.array(wish, dtype=float),
            A_ub=np.vstack([dense[upper], -dense[lower]]),
            b_ub=np.concatenate([high[upper], -low[lower]]),
            bounds=np.column_stack([self.low, self.high]),
            method="highs",
        )
        if found.status != 0:
            return
        reduced = found.lower.marginals + found.upper.marginals
        gap = -reached - found.fun + 0.01
        self.high[(reduced > gap) & (self.low == 0)] = 0
        self.low[(reduced < -gap) & (self.high == 1)] = 1

    def first_by_reference(self) -> list[int]:
        """Of the choices that hold every row, the one with the earliest references."""
        choice: list[int] | None = None if self.size else []
        while choice is None or (self.low < self.high).any():
            free = (self.low < self.high).nonzero()[0][:CHUNK]
            wish = [0] * self.size
            for place, i in enumerate(free):
                wish[i] = 2 ** (CHUNK - 1 - place)
            choice = self.best(wish)
            assert choice is not None, "rows were reached before"
            for i in free:
                self.low[i] = self.high[i] = choice[i]
        return choice


def solve(problem: Problem, *, near: Iterable[str] = ()) -> Solution:
    """The best selection. `near`: of equally good ones take the one that shares most with these references.
    Raises Infeasible with a smallest conflicting set."""
    programme = _Programme(problem)
    wish = [score_of(c, problem.constraints) for c in programme.candidates]
    everyone = [1] * programme.size
    seats = min(problem.seats, programme.size)
    full = _Programme(problem)
    full.add("filled", everyone, low=seats)
    choice = full.best(wish)
    if choice is None:  # not every seat can be filled: how many can?
        most = programme.best(everyone)
        if most is None:
            raise Infeasible(conflict(problem))
        full = programme
        full.add("filled", everyone, low=sum(most))
        choice = full.best(wish)
        assert choice is not None
    reached = _sum(wish, choice)
    full.settle(wish, reached)
    full.add("score", wish, low=reached)
    close = set(near)
    if close:
        shared = [int(c.ref in close) for c in full.candidates]
        nearest = full.best(shared)
        assert nearest is not None
        full.add("near", shared, low=_sum(shared, nearest))
    return _solution(problem, full.candidates, full.first_by_reference())


def _sum(wish: Sequence[int], choice: Sequence[int]) -> int:
    return sum(w for w, x in zip(wish, choice, strict=True) if x)


def _solution(problem: Problem, candidates: Sequence[Candidate], choice: Sequence[int]) -> Solution:
    chosen = {c.ref for c, x in zip(candidates, choice, strict=True) if x}
    ranked = [c for c in ranking(problem) if c.ref in chosen]
    total = sum(score_of(c, problem.constraints) for c in ranked)
    return Solution(tuple(c.ref for c in ranked), total, sum(c.score for c in ranked))


def holds(problem: Problem, chosen: Iterable[str]) -> list[str]:
    """Keys of the constraints that these references break, in order."""
    taken = set(chosen)
    candidates = problem.ordered()
    choice = [int(c.ref in taken) for c in candidates]
    broken = {row.key for row in rows_of(candidates, problem.constraints) if not row.holds(choice)}
    return [c.key for c in problem.constraints if c.key in broken]


def _possible(problem: Problem, keys: Iterable[str]) -> bool:
    kept = set(keys)
    some = replace(problem, constraints=tuple(c for c in problem.constraints if c.key in kept))
    programme = _Programme(some, pins=PINS in kept, seats=SEATS in kept)
    return programme.best([0] * programme.size) is not None


def conflict(problem: Problem) -> tuple[str, ...]:
    """A smallest set of constraints (with "pins" and "seats") that no selection can keep together."""
    keys = [c.key for c in problem.constraints if not c.is_bonus] + [PINS, SEATS]
    if _possible(problem, keys):
        return ()
    left = list(keys)
    for key in keys:  # an irreducible set first: it bounds the search for a smallest one
        fewer = [k for k in left if k != key]
        if not _possible(problem, fewer):
            left = fewer
    for size in range(len(left)):
        for some in combinations(keys, size):
            if not _possible(problem, some):
                return some
    return tuple(left)


def costs(problem: Problem, solution: Solution) -> list[Cost]:
    """The cost of each constraint, with the fewest names changed. A bonus is weighed in plain points: what
    the chosen lose in score, before bonus, because it is there."""
    return [_cost(problem, solution, constraint) for constraint in problem.constraints]


def _cost(problem: Problem, solution: Solution, constraint: Constraint) -> Cost:
    fewer = problem.without(constraint.key)
    other = solve(fewer, near=solution.chosen)
    gained = other.plain - solution.plain if constraint.is_bonus else other.total - solution.total
    seats = other.filled - solution.filled
    now, then = set(solution.chosen), set(other.chosen)
    return Cost(
        constraint.key,
        seats,
        gained,
        tuple(ref for ref in other.chosen if ref not in now),
        tuple(ref for ref in solution.chosen if ref not in then),
    )


def ties(problem: Problem, solution: Solution) -> list[Tie]:
    """Those left out who have the very score of someone chosen and could stand in that place."""
    import numpy as np

    ordered = problem.ordered()
    place = {c.ref: i for i, c in enumerate(ordered)}
    rows = rows_of(ordered, problem.constraints)
    choice = np.zeros(len(ordered), dtype=np.int64)
    choice[[place[ref] for ref in solution.chosen]] = 1
    table = np.array([r.coefficients for r in rows], dtype=np.int64).reshape(len(rows), len(ordered))
    low = np.array([-(2**62) if r.low is None else r.low for r in rows])
    high = np.array([2**62 if r.high is None else r.high for r in rows])
    now = table @ choice
    by_score: dict[int, tuple[list[str], list[str]]] = {}
    for candidate in ordered:
        inside = bool(choice[place[candidate.ref]])
        if candidate.ref in (problem.pinned_in if inside else problem.pinned_out):
            continue
        sides = by_score.setdefault(score_of(candidate, problem.constraints), ([], []))
        sides[0 if inside else 1].append(candidate.ref)
    found = []
    for score, (chosen, out) in sorted(by_score.items(), reverse=True):
        pairs = [
            (one, other)
            for one in chosen
            for other in out
            if _fits(now - table[:, place[one]] + table[:, place[other]], low, high)
        ]
        if pairs:
            ins, outs = ({p[side] for p in pairs} for side in (0, 1))
            found.append(Tie(score, tuple(sorted(ins)), tuple(sorted(outs))))
    return found


def _fits(sums: Any, low: Any, high: Any) -> bool:
    return bool((sums >= low).all() and (sums <= high).all())
