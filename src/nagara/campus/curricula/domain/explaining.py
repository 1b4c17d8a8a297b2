"""Why a module is in, why another is not, and what an override costs: plain data for pages and print."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nagara.campus.curricula.domain.solving import (
    CannotPlan,
    Offer,
    Override,
    Problem,
    Solution,
    best,
    closure,
    unavailable,
)

PARTS = {1: "all", 2: "half", 3: "a third", 4: "a quarter", 5: "a fifth", 6: "a sixth"}


def explain(solution: Solution) -> dict[str, Any]:
    """{"in": rows in teaching order, "out": rows by code, sums, "overrides": rows with their cost}."""
    problem = solution.problem
    chosen = list(solution.codes)
    left = [offer for offer in problem.offers if offer.module.code not in chosen]
    return {
        "in": [_row(problem, problem.offer(code)) | {"why": _why(solution, code)} for code in chosen],
        "out": [_row(problem, offer) | _why_not(solution, offer) for offer in left],
        "hours": solution.hours,
        "budget": problem.hours,
        "covered": round(solution.covered, 4),
        "wanted": round(solution.wanted, 4),
        "share": round(solution.covered / solution.wanted, 4) if solution.wanted else None,
        "overrides": _costs(solution),
    }


def _row(problem: Problem, offer: Offer) -> dict[str, Any]:
    return {
        "code": offer.module.code,
        "title": offer.module.title,
        "variant": offer.variant,
        "variant_why": _variant_why(problem, offer),
        "hours": offer.hours,
        "covers": round(offer.value, 4),
    }


def _variant_why(problem: Problem, offer: Offer) -> str:
    if not offer.led_by:
        return "No dimension leads it."
    need = problem.need(offer.led_by)
    return f"{need.name} ({need.dimension}) stands at {need.current:.2f}."


def _parts(problem: Problem, offer: Offer) -> list[str]:
    """One sentence a dimension that the module covers."""
    said = []
    for dimension, part in sorted(offer.covers.items(), key=lambda item: (-item[1], item[0])):
        need = problem.need(dimension)
        n = round(need.priority / part)
        words = PARTS.get(n, f"one part in {n}")
        said.append(
            f"{need.name} ({dimension}): gap {need.gap:.2f} x weight {round(need.weight, 2):g} = priority "
            f"{need.priority:.2f}; this module covers {words} of it, {part:.2f}."
        )
    return said


def _why(solution: Solution, code: str) -> list[str]:
    problem = solution.problem
    said = [f"Put in by {o.by or 'the manager'}: {o.reason}" for o in problem.overrides if o.code == code]
    said += _parts(problem, problem.offer(code))
    later = [c for c in solution.codes if c != code and code in closure(problem, c)]
    if later:
        said.append(f"It comes before {', '.join(later)}.")
    return said


def _why_not(solution: Solution, offer: Offer) -> dict[str, Any]:
    """{"kind", "why": sentences, "mend": what would bring it in}."""
    problem, code = solution.problem, offer.module.code
    said = _parts(problem, offer)
    word = next((o for o in problem.overrides if o.code == code and not o.into), None)
    if word is not None:
        by = f"Left out by {word.by or 'the manager'}: {word.reason}"
        return _answer("override", [by, *said], "Take that word back.")
    out = unavailable(problem)
    away = {o.code for o in problem.overrides if not o.into}
    if out.get(code) == "mode":
        offered = ", ".join(offer.module.modes)
        by = f"It is not offered {problem.mode}, only {offered}."
        return _answer("mode", [by, *said], f"Another mode: {offered}.")
    before = closure_known(problem, code)
    lacking = ", ".join(sorted(p for p in before if p in away or p in out or not _known(problem, p)))
    if lacking:
        by = f"It needs {lacking}, which cannot be taken here."
        return _answer("prerequisite", [by, *said], f"Make {lacking} possible.")
    if not offer.covers:
        return _answer("no need", [_no_need(problem, offer)], "A higher target in one of its dimensions.")
    return _too_dear(solution, offer, said)


def _answer(kind: str, why: list[str], mend: str) -> dict[str, Any]:
    return {"kind": kind, "why": why, "mend": mend}


def closure_known(problem: Problem, code: str) -> set[str]:
    """All codes that come before `code`, also those that are not in the list."""
    return {p for at in closure(problem, code) for p in problem.offer(at).module.prerequisites}


def _known(problem: Problem, code: str) -> bool:
    return any(offer.module.code == code for offer in problem.offers)


def _no_need(problem: Problem, offer: Offer) -> str:
    names = [n for n in problem.needs if n.dimension in offer.module.dimensions]
    if not names:
        return "It trains no dimension of the instrument."
    return "; ".join(f"{n.name} ({n.dimension}) is at or above its target" for n in names) + "."


def _too_dear(solution: Solution, offer: Offer, said: list[str]) -> dict[str, Any]:
    """The budget is spent on what covers more: what it would displace, how many hours would make room."""
    problem, code = solution.problem, offer.module.code
    extra = closure(problem, code) - set(solution.codes)
    needs = sum(problem.offer(c).hours for c in extra)
    with_ = f" with {', '.join(sorted(extra - {code}))}" if len(extra) > 1 else ""
    more = solution.hours + needs - problem.hours
    free = problem.hours - solution.hours
    why = [*said, f"It takes {needs:g} hours{with_}; {free:g} of {problem.hours:g} are free."]
    mend = f"{more:g} more hours ({problem.hours + more:g} in all) make room for it beside the others."
    forced = _with(problem, code)
    if forced is not None:
        lost = [c for c in solution.codes if c not in forced.codes]
        cost = solution.covered - forced.covered
        gone = ", ".join(lost)
        if cost >= 0.005:
            would = f" and {gone} would go" if gone else ""
            why.append(f"Within the budget it would cover {cost:.2f} less in all{would}.")
        elif gone:
            rule = "of equal choices the one with fewer hours is taken, then with fewer modules"
            why.append(f"In place of {gone} it would cover as much: {rule}, then the first codes.")
    return _answer("hours", why, mend)


def _with(problem: Problem, code: str) -> Solution | None:
    """The best choice that holds `code`; None where it does not fit at all."""
    try:
        return best(replace(problem, overrides=(*problem.overrides, Override(code, True))))
    except CannotPlan:
        return None


def _costs(solution: Solution) -> list[dict[str, Any]]:
    """For each override: how much more would be covered without it."""
    problem, rows = solution.problem, []
    for override in problem.overrides:
        others = tuple(o for o in problem.overrides if o != override)
        free = best(replace(problem, overrides=others))
        rows.append(
            {
                "code": override.code,
                "into": override.into,
                "reason": override.reason,
                "by": override.by,
                "cost": round(max(0.0, free.covered - solution.covered), 4),
                "hours": solution.hours - free.hours,
                "instead": [c for c in free.codes if c not in solution.codes],
            }
        )
    return rows
