"""From the readings of a round to the solver's problem and back to decisions with their reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nagara.campus.admissions.models import Application
from nagara.campus.cities.models import City, State
from nagara.campus.selection.domain.constraints import SCALE, Constraint, read, said
from nagara.campus.selection.domain.scoring import combined
from nagara.campus.selection.domain.solving import Candidate, Problem, Solution, rows_of, score_of
from nagara.campus.selection.models import Assignment, Change, Draft, Outcome, Round


@dataclass(frozen=True)
class Wish:
    """What the committee wants of one application, by hand: the latest change that is not cleared."""

    kind: str
    outcome: str
    reason: str
    letter: str
    by: int | None


def readings_of(round_: Round) -> dict[int, list[tuple[int, int]]]:
    """Application id -> (reviewer id, points) of the sheets handed in, in one query."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = (
        Assignment.objects.filter(round=round_, state=Assignment.State.DONE, review__points__isnull=False)
        .order_by("place", "pk")
        .values_list("application", "reviewer", "review__points")
    )
    for application, reviewer, points in rows:
        found[application].append((reviewer, points or 0))
    return found


def scores_of(round_: Round) -> dict[int, int]:
    """Application id -> score in thousandths, of those that were read."""
    found = {pk: combined([p for _, p in rows], round_.combine) for pk, rows in readings_of(round_).items()}
    return {pk: score for pk, score in found.items() if score is not None}


def applications_of(round_: Round) -> list[Application]:
    """What the round looks at: handed in and not withdrawn, with person, city and state."""
    return list(
        Application.objects.filter(call=round_.call_id)
        .handed_in()
        .select_related("user", "city__state", "home_state", "nomination")
        .order_by("reference")
    )


def facts_of(application: Application, members: set[int]) -> dict[str, str]:
    """What constraints may speak of. `members`: ids of the network's cities."""

    def word(value: bool) -> str:
        return "yes" if value else "no"

    return {
        "state": application.home_state.iso2 if application.home_state else "",
        "city": application.city.slug if application.city else "",
        "sex": application.sex,
        "secondary": word(application.secondary_city),
        "returning": word(application.returning),
        "ascn": word(application.city_id in members),
        "kind": application.nomination.kind if application.nomination else "",
    }


def member_ids() -> set[int]:
    return set(City.objects.members().values_list("pk", flat=True))


def wishes(changes: Iterable[Change]) -> dict[int, Wish]:
    """Application id -> what is wanted by hand now."""
    found: dict[int, Wish] = {}
    for change in changes:
        if change.application_id is None:
            continue
        if change.kind == Change.Kind.CLEAR:
            found.pop(change.application_id, None)
        else:
            found[change.application_id] = Wish(
                change.kind, change.outcome, change.reason, change.letter, change.by_id
            )
    return found


def problem_of(
    draft: Draft,
    applications: Sequence[Application],
    scores: Mapping[int, int],
    wanted: Mapping[int, Wish],
    members: set[int],
) -> Problem:
    """The solver's problem. Those whom nobody has read take part only when they are pinned in."""
    candidates, pinned_in, pinned_out = [], set(), set()
    for application in applications:
        wish = wanted.get(application.pk)
        ref = str(application.reference)
        if wish is not None and wish.kind == Change.Kind.PIN_IN:
            pinned_in.add(ref)
        elif application.pk not in scores:
            continue
        elif wish is not None:
            pinned_out.add(ref)
        candidates.append(Candidate(ref, scores.get(application.pk, 0), facts_of(application, members)))
    return Problem(
        tuple(candidates), draft.seats, read(draft.constraints), frozenset(pinned_in), frozenset(pinned_out)
    )


def names_of_values() -> dict[str, str]:
    """ "ID" -> "Indonesia", "jakarta" -> "Jakarta", for the sentences of constraints."""
    return dict(State.objects.values_list("iso2", "name")) | dict(City.objects.values_list("slug", "name"))


def sentences(constraints: Iterable[Constraint], names: Mapping[str, str]) -> dict[str, str]:
    return {c.key: said(c, names) for c in constraints}


def passed_over(problem: Problem, solution: Solution) -> dict[str, tuple[str, ...]]:
    """Reference -> keys of constraints, for those left out with a score above the lowest chosen: what would
    break if they took the place of the lowest chosen one who was not pinned in."""
    ordered = problem.ordered()
    place = {c.ref: i for i, c in enumerate(ordered)}
    rows = rows_of(ordered, problem.constraints)
    loose = [ref for ref in solution.chosen if ref not in problem.pinned_in]
    if not loose:
        return {}
    last = place[loose[-1]]
    lowest = score_of(ordered[last], problem.constraints)
    chosen = set(solution.chosen)
    base = [int(c.ref in chosen) for c in ordered]
    sums = [sum(k for k, x in zip(row.coefficients, base, strict=True) if x) for row in rows]
    found = {}
    for candidate in ordered:
        if candidate.ref in chosen or candidate.ref in problem.pinned_out:
            continue
        if score_of(candidate, problem.constraints) <= lowest:
            continue
        mine = place[candidate.ref]
        broken = {
            row.key
            for row, total in zip(rows, sums, strict=True)
            if not _within(row.low, total - row.coefficients[last] + row.coefficients[mine], row.high)
        }
        found[candidate.ref] = tuple(c.key for c in problem.constraints if c.key in broken)
    return found


def _within(low: int | None, value: int, high: int | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def words_for(
    outcome: str,
    *,
    rank: int | None,
    count: int,
    score: int | None,
    broken: Sequence[str],
    said_: Mapping[str, str],
) -> str:
    """The reason of a computed decision, in a sentence."""
    if rank is None or score is None:
        return "Nobody has read this application."
    head = f"Rank {rank} of {count} with {score / SCALE:.3f} points."
    if broken:
        return f"{head} A place for this person would break: {'; '.join(said_[key] for key in broken)}."
    if outcome == Outcome.RESERVE:
        return f"{head} Next by score after the seats."
    return head


def as_points(thousandths: int | None) -> Any:
    """Points for people: 78.25; None stays None."""
    return None if thousandths is None else thousandths / SCALE
