"""Verbs of marking: keep a sheet, finish it, agree, accept or return; what becomes of it for each person.

Locks: every verb holds the submission's row before it looks at sheets or grades. So two lecturers who save
one answer at once come one after the other: the second is told, and nobody's words are lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from nagara.campus.audit.domain import record
from nagara.campus.learning.domain import scoring
from nagara.campus.learning.domain.handing_in import Stale, member_ids
from nagara.campus.learning.models import Assignment, Grade, GradeChange, Marking, PeerReview, Submission
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Enrolment
from nagara.citylab.errors import CityLabError

State = Submission.State


@dataclass(frozen=True)
class Given:
    """What a sheet says: marks and words for each criterion, a comment on the whole."""

    marks: Mapping[str, Any]
    said: Mapping[str, str]
    comment: str = ""


def subject(submission: Submission) -> str:
    return f"submission/{submission.pk}"


def criteria_of(assignment: Assignment) -> scoring.Criteria:
    """The rubric's criteria; one of 100 points where there is no rubric."""
    return assignment.rubric.criteria if assignment.rubric else scoring.PLAIN


def held(submission: Submission) -> Submission:
    """The row as it is now, locked."""
    return (
        Submission.objects.select_for_update(of=("self",))
        .select_related("assignment__rubric", "assignment__batch", "enrolment__user", "group")
        .get(pk=submission.pk)
    )


def sheet_of(submission: Submission, user: User) -> Marking | None:
    """The sheet on which `user` marks: with one marker the common one; with two the own."""
    rows = list(submission.markings.all())
    if not submission.assignment.second_marker:
        return rows[0] if rows else None
    return next((row for row in rows if row.marker_id == user.pk), None)


def place_for(submission: Submission, user: User) -> int | None:
    """On which place `user` would begin a sheet; None where no sheet is wanted from this person."""
    rows = list(submission.markings.all())
    if not submission.assignment.second_marker:
        return rows[0].place if rows else 1
    if any(row.marker_id == user.pk for row in rows):
        return next(row.place for row in rows if row.marker_id == user.pk)
    taken = {row.place for row in rows}
    free = next((place for place in (1, 2) if place not in taken), None)
    if free is None and wants_third(submission, rows) and 3 not in taken:
        return 3
    return free


def wants_third(submission: Submission, rows: list[Marking]) -> bool:
    """Both have marked and differ by more than the assignment allows."""
    done = [row.percent for row in rows if row.place < 3 and row.is_done and row.percent is not None]
    return len(done) == 2 and scoring.combined(done, submission.assignment.differ_by) is None


@transaction.atomic
def save_sheet(submission: Submission, given: Given, *, version: int | None, by: User) -> Marking:
    """Keep a sheet as it stands. `version` is that of the sheet on the screen; raises Stale where somebody
    saved since. What another person's save replaces is kept in the sheet's history."""
    return _keep(held(submission), given, version, by)


def _keep(now_held: Submission, given: Given, version: int | None, by: User) -> Marking:
    if not now_held.number:
        raise CityLabError("Nothing was handed in yet.")
    sheet = sheet_of(now_held, by)
    criteria = criteria_of(now_held.assignment)
    marks = scoring.read_marks(criteria, given.marks)
    keys = {str(c["id"]) for c in criteria}
    said = {k: v.strip()[:3000] for k, v in given.said.items() if k in keys and v.strip()}
    comment = given.comment.strip()[:8000]
    if sheet is None:
        place = place_for(now_held, by)
        if place is None:
            raise CityLabError("Two others mark this one already.", mend="Go on with the next.")
        sheet = Marking(submission=now_held, place=place, marker=by)
    elif (sheet.marks, sheet.said, sheet.comment) == (marks, said, comment):
        return sheet
    elif version is not None and version != sheet.version:
        raise Stale(
            f"{sheet.marker} saved this sheet since you opened it. Yours is not saved yet.",
            mend="Both stand below: take over what you want, then save. What is replaced is kept.",
        )
    elif sheet.marker_id != by.pk:
        sheet.history = [*sheet.history, _was(sheet)][-50:]
    sheet.marks, sheet.said, sheet.comment = marks, said, comment
    sheet.marker = by
    sheet.version += 1
    sheet.save()
    return sheet


def _was(sheet: Marking) -> dict[str, Any]:
    """A sheet as it was, for its history."""
    return {
        "by": sheet.marker_id,
        "at": sheet.saved_at.isoformat(),
        "marks": sheet.marks,
        "said": sheet.said,
        "comment": sheet.comment,
    }


@transaction.atomic
def finish_sheet(
    submission: Submission, given: Given, *, version: int | None, by: User, reason: str = ""
) -> Marking:
    """Keep a sheet and say that it is done: every criterion has a mark. Marks that are released already
    change only with a `reason`, and the learner is told."""
    now_held = held(submission)
    sheet = _keep(now_held, given, version, by)
    criteria = criteria_of(now_held.assignment)
    percent = scoring.percent_of(criteria, sheet.marks)
    if percent is None:
        lacking = [str(c["title"]) for c in criteria if str(c["id"]) not in sheet.marks]
        raise CityLabError(f"No mark yet for: {', '.join(lacking)}.", mend="The rest can be saved.")
    was = sheet.percent
    sheet.percent, sheet.done_at, sheet.hand_in = percent, timezone.now(), now_held.number
    sheet.save()
    record(
        "marked",
        subject(now_held),
        by=by,
        reason=reason.strip(),
        place=sheet.place,
        percent=str(percent),
        was=str(was) if was is not None else None,
    )
    settle(now_held, by=by, reason=reason)
    return sheet


@transaction.atomic
def agree(submission: Submission, *, percent: Decimal, reason: str, by: User) -> None:
    """The mark that two markers agree on where they differ, with the reason."""
    now_held = held(submission)
    rows = list(now_held.markings.all())
    if not now_held.assignment.second_marker or not wants_third(now_held, rows):
        raise CityLabError("There is nothing to agree on: the markers do not differ too much.")
    if not reason.strip():
        raise CityLabError("A reason is missing.", where="reason", mend="Say how you agreed.")
    check_percent(percent)
    record("mark agreed", subject(now_held), by=by, reason=reason.strip(), percent=str(percent))
    settle(now_held, by=by, reason=reason, agreed=percent)


def check_percent(percent: Decimal) -> None:
    if not percent.is_finite() or not 0 <= percent <= 100:
        raise CityLabError("Points lie between 0 and 100.", where="percent")


def expert_of(submission: Submission) -> Decimal | None:
    """What the lecturers' sheets come to; None while one is missing or they differ too much."""
    done = [row.percent for row in submission.markings.all() if row.is_done and row.percent is not None]
    if not submission.assignment.second_marker:
        return done[0] if done else None
    return scoring.combined(done, submission.assignment.differ_by)


def settle(
    submission: Submission,
    *,
    by: User | None,
    reason: str = "",
    agreed: Decimal | None = None,
    anew: int | None = None,
) -> Decimal | None:
    """Work out the mark of each person whose work this is. Call it with the submission held. What was set by
    hand stays, save for the person (enrolment) `anew`."""
    assignment = submission.assignment
    expert = agreed if agreed is not None else expert_of(submission)
    if expert is None:
        return None
    how: dict[str, Any] = {"expert": str(expert)}
    if agreed is not None:
        how["agreed"] = True
    total = expert
    if assignment.peer:
        peer = peer_mark(submission)
        share = int(assignment.peer.get("share", 0))
        how |= {"peer": str(peer) if peer is not None else None, "peer_share": share}
        total = scoring.shared(expert, peer, share)
    off = scoring.late_minus(assignment.late, submission.late_days)
    if off:
        how |= {"late": str(off), "late_days": submission.late_days}
        total = max(Decimal(0), total - off)
    for pk in member_ids(submission):
        grade, _ = Grade.objects.select_for_update().get_or_create(assignment=assignment, enrolment_id=pk)
        if pk != anew and (grade.excused or (grade.by_hand and agreed is None)):
            continue
        write_grade(grade, percent=total, how=how, by=by, reason=reason)
    return total


def peer_mark(submission: Submission) -> Decimal | None:
    """What the peers say together, each weighted by how well they marked the calibration pieces."""
    done = submission.peer_reviews.filter(done_at__isnull=False, calibration=False)
    rows = [(row.reviewer_id, row.percent) for row in done if row.percent is not None]
    flag = int(submission.assignment.peer.get("flag_above", 20))
    errors = calibration_errors(submission.assignment)
    return scoring.weighted(
        (percent, scoring.peer_weight(errors.get(reviewer), flag)) for reviewer, percent in rows
    )


def calibration_errors(assignment: Assignment) -> dict[int, Decimal]:
    """How far each reviewer lies from the lecturers on the calibration pieces: {enrolment: mean difference in
    points of 100}. Who has marked none is not in it."""
    done = (
        PeerReview.objects.filter(
            submission__assignment=assignment, calibration=True, done_at__isnull=False, percent__isnull=False
        )
        .select_related("submission")
        .prefetch_related("submission__markings")
    )
    apart: dict[int, list[Decimal]] = {}
    for row in done:
        row.submission.assignment = assignment
        expert = expert_of(row.submission)
        if expert is not None and row.percent is not None:
            apart.setdefault(row.reviewer_id, []).append(abs(row.percent - expert))
    return {reviewer: scoring.mean(values) for reviewer, values in apart.items()}


def write_grade(
    grade: Grade,
    *,
    percent: Decimal | None,
    excused: bool = False,
    how: dict[str, Any] | None = None,
    by: User | None,
    reason: str = "",
    by_hand: bool = False,
) -> bool:
    """Set a person's mark. A change after the release needs a reason, is kept, and the person is told; the
    first mark of somebody who had none is no change. Says whether it changed."""
    assignment = grade.assignment
    had = grade.percent is not None or grade.excused
    same = grade.percent == percent and grade.excused == excused
    after = assignment.released_at is not None
    if had and not same:
        if after and not reason.strip():
            raise CityLabError(
                "This mark is released: a change needs a reason.",
                where="reason",
                mend="Say why; the learner reads it.",
            )
        if after or reason.strip():
            GradeChange.objects.create(
                grade=grade,
                old=grade.percent,
                old_excused=grade.excused,
                new=percent,
                new_excused=excused,
                reason=reason.strip(),
                after_release=after,
                by=by,
            )
    grade.percent, grade.excused = percent, excused
    grade.by_hand = by_hand
    if how is not None:
        grade.how = how
    grade.save()
    if had and not same and after:
        enrolment = grade.enrolment
        record(
            "mark changed",
            f"assignment/{assignment.pk}",
            by=by,
            reason=reason.strip(),
            enrolment=enrolment.pk,
        )
        queue(
            to=enrolment.user,
            template="learning/changed",
            context={
                "assignment": assignment,
                "reason": reason.strip(),
                "link": assignment.get_absolute_url(),
            },
            about=f"assignment/{assignment.pk}",
            by=by,
        )
    return not same


@transaction.atomic
def decide(submission: Submission, *, accept: bool, remark: str, by: User) -> Submission:
    """Accept the work, or return it for revision with a remark. Its owners are told. Saying the same once
    more changes nothing."""
    now_held = held(submission)
    if not now_held.number:
        raise CityLabError("Nothing was handed in yet.")
    if not accept and not remark.strip():
        raise CityLabError(
            "Work is returned with a remark.", where="remark", mend="Say what is to be revised."
        )
    state = State.ACCEPTED if accept else State.RETURNED
    if now_held.state == state and now_held.remark == remark.strip():
        return now_held
    now_held.state, now_held.remark = state, remark.strip()
    now_held.decided_by, now_held.decided_at = by, timezone.now()
    now_held.save(update_fields=["state", "remark", "decided_by", "decided_at"])
    verb = "work accepted" if accept else "work returned"
    record(verb, subject(now_held), by=by, reason=remark.strip(), version=now_held.number)
    for member in Enrolment.objects.filter(pk__in=member_ids(now_held)).select_related("user"):
        queue(
            to=member.user,
            template="learning/decided",
            context={
                "assignment": now_held.assignment,
                "accepted": accept,
                "remark": now_held.remark,
                "link": now_held.assignment.get_absolute_url(),
            },
            about=subject(now_held),
            by=by,
        )
    return now_held
