"""Verbs about the release: letters are written and held, released once, and what follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from nagara.campus.admissions.models import Application
from nagara.campus.audit.domain import record
from nagara.campus.notices.domain import letter, queue
from nagara.campus.notices.domain import release as let_go
from nagara.campus.people.models import User
from nagara.campus.programmes.domain import change_enrolment, enrol
from nagara.campus.programmes.models import Enrolment
from nagara.campus.selection.domain import ranking, solving
from nagara.campus.selection.domain.constraints import read
from nagara.campus.selection.domain.drafting import held_draft, letters_held, stop_letters
from nagara.campus.selection.domain.rounds import needs_reason, subject
from nagara.campus.selection.models import Assignment, Decision, Draft, Outcome, Release, Result, Round
from nagara.citylab.errors import CityLabError


@dataclass(frozen=True)
class Letter:
    """One letter as it would go out."""

    decision: Decision
    subject: str
    body: str


def template_of(outcome: str) -> str:
    return f"selection/outcome-{outcome}"


def _context(decision: Decision, draft: Draft) -> dict[str, Any]:
    application = decision.application
    return {
        "application": application,
        "person": application.user,
        "call": draft.round.call,
        "batch": draft.round.call.batch,
        "place": decision.place,
        "words": decision.letter,
        "path": f"/selection/outcome/{application.reference}/",
    }


def decisions_of(draft: Draft) -> list[Decision]:
    """All decisions with what letters and lists show."""
    return list(
        draft.decisions.select_related(
            "application__user", "application__city", "application__home_state", "by"
        )
    )


def letters(draft: Draft) -> list[Letter]:
    """Every letter, written and not kept: the preview."""
    return [
        Letter(d, *letter(template_of(d.outcome), {"to": d.application.user, **_context(d, draft)}))
        for d in decisions_of(draft)
        if d.outcome
    ]


def hindrances(draft: Draft) -> list[str]:
    """What stands between the draft and its release, in words."""
    found = []
    if draft.conflict:
        found.append("The constraints cannot hold together: nothing is decided.")
    undecided = draft.decisions.filter(outcome="").count()
    if undecided and not draft.conflict:
        found.append(f"{undecided} applications have no decision: nobody read them.")
    handed_in = set(
        Application.objects.filter(call=draft.round.call_id).handed_in().values_list("pk", flat=True)
    )
    decided = set(draft.decisions.values_list("application", flat=True))
    if handed_in - decided:
        found.append(f"{len(handed_in - decided)} applications came after this draft: compute it anew.")
    if decided - handed_in:
        found.append(f"{len(decided - handed_in)} applications were withdrawn: compute the draft anew.")
    return found


def open_readings(round_: Round) -> int:
    """Readings that nobody has handed in: a release needs a reason while there are any."""
    return Assignment.objects.filter(round=round_, state=Assignment.State.OPEN).count()


@transaction.atomic
def prepare_letters(draft: Draft, *, by: User, version: int) -> int:
    """Write every letter and hold it back: the office sees what will go out. Says how many."""
    draft = held_draft(draft, version=version)
    if problems := hindrances(draft):
        raise CityLabError(problems[0], mend="Decide these first.")
    stop_letters(draft, by=by, reason="Written anew.")
    count = _write_letters(draft, by=by)
    record("letters held", subject(draft.round), by=by, draft=draft.number, count=count)
    return count


def _write_letters(draft: Draft, *, by: User) -> int:
    found = decisions_of(draft)
    for decision in found:
        queue(
            to=decision.application.user,
            template=template_of(decision.outcome),
            context=_context(decision, draft),
            about=f"application/{decision.application_id}",
            by=by,
            hold=True,
        )
    draft.letters_of = draft.version
    draft.save(update_fields=["letters_of"])
    return len(found)


@transaction.atomic
def release(draft: Draft, *, by: User, version: int, reason: str = "") -> Release:
    """The one release of a round: letters go out, those accepted are enrolled, everyone may see the result.

    Pressed twice, or by two people at once, it releases once: the second gets the same release back.
    """
    round_ = Round.objects.select_for_update(of=("self",)).get(pk=draft.round_id)
    there = Release.objects.filter(round=round_).first()
    if there is not None:
        return there
    draft = held_draft(draft, version=version)
    if problems := hindrances(draft):
        raise CityLabError(problems[0], mend="Decide these first.")
    waiting = open_readings(round_)
    if waiting and not reason.strip():
        raise CityLabError(
            f"{waiting} readings are still open.", where="reason", mend="Say why it is released without them."
        )
    if draft.letters_of != draft.version:
        _write_letters(draft, by=by)
    found = decisions_of(draft)
    made = Release.objects.create(round=round_, draft=draft, by=by, reason=reason.strip(), letters=len(found))
    Result.objects.bulk_create(
        Result(round=round_, application=d.application, outcome=d.outcome, place=d.place) for d in found
    )
    for decision in found:
        if decision.outcome == Outcome.ACCEPT:
            _enrol(round_, decision.application, by=by)
    let_go(letters_held(draft), by=by, reason=reason)
    round_.state = Round.State.RELEASED
    round_.save(update_fields=["state"])
    record(
        "selection released", subject(round_), by=by, reason=reason, draft=draft.number, letters=len(found)
    )
    return made


def _enrol(round_: Round, application: Application, *, by: User | None) -> None:
    """Into the batch, whose cities are those of its people."""
    if application.city is not None:
        round_.call.batch.cities.add(application.city)
    enrol(
        round_.call.batch,
        application.user,
        city=application.city,
        by=by,
        application_ref=str(application.reference),
    )


@transaction.atomic
def confirm(result: Result, *, by: User) -> Result:
    """An accepted person says that they come."""
    result = _held(result)
    if result.outcome != Outcome.ACCEPT or result.answer == Result.Answer.DECLINED:
        raise CityLabError("There is no place to confirm.", mend="Ask the office.")
    if not result.answer:
        result.answer, result.answered_at = Result.Answer.CONFIRMED, timezone.now()
        result.save(update_fields=["answer", "answered_at"])
        record("place confirmed", f"application/{result.application_id}", by=by)
    return result


def _held(result: Result) -> Result:
    Round.objects.select_for_update(of=("self",)).get(pk=result.round_id)
    return Result.objects.select_related("round__call__batch", "application__user", "application__city").get(
        pk=result.pk
    )


@transaction.atomic
def decline(result: Result, *, by: User, reason: str) -> Result | None:
    """A person gives the place (or the place on the waiting list) back, with a reason. A place goes to the
    next on the waiting list with whom the constraints hold; returns that person's result, or None."""
    reason = needs_reason(reason)
    result = _held(result)
    if result.outcome not in (Outcome.ACCEPT, Outcome.RESERVE):
        raise CityLabError("There is no place to give back.", mend="Ask the office.")
    if result.answer == Result.Answer.DECLINED:
        return None
    had_place = result.outcome == Outcome.ACCEPT
    result.answer, result.answer_reason, result.answered_at = Result.Answer.DECLINED, reason, timezone.now()
    result.save(update_fields=["answer", "answer_reason", "answered_at"])
    record("place declined", f"application/{result.application_id}", by=by, reason=reason)
    if not had_place:
        return None
    enrolment = Enrolment.objects.filter(batch=result.round.call.batch, user=result.application.user).first()
    if enrolment is not None and enrolment.state == Enrolment.State.ENROLLED:
        change_enrolment(enrolment, "withdrawn", by=by, reason=reason)
    following = next_in_line(result.round)
    if following is None:
        return None
    return _promoted(following, by=None, reason=f"The place of {result.application} came free.")


@transaction.atomic
def promote(result: Result, *, by: User, reason: str) -> Result:
    """Give a free seat to someone on the waiting list out of turn, with a reason."""
    reason = needs_reason(reason)
    result = _held(result)
    if result.outcome != Outcome.RESERVE or result.answer == Result.Answer.DECLINED:
        raise CityLabError("This person is not on the waiting list.", mend="Choose someone who is.")
    return _promoted(result, by=by, reason=reason)


def _promoted(result: Result, *, by: User | None, reason: str) -> Result:
    application, round_ = result.application, result.round
    result.outcome, result.promoted_at, result.promoted_reason = Outcome.ACCEPT, timezone.now(), reason
    result.save(update_fields=["outcome", "promoted_at", "promoted_reason"])
    _enrol(round_, application, by=by)
    queue(
        to=application.user,
        template="selection/promoted",
        context={
            "application": application,
            "person": application.user,
            "call": round_.call,
            "batch": round_.call.batch,
            "path": f"/selection/outcome/{application.reference}/",
        },
        about=f"application/{application.pk}",
        by=by,
    )
    record("promoted from the waiting list", f"application/{application.pk}", by=by, reason=reason)
    return result


def next_in_line(round_: Round) -> Result | None:
    """The first on the waiting list whose place would break no constraint that holds now; None where nobody
    waits or the committee has to look."""
    results = list(
        Result.objects.filter(round=round_, outcome__in=[Outcome.ACCEPT, Outcome.RESERVE])
        .exclude(answer=Result.Answer.DECLINED)
        .select_related(
            "application__user",
            "application__city",
            "application__home_state",
            "application__nomination",
            "round__call__batch",
        )
        .order_by("place", "application__reference")
    )
    problem, coming = _as_problem(round_, results)
    broken_now = set(solving.holds(problem, coming))
    for result in results:
        if result.outcome != Outcome.RESERVE:
            continue
        then = set(solving.holds(problem, [*coming, str(result.application.reference)]))
        if then <= broken_now:
            return result
    return None


def _as_problem(round_: Round, results: Iterable[Result]) -> tuple[solving.Problem, list[str]]:
    draft = Draft.objects.get(pk=round_.release.draft_id)
    members = ranking.member_ids()
    candidates = tuple(
        solving.Candidate(str(r.application.reference), 0, ranking.facts_of(r.application, members))
        for r in results
    )
    coming = [str(r.application.reference) for r in results if r.outcome == Outcome.ACCEPT]
    return solving.Problem(candidates, draft.seats, read(draft.constraints)), coming
