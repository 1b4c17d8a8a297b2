"""Verbs about a draft: begin one, change it with reasons, compare two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from nagara.campus.admissions.models import Application
from nagara.campus.audit.domain import record
from nagara.campus.notices.domain import cancel
from nagara.campus.notices.models import Notice
from nagara.campus.people.models import User
from nagara.campus.selection.domain import constraints as terms
from nagara.campus.selection.domain import ranking, solving
from nagara.campus.selection.domain.constraints import Constraint
from nagara.campus.selection.domain.rounds import locked, needs_reason, subject
from nagara.campus.selection.models import Change, Conflict, Decision, Draft, Outcome, Round
from nagara.citylab.errors import CityLabError

KIND = Change.Kind


class Moved(CityLabError):
    """The draft was changed by someone since the page was opened; what was asked is not done yet."""

    def __init__(self, draft: Draft, seen: int) -> None:
        self.draft, self.seen = draft, seen
        super().__init__(
            "Someone changed this draft while you worked on it.",
            mend="Look at what changed, then send your change once more.",
        )


def held_draft(draft: Draft, *, version: int | None) -> Draft:
    """The draft as it is now, held until the end of the transaction. Raises Moved where it is no longer the
    version that was seen, CityLabError where a newer draft or the release came after it."""
    round_ = locked(draft.round)
    found = (
        Draft.objects.select_for_update(of=("self",)).select_related("round__call__batch").get(pk=draft.pk)
    )
    newest = Draft.objects.filter(round=round_).order_by("-number").values_list("number", flat=True)[0]
    if found.number != newest:
        raise CityLabError(
            f"{found} is kept as it was: draft {newest} came after it.", mend="Open the newest draft."
        )
    if version is not None and found.version != version:
        raise Moved(found, version)
    return found


@transaction.atomic
def new_draft(round_: Round, *, by: User | None, note: str = "") -> Draft:
    """The next draft: the first from the round's seats and constraints, later ones from the draft before,
    with its changes by hand. The one before stays as it was; letters held for it are stopped."""
    round_ = locked(round_)
    before = Draft.objects.filter(round=round_).order_by("-number").first()
    start = before or round_
    draft = Draft.objects.create(
        round=round_,
        number=before.number + 1 if before else 1,
        note=note[:300],
        seats=start.seats,
        reserve=start.reserve,
        constraints=start.constraints,
        made_by=by,
    )
    if before is not None:
        stop_letters(before, by=by, reason="A newer draft was begun.")
        Change.objects.bulk_create(_carried(before, draft))
    if round_.state != Round.State.DECIDING:
        round_.state = Round.State.DECIDING
        round_.save(update_fields=["state"])
    compute(draft)
    record("draft made", subject(round_), by=by, draft=draft.number)
    return draft


def _carried(before: Draft, draft: Draft) -> list[Change]:
    """The changes by hand that hold in the draft before, each with its own reason, person and time."""
    latest: dict[int, Change] = {}
    for change in before.changes.all():
        if change.application_id is not None:
            latest[change.application_id] = change
    return [
        Change(
            draft=draft,
            application_id=pk,
            kind=old.kind,
            outcome=old.outcome,
            reason=old.reason,
            letter=old.letter,
            from_draft=old.from_draft or before.number,
            by_id=old.by_id,
            at=old.at,
        )
        for pk, old in latest.items()
        if old.kind != KIND.CLEAR
    ]


@transaction.atomic
def change(
    draft: Draft,
    application: Application,
    kind: str,
    *,
    reason: str,
    by: User,
    version: int,
    outcome: str = "",
    letter: str = "",
) -> Draft:
    """Change one decision by hand, with the reason: in, out, another outcome, or back to what is computed.
    `reason` is kept for the minutes; `letter` are words that the person reads. The draft is computed anew.
    Raises Moved where it is not the version that was seen."""
    reason = needs_reason(reason)
    if kind not in (KIND.PIN_IN, KIND.PIN_OUT, KIND.OUTCOME, KIND.CLEAR):
        raise CityLabError("That is no change of a decision.", where="change")
    if kind == KIND.OUTCOME and outcome == Outcome.ACCEPT:
        kind, outcome = KIND.PIN_IN, ""
    if (kind == KIND.OUTCOME) != (outcome in Outcome.values):
        raise CityLabError(
            "Say which outcome it shall be.", where="outcome", mend="Choose one from the list."
        )
    draft = held_draft(draft, version=version)
    if application.call_id != draft.round.call_id:
        raise CityLabError("This application belongs to another call.", where="application")
    if Conflict.objects.filter(round=draft.round, user=by, application=application).exists():
        raise CityLabError(
            "You declared a conflict of interest with this application.",
            mend="Leave it to the others of the committee.",
        )
    Change.objects.create(
        draft=draft,
        application=application,
        kind=kind,
        outcome=outcome,
        reason=reason,
        letter=letter.strip(),
        by=by,
        at=timezone.now(),
    )
    _moved_on(draft, by=by)
    record(
        "decision changed",
        subject(draft.round),
        by=by,
        reason=reason,
        draft=draft.number,
        application=application.pk,
        kind=kind,
        outcome=outcome,
    )
    return draft


@transaction.atomic
def change_terms(
    draft: Draft,
    *,
    seats: int,
    reserve: int,
    constraints: Sequence[Mapping[str, Any]],
    reason: str,
    by: User,
    version: int,
) -> Draft:
    """Change seats, waiting list or constraints of a draft, with the reason."""
    reason = needs_reason(reason)
    kept = [c.as_dict() for c in terms.read(constraints)]
    draft = held_draft(draft, version=version)
    was = {"seats": draft.seats, "reserve": draft.reserve, "constraints": draft.constraints}
    now = {"seats": seats, "reserve": reserve, "constraints": kept}
    if was == now:
        return draft
    draft.seats, draft.reserve, draft.constraints = seats, reserve, kept
    draft.save(update_fields=["seats", "reserve", "constraints"])
    Change.objects.create(
        draft=draft, kind=KIND.TERMS, reason=reason, data={"was": was, "now": now}, by=by, at=timezone.now()
    )
    _moved_on(draft, by=by)
    record("terms changed", subject(draft.round), by=by, reason=reason, draft=draft.number)
    return draft


@transaction.atomic
def compute_anew(draft: Draft, *, by: User, version: int) -> Draft:
    """Compute the draft from the readings as they are now."""
    draft = held_draft(draft, version=version)
    _moved_on(draft, by=by)
    record("draft computed anew", subject(draft.round), by=by, draft=draft.number)
    return draft


def _moved_on(draft: Draft, *, by: User | None) -> None:
    stop_letters(draft, by=by, reason="The draft was changed.")
    draft.version += 1
    compute(draft)


def letters_held(draft: Draft) -> list[Notice]:
    """The held letters of the draft's round, in the order of the applications."""
    about = [f"application/{pk}" for pk in draft.decisions.values_list("application", flat=True)]
    return list(
        Notice.objects.filter(
            about__in=about, template__startswith="selection/outcome-", state=Notice.State.HELD
        ).order_by("about")
    )


def stop_letters(draft: Draft, *, by: User | None, reason: str) -> None:
    """Cancel the letters that were written for the draft and are held."""
    if draft.letters_of is not None:
        cancel(letters_held(draft), by=by, reason=reason)
        draft.letters_of = None
        draft.save(update_fields=["letters_of"])


def compute(draft: Draft) -> None:
    """Solve, and write decisions, costs, ties or the conflict down. Call it with the draft held."""
    applications = ranking.applications_of(draft.round)
    scores = ranking.scores_of(draft.round)
    wanted = ranking.wishes(draft.changes.all())
    problem = ranking.problem_of(draft, applications, scores, wanted, ranking.member_ids())
    sentences = ranking.sentences(problem.constraints, ranking.names_of_values())
    try:
        solution = solving.solve(problem)
    except solving.Infeasible as error:
        draft.conflict = [_in_words(key, sentences, draft, len(problem.pinned_in)) for key in error.conflict]
        draft.objective, draft.costs, draft.ties = {}, [], []
        rows = _undecided(draft, problem, applications, scores, wanted)
    else:
        draft.conflict = []
        draft.objective = {"filled": solution.filled, "total": solution.total, "plain": solution.plain}
        draft.costs = [_cost(c, problem, sentences) for c in solving.costs(problem, solution)]
        draft.ties = [
            {"score": t.score, "chosen": list(t.chosen), "out": list(t.out)}
            for t in solving.ties(problem, solution)
        ]
        rows = _decided(draft, problem, solution, applications, scores, wanted, sentences)
    draft.save()
    Decision.objects.filter(draft=draft).delete()
    Decision.objects.bulk_create(rows)


def _in_words(key: str, sentences: Mapping[str, str], draft: Draft, pinned: int) -> str:
    if key == solving.SEATS:
        return f"There are {draft.seats} seats"
    if key == solving.PINS:
        return f"{pinned} people are in by hand" if pinned != 1 else "One person is in by hand"
    return sentences[key]


def _cost(cost: solving.Cost, problem: solving.Problem, sentences: Mapping[str, str]) -> dict[str, Any]:
    constraint = next(c for c in problem.constraints if c.key == cost.key)
    return {
        "said": sentences[cost.key],
        "note": constraint.note,
        "bonus": constraint.is_bonus,
        "seats": cost.seats,
        "points": cost.points,
        "in": list(cost.comes_in),
        "out": list(cost.goes_out),
    }


def _ranks(problem: solving.Problem) -> dict[str, tuple[int, int]]:
    """Reference -> (rank from 1, score with bonus)."""
    return {
        c.ref: (rank, solving.score_of(c, problem.constraints))
        for rank, c in enumerate(solving.ranking(problem), 1)
    }


def _undecided(
    draft: Draft,
    problem: solving.Problem,
    applications: Sequence[Application],
    scores: Mapping[int, int],
    wanted: Mapping[int, ranking.Wish],
) -> list[Decision]:
    """The ranking without outcomes, where no selection is possible."""
    ranks = _ranks(problem)
    return [
        Decision(
            draft=draft,
            application=a,
            rank=ranks.get(str(a.reference), (None, None))[0],
            score=ranks.get(str(a.reference), (None, None))[1],
            plain=scores.get(a.pk),
            reason=wanted[a.pk].reason if a.pk in wanted else "",
            letter=wanted[a.pk].letter if a.pk in wanted else "",
            by_id=wanted[a.pk].by if a.pk in wanted else None,
        )
        for a in applications
    ]


def _decided(
    draft: Draft,
    problem: solving.Problem,
    solution: solving.Solution,
    applications: Sequence[Application],
    scores: Mapping[int, int],
    wanted: Mapping[int, ranking.Wish],
    sentences: Mapping[str, str],
) -> list[Decision]:
    ranks = _ranks(problem)
    over = ranking.passed_over(problem, solution)
    outcome, places = _outcomes(draft, solution, applications, ranks, wanted)
    rows = []
    for a in applications:
        ref = str(a.reference)
        rank, score = ranks.get(ref, (None, None))
        wish = wanted.get(a.pk)
        reason = (
            wish.reason
            if wish
            else ranking.words_for(
                outcome[a.pk],
                rank=rank,
                count=len(ranks),
                score=score,
                broken=over.get(ref, ()),
                said_=sentences,
            )
        )
        rows.append(
            Decision(
                draft=draft,
                application=a,
                outcome=outcome[a.pk],
                place=places.get(a.pk),
                rank=rank,
                score=score,
                plain=scores.get(a.pk),
                reason=reason,
                letter=wish.letter if wish else "",
                by_id=wish.by if wish else None,
            )
        )
    return rows


def _outcomes(
    draft: Draft,
    solution: solving.Solution,
    applications: Sequence[Application],
    ranks: Mapping[str, tuple[int, int]],
    wanted: Mapping[int, ranking.Wish],
) -> tuple[dict[int, str], dict[int, int]]:
    """Outcome by application, and places on the waiting list: by rank, as many as the draft has, those put
    there by hand among them. Who was not read and not decided by hand has none."""
    chosen = set(solution.chosen)
    outcome: dict[int, str] = {}
    last = len(ranks) + 1
    ordered = sorted(
        applications, key=lambda a: (ranks.get(str(a.reference), (last, 0))[0], str(a.reference))
    )
    by_hand = {pk for pk, wish in wanted.items() if wish.outcome == Outcome.RESERVE}
    room = max(0, draft.reserve - len(by_hand & {a.pk for a in applications}))
    for a in ordered:
        wish = wanted.get(a.pk)
        if str(a.reference) in chosen:
            outcome[a.pk] = Outcome.ACCEPT
        elif wish is not None:
            outcome[a.pk] = wish.outcome or Outcome.REJECT
        elif str(a.reference) not in ranks:
            outcome[a.pk] = ""
        elif room:
            outcome[a.pk], room = Outcome.RESERVE, room - 1
        else:
            outcome[a.pk] = Outcome.REJECT
    waiting = [a.pk for a in ordered if outcome[a.pk] == Outcome.RESERVE]
    return outcome, {pk: place for place, pk in enumerate(waiting, 1)}


@dataclass(frozen=True)
class Difference:
    """One application whose decision differs between two drafts."""

    application: Application
    was: Decision | None
    now: Decision | None

    @property
    def is_outcome(self) -> bool:
        return (self.was.outcome if self.was else None) != (self.now.outcome if self.now else None)


def difference(before: Draft, after: Draft) -> list[Difference]:
    """What changed from one draft to another: outcomes first, then places on the waiting list."""
    sides = [
        {
            d.application_id: d
            for d in Decision.objects.filter(draft=draft).select_related(
                "application__user", "application__city", "application__home_state"
            )
        }
        for draft in (before, after)
    ]
    found = []
    for pk in {**sides[0], **sides[1]}:
        was, now = sides[0].get(pk), sides[1].get(pk)
        if was is None or now is None or (was.outcome, was.place) != (now.outcome, now.place):
            some = now or was
            assert some is not None
            found.append(Difference(some.application, was, now))
    return sorted(found, key=lambda d: (not d.is_outcome, str(d.application.reference)))


def changed_terms(before: Draft, after: Draft) -> tuple[list[str], list[str]]:
    """Sentences of the constraints (and seats) that went and that came."""
    names = ranking.names_of_values()

    def of(draft: Draft) -> list[str]:
        found: list[Constraint] = list(terms.read(draft.constraints))
        return [f"{draft.seats} seats", f"{draft.reserve} places on the waiting list"] + [
            terms.said(c, names) for c in found
        ]

    old, new = of(before), of(after)
    return [s for s in old if s not in new], [s for s in new if s not in old]
