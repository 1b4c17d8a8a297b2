"""Verbs of reading: share the applications out, keep a sheet, hand it in, call a third reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from nagara.campus.admissions.models import Application
from nagara.campus.audit.domain import record
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.selection.domain.assigning import Plan, Reader, Reading, assign
from nagara.campus.selection.domain.constraints import SCALE
from nagara.campus.selection.domain.rounds import ASSIGNMENT, declare, locked, own_places, subject
from nagara.campus.selection.domain.scoring import apart, points_of, read_marks
from nagara.campus.selection.models import Assignment, Conflict, Review, Reviewer, Round
from nagara.citylab.errors import CityLabError


class Stale(CityLabError):
    """Someone changed it since the page was opened."""


@dataclass(frozen=True)
class Sharing:
    """A plan of readings with the objects that its keys stand for."""

    plan: Plan
    applications: Mapping[str, Application]
    reviewers: Mapping[str, Reviewer]
    why_not: Mapping[str, tuple[str, ...]]
    """For an application that lacks readers: who may not read it, and why."""

    @property
    def count(self) -> int:
        return sum(len(keys) for keys in self.plan.given.values())


def _key(reviewer: Reviewer) -> str:
    return f"{reviewer.pk:09}"


def plan_readings(round_: Round, *, wanted: Mapping[str, int] | None = None) -> Sharing:
    """Who would read what, beside the readings given already. `wanted`: how many readers these references
    shall have; then only these are looked at."""
    applications = {
        str(a.reference): a
        for a in Application.objects.filter(call=round_.call_id)
        .handed_in()
        .select_related("city", "home_state")
        if wanted is None or a.reference in wanted
    }
    reviewers = {_key(r): r for r in round_.reviewers.filter(active=True).select_related("user")}
    live: dict[str, list[str]] = defaultdict(list)
    refs = {a.pk: ref for ref, a in applications.items()}
    loads: dict[str, list[int]] = defaultdict(list)
    never: dict[int, set[int]] = defaultdict(set)
    for application, reviewer, state in Assignment.objects.filter(round=round_).values_list(
        "application", "reviewer", "state"
    ):
        key = f"{reviewer:09}"
        if state in (ASSIGNMENT.OPEN, ASSIGNMENT.DONE):
            loads[key].append(application)
            if application in refs:
                live[refs[application]].append(key)
        elif application in refs:
            never[reviewer].add(application)
    for user, application in Conflict.objects.filter(round=round_).values_list("user", "application"):
        never[-user].add(application)
    places = own_places([r.user_id for r in reviewers.values()])
    readers = [
        Reader(
            key,
            *places[r.user_id],
            frozenset(refs[a] for a in never[r.pk] | never[-r.user_id] if a in refs)
            | {ref for ref, a in applications.items() if a.user_id == r.user_id},
            r.most,
        )
        for key, r in reviewers.items()
    ]
    papers = [_reading(ref, a) for ref, a in applications.items()]
    elsewhere = [k for k, given in loads.items() for a in given if a not in refs]
    kept = dict(live) | _as_papers(elsewhere, papers)
    plan = assign(papers, readers, each=round_.readers, kept=kept, wanted=_wanted(papers, wanted))
    why_not = {
        ref: tuple(
            f"{reviewers[r.key]} {r.why_not(_reading(ref, applications[ref]))}"
            for r in readers
            if r.why_not(_reading(ref, applications[ref]))
        )
        for ref in plan.missing
    }
    return Sharing(plan, applications, reviewers, why_not)


def _reading(ref: str, application: Application) -> Reading:
    city = application.city.slug if application.city else ""
    state = application.home_state.iso2 if application.home_state else ""
    return Reading(ref, city, state)


def _as_papers(elsewhere: list[str], papers: list[Reading]) -> dict[str, list[str]]:
    """Readings of applications that are not looked at still count in the loads: as papers that want nobody
    more. Adds to `papers`."""
    papers += [Reading(f"~{number}") for number in range(len(elsewhere))]
    return {f"~{number}": [key] for number, key in enumerate(elsewhere)}


def _wanted(papers: list[Reading], wanted: Mapping[str, int] | None) -> dict[str, int]:
    return {p.ref: 0 for p in papers if p.ref.startswith("~")} | dict(wanted or {})


@transaction.atomic
def share_out(round_: Round, *, by: User | None) -> Sharing:
    """Give every application its readers, beside those it has, and tell the reviewers."""
    round_ = locked(round_)
    sharing = plan_readings(round_)
    made = _give(round_, sharing, reason="")
    if round_.state == Round.State.SETTING_UP:
        round_.state = Round.State.REVIEWING
        round_.save(update_fields=["state"])
    if made:
        record(
            "readings shared out", subject(round_), by=by, count=len(made), missing=len(sharing.plan.missing)
        )
    counts: dict[int, int] = defaultdict(int)
    for assignment in made:
        counts[assignment.reviewer_id] += 1
    for reviewer in sharing.reviewers.values():
        if counts[reviewer.pk]:
            _tell(round_, reviewer, "readings", by=by, count=counts[reviewer.pk])
    return sharing


def _tell(round_: Round, reviewer: Reviewer, template: str, *, by: User | None, **context: Any) -> None:
    queue(
        to=reviewer.user,
        template=f"selection/{template}",
        context={"round": round_, "due": round_.due, "tz": round_.call.tz, **context},
        about=subject(round_),
        by=by,
    )


def _give(round_: Round, sharing: Sharing, *, reason: str, place: int = 0) -> list[Assignment]:
    """Write the readings of a plan down."""
    had: dict[int, int] = defaultdict(int)
    pks = [sharing.applications[ref].pk for ref in sharing.plan.given]
    for pk in (
        Assignment.objects.live()
        .filter(application__in=pks, round=round_)
        .values_list("application", flat=True)
    ):
        had[pk] += 1
    made = []
    for ref, keys in sharing.plan.given.items():
        application = sharing.applications[ref]
        for key in keys:
            had[application.pk] += 1
            made.append(
                Assignment(
                    round=round_,
                    application=application,
                    reviewer=sharing.reviewers[key],
                    place=place or min(had[application.pk], round_.readers),
                    reason=reason,
                )
            )
    return Assignment.objects.bulk_create(made)


def _held(assignment: Assignment) -> tuple[Round, Assignment]:
    """Round and reading as they are now, held; only open or done readings of a round that is read."""
    round_ = locked(assignment.round)
    held = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("round__rubric", "round__call", "reviewer__user", "application")
        .get(pk=assignment.pk)
    )
    if held.state not in (ASSIGNMENT.OPEN, ASSIGNMENT.DONE) or not held.reviewer.active:
        raise CityLabError("This application is not yours to read any more.", mend="Go on with the next one.")
    if round_.state != Round.State.REVIEWING:
        raise CityLabError("Readings are closed.", mend="Ask who runs the round to open them once more.")
    return round_, held


@transaction.atomic
def save_review(
    assignment: Assignment, given: Mapping[str, Any], *, comment: str, version: int | None, by: User
) -> Review:
    """Keep a sheet as it stands, marks missing or not. `version` is that of the sheet on the screen: raises
    Stale where the sheet was saved from another place since. Nothing is lost: the other state is kept."""
    _, held = _held(assignment)
    return _kept(held, given, comment, version)


def _kept(held: Assignment, given: Mapping[str, Any], comment: str, version: int | None) -> Review:
    review, _ = Review.objects.select_for_update().get_or_create(assignment=held)
    marks = read_marks(held.round.rubric.criteria, given)
    if version is not None and version != review.version:
        if marks == review.scores and comment.strip() == review.comment:
            return review
        raise Stale(
            "This sheet was saved from another window since you opened it.",
            mend="Load the page again to see it, then enter your change.",
        )
    review.scores, review.comment = marks, comment.strip()
    review.version += 1
    review.save(update_fields=["scores", "comment", "version", "saved_at"])
    return review


@transaction.atomic
def submit_review(
    assignment: Assignment, given: Mapping[str, Any], *, comment: str, version: int | None, by: User
) -> Review:
    """Hand a sheet in: every mark is there. Where the readers of an application now differ by more than the
    round allows, one more reader is called, with a notice. Handing in once more changes the sheet."""
    round_, held = _held(assignment)
    review = _kept(held, given, comment, version)
    points = points_of(round_.rubric.criteria, review.scores)
    if points is None:
        lacking = [c["title"] for c in round_.rubric.criteria if str(c["id"]) not in review.scores]
        raise CityLabError(
            f"No mark yet for: {', '.join(lacking)}.", mend="Give each criterion a mark; the rest is saved."
        )
    was = review.points
    review.points, review.submitted_at = points, timezone.now()
    review.save(update_fields=["points", "submitted_at"])
    held.state = ASSIGNMENT.DONE
    held.save(update_fields=["state"])
    record("review handed in", f"reading/{held.pk}", by=by, round=round_.pk, points=points, was=was)
    call_third(round_, held.application)
    return review


def call_third(round_: Round, application: Application) -> Assignment | None:
    """One more reader where all first readers have read and differ too much, and none was called yet."""
    live = list(
        Assignment.objects.live().filter(round=round_, application=application).select_related("review")
    )
    points = [a.review.points for a in live if a.state == ASSIGNMENT.DONE and a.review.points is not None]
    if len(live) != round_.readers or len(points) < len(live) or len(points) < 2:
        return None
    distance = apart(points)
    if distance <= round_.differ_by * SCALE:
        return None
    sharing = plan_readings(round_, wanted={str(application.reference): round_.readers + 1})
    reason = f"The readers differ by {distance / SCALE:.1f} points."
    made = _give(round_, sharing, reason=reason, place=round_.readers + 1)
    if not made:
        record("no third reader", subject(round_), by=None, reason=reason, application=application.pk)
        return None
    third = made[0]
    record("third reader called", subject(round_), by=None, reason=reason, application=application.pk)
    _tell(round_, third.reviewer, "third", by=None, reading=third)
    return third


@transaction.atomic
def recuse(assignment: Assignment, *, reason: str, by: User) -> Assignment | None:
    """A reviewer steps back from one application, with a reason; another is asked in that place, if there is
    one who may."""
    round_, held = _held(assignment)
    if held.state == ASSIGNMENT.DONE:
        held.state = ASSIGNMENT.OPEN  # the sheet stays on record, and does not count
        held.save(update_fields=["state"])
    declare(round_, held.reviewer.user, held.application, reason=reason, by=by, kind=Conflict.Kind.RECUSED)
    live = Assignment.objects.live().filter(round=round_, application=held.application).count()
    sharing = plan_readings(round_, wanted={str(held.application.reference): live + 1})
    made = _give(round_, sharing, reason="In the place of a reader who stepped back.", place=held.place)
    for new in made:
        _tell(round_, new.reviewer, "readings", by=None, count=1)
    return made[0] if made else None


@transaction.atomic
def take_back(assignment: Assignment, *, reason: str, by: User) -> None:
    """Who runs the round takes an open reading back, with a reason."""
    round_ = locked(assignment.round)
    if not reason.strip():
        raise CityLabError("This needs a reason.", where="reason", mend="Say in a sentence why.")
    done = Assignment.objects.filter(pk=assignment.pk, state=ASSIGNMENT.OPEN).update(
        state=ASSIGNMENT.TAKEN_BACK, reason=reason.strip()[:300]
    )
    if done:
        record("reading taken back", subject(round_), by=by, reason=reason, reading=assignment.pk)
