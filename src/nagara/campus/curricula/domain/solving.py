"""The exact choice of modules: as much of a city's priority covered as fits into a budget of hours.

priority(d) = gap(d) x weight(d). The modules that train a dimension share its priority in equal parts, so
that taking all of them covers it whole. Chosen are the modules with the largest sum under three conditions:
hours within the budget, every module with its prerequisites, only modules that exist in the wanted mode.
Solved as a binary linear programme in whole numbers (scipy.optimize.milp, HiGHS); among equally good choices
the one with fewer hours, then fewer modules, then the one whose codes come first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from nagara.citylab.errors import CityLabError

if TYPE_CHECKING:
    import numpy as np

FINE = 10_000
"""Steps of priority: 0.0001."""
QUARTER = 4
"""Steps of an hour."""
FOUNDATION, STANDARD, ADVANCED = "foundation", "standard", "advanced"
LEVELS = (FOUNDATION, STANDARD, ADVANCED)


class CannotPlan(CityLabError):
    """What is asked for contradicts itself; the message says what to change."""


@dataclass(frozen=True)
class Need:
    """A dimension: where it is (0-5), where it shall be, the gap between, and its weight."""

    dimension: str
    name: str
    current: float
    target: float
    gap: float
    weight: float

    @property
    def priority(self) -> float:
        return self.gap * self.weight


@dataclass(frozen=True)
class Candidate:
    """A module that may be chosen; `hours` by variant; `modes` empty: any."""

    code: str
    title: str
    dimensions: tuple[str, ...]
    hours: Mapping[str, float]
    prerequisites: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Override:
    """A manager's word: this module in (or out), and why."""

    code: str
    into: bool
    reason: str = ""
    by: str = ""


@dataclass(frozen=True)
class Offer:
    """A candidate under these needs: its variant (decided by dimension `led_by`), hours, what it covers."""

    module: Candidate
    variant: str
    led_by: str
    hours: float
    covers: Mapping[str, float]

    @property
    def value(self) -> float:
        return sum(self.covers.values())


@dataclass(frozen=True)
class Problem:
    """Everything that a choice depends on."""

    offers: tuple[Offer, ...]
    needs: tuple[Need, ...]
    hours: float
    mode: str
    overrides: tuple[Override, ...]

    def offer(self, code: str) -> Offer:
        return next(offer for offer in self.offers if offer.module.code == code)

    def need(self, dimension: str) -> Need:
        return next(need for need in self.needs if need.dimension == dimension)


@dataclass(frozen=True)
class Solution:
    """The chosen codes in the order in which they are taught; sums in priority and hours."""

    problem: Problem
    codes: tuple[str, ...]

    @property
    def hours(self) -> float:
        return sum(self.problem.offer(code).hours for code in self.codes)

    @property
    def covered(self) -> float:
        return sum(self.problem.offer(code).value for code in self.codes)

    @property
    def wanted(self) -> float:
        return sum(need.priority for need in self.problem.needs)


def variant_for(current: float, *, foundation_to: float = 2.0, standard_to: float = 3.5) -> str:
    """0-2 Foundation, above to 3.5 Standard, above Advanced."""
    return FOUNDATION if current <= foundation_to else STANDARD if current <= standard_to else ADVANCED


def _offer(module: Candidate, needs: Mapping[str, Need], sharing: Mapping[str, int]) -> Offer:
    """The variant follows the dimension of the module with the greatest priority (of equals: the weakest)."""
    mine = [needs[d] for d in module.dimensions if d in needs]
    lead = min(mine, key=lambda n: (-n.priority, n.current, n.dimension), default=None)
    wanted = variant_for(lead.current) if lead else STANDARD
    near = sorted(LEVELS, key=lambda v: (abs(LEVELS.index(v) - LEVELS.index(wanted)), LEVELS.index(v)))
    variant = next((v for v in near if v in module.hours), None)
    if variant is None:
        raise CannotPlan(f"{module.code} has no hours in any variant.", mend="Give it hours.")
    hours = module.hours[variant]
    if not isfinite(hours) or hours < 0:
        raise CannotPlan(f"{module.code} has {hours} hours in {variant}.", mend="Hours are 0 or more.")
    covers = {n.dimension: n.priority / sharing[n.dimension] for n in mine if n.priority > 0}
    return Offer(module, variant, lead.dimension if lead else "", hours, covers)


def problem_of(
    modules: Sequence[Candidate],
    needs: Sequence[Need],
    *,
    hours: float,
    mode: str = "",
    overrides: Iterable[Override] = (),
) -> Problem:
    """Raises CannotPlan for hours below 0 or a module code that stands twice."""
    if not isfinite(hours) or hours < 0:
        raise CannotPlan(f"A budget of {hours} hours is none.", mend="Give 0 hours or more.")
    if len({m.code for m in modules}) < len(modules):
        raise CannotPlan("A module stands twice in the list.")
    sharing: dict[str, int] = {}
    for module in modules:
        for dimension in set(module.dimensions):
            sharing[dimension] = sharing.get(dimension, 0) + 1
    by_id = {need.dimension: need for need in needs}
    offers = [_offer(m, by_id, sharing) for m in sorted(modules, key=lambda m: m.code)]
    return Problem(tuple(offers), tuple(needs), hours, mode, tuple(overrides))


def solve(
    modules: Sequence[Candidate],
    needs: Sequence[Need],
    *,
    hours: float,
    mode: str = "",
    overrides: Iterable[Override] = (),
) -> Solution:
    """The best choice of modules, in teaching order. `hours`: the budget; `mode`: online, on-site, mixed or
    "" for any. Raises CannotPlan where overrides contradict prerequisites, mode or budget."""
    return best(problem_of(modules, needs, hours=hours, mode=mode, overrides=overrides))


def best(problem: Problem) -> Solution:
    """Solve a problem that is already put together."""
    codes = [offer.module.code for offer in problem.offers]
    lower, upper = _bounds(problem)
    model = _Model(problem, lower, upper)
    chosen = model.best()
    return Solution(problem, tuple(in_order(problem, {codes[i] for i in chosen})))


def unavailable(problem: Problem) -> dict[str, str]:
    """code -> "mode" or "prerequisite": modules that no budget could bring in."""
    known = {offer.module.code: offer.module for offer in problem.offers}
    out = {
        code: "mode" for code, m in known.items() if problem.mode and m.modes and problem.mode not in m.modes
    }
    while True:
        more = {
            code
            for code, m in known.items()
            if code not in out and any(p not in known or p in out for p in m.prerequisites)
        }
        if not more:
            return out
        out |= dict.fromkeys(more, "prerequisite")


def closure(problem: Problem, code: str) -> set[str]:
    """The module and all that must come before it, as far as they are in the list."""
    known = {offer.module.code: offer.module for offer in problem.offers}
    found: set[str] = set()
    todo = [code]
    while todo:
        at = todo.pop()
        if at in known and at not in found:
            found.add(at)
            todo.extend(known[at].prerequisites)
    return found


def _bounds(problem: Problem) -> tuple[list[int], list[int]]:
    codes = [offer.module.code for offer in problem.offers]
    out, forced = unavailable(problem), {o.code: o for o in problem.overrides}
    away = {o.code for o in problem.overrides if not o.into}
    for override in problem.overrides:
        if override.code not in codes:
            raise CannotPlan(f"{override.code} is no module of this programme.")
        if not override.into:
            continue
        if override.code in out:
            why = f"is not offered {problem.mode}" if out[override.code] == "mode" else "lacks a prerequisite"
            raise CannotPlan(f"{override.code} cannot be put in: it {why}.", mend="Take that word back.")
        clash = sorted(closure(problem, override.code) & away)
        if clash:
            raise CannotPlan(
                f"{override.code} is put in, but {', '.join(clash)}, which it needs, is left out.",
                mend="Take one of the two words back.",
            )
    must = set().union(*(closure(problem, o.code) for o in problem.overrides if o.into), set())
    need = sum(problem.offer(code).hours for code in must)
    if need > problem.hours:
        raise CannotPlan(
            f"The modules that are put in, with their prerequisites, need {need:g} hours; "
            f"the budget has {problem.hours:g}.",
            mend="Give more hours or take a word back.",
        )
    lower = [int(code in must) for code in codes]
    upper = [int(code not in out and (code not in forced or forced[code].into)) for code in codes]
    return lower, upper


class _Model:
    """The programme in whole numbers."""

    def __init__(self, problem: Problem, lower: list[int], upper: list[int]) -> None:
        import numpy as np

        self.n = len(problem.offers)
        self.values = np.array([round(o.value * FINE) for o in problem.offers], dtype=float)
        self.hours = np.array([_quarters(o.hours, o.module.code) for o in problem.offers], dtype=float)
        self.lower, self.upper = np.array(lower, float), np.array(upper, float)
        self.rows: list[np.ndarray] = [self.hours]
        self.most: list[float] = [float(int(problem.hours * QUARTER + 1e-9))]
        at = {offer.module.code: i for i, offer in enumerate(problem.offers)}
        for i, offer in enumerate(problem.offers):
            for needed in offer.module.prerequisites:
                if needed in at:
                    row = np.zeros(self.n)
                    row[i], row[at[needed]] = 1, -1
                    self.rows.append(row)
                    self.most.append(0.0)

    def best(self) -> list[int]:
        """Indices of the best choice: value, fewer hours, fewer modules, the codes that come first."""
        import numpy as np

        if not self.n:
            return []
        chosen = np.zeros(self.n)
        for costs in (-self.values, self.hours, np.ones(self.n)):
            found = self._solve(costs)
            assert found is not None, "what must be in was checked to fit"
            chosen = found
            self.rows.append(costs)
            self.most.append(float(costs @ chosen))
        for i in range(self.n):
            if chosen[i]:
                self.lower[i] = 1
                continue
            if not self.upper[i]:
                continue
            self.lower[i] = 1
            other = self._solve(np.zeros(self.n))
            if other is None:
                self.lower[i] = self.upper[i] = 0
            else:
                chosen = other
        return [i for i in range(self.n) if chosen[i]]

    def _solve(self, costs: np.ndarray) -> np.ndarray | None:
        """0 or 1 for each module; None where nothing fits. All numbers are whole: 0.4 is for rounding."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        limits = LinearConstraint(np.vstack(self.rows), ub=np.array(self.most) + 0.4)
        done = milp(
            costs,
            integrality=np.ones(self.n),
            bounds=Bounds(self.lower, self.upper),
            constraints=limits,
            options={"mip_rel_gap": 0.0},
        )
        return np.rint(done.x) if done.x is not None and done.status == 0 else None


def _quarters(hours: float, code: str) -> int:
    found = round(hours * QUARTER)
    if abs(found - hours * QUARTER) > 1e-6:
        raise CannotPlan(f"{code} has {hours} hours.", mend="Give hours in steps of a quarter.")
    return found


def in_order(problem: Problem, chosen: set[str]) -> list[str]:
    """Teaching order: prerequisites first; of what may come next the one that carries most, counting what
    waits for it; of equals the first code."""
    waits = {code: {other for other in chosen if code in closure(problem, other)} for code in chosen}
    urgency = {code: max(problem.offer(other).value for other in waits[code]) for code in chosen}
    placed: list[str] = []
    left = set(chosen)
    while left:
        free = [c for c in left if not set(problem.offer(c).module.prerequisites) & left]
        free = free or sorted(left)  # a circle of prerequisites: the codes decide
        at = min(free, key=lambda c: (-urgency[c], c))
        placed.append(at)
        left.remove(at)
    return placed
