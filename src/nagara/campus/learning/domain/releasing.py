"""Verbs of releasing marks: a preview, one release, changes afterwards with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from nagara.campus.audit.domain import record
from nagara.campus.learning.domain.assigning import concerned, subject
from nagara.campus.learning.domain.marking import check_percent, held, settle, write_grade
from nagara.campus.learning.models import Assignment, Grade, Submission
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Enrolment
from nagara.citylab.errors import CityLabError


@dataclass(frozen=True)
class Line:
    """What one person will read after the release. `says`: marked, excused, not marked yet, not handed in."""

    enrolment: Enrolment
    grade: Grade | None
    says: str


def preview(assignment: Assignment) -> list[Line]:
    """Everybody's line, in the order of names."""
    grades = {g.enrolment_id: g for g in assignment.grades.all()}
    in_hand: set[int] = set()
    for enrolment, group in assignment.submissions.filter(number__gt=0).values_list("enrolment", "group"):
        if enrolment:
            in_hand.add(enrolment)
        else:
            in_hand |= set(Enrolment.objects.filter(groups=group).values_list("pk", flat=True))
    return [
        Line(person, grades.get(person.pk), _says(grades.get(person.pk), person.pk in in_hand))
        for person in concerned(assignment)
    ]


def _says(grade: Grade | None, handed_in: bool) -> str:
    if grade is not None and grade.excused:
        return "excused"
    if grade is not None and grade.percent is not None:
        return "marked"
    return "not marked yet" if handed_in else "not handed in"


@transaction.atomic
def release(
    assignment: Assignment, *, by: User | None, now: datetime | None = None, quiet: bool = False
) -> int:
    """Show all marks of an assignment to their learners, at once and once. Those who have a mark are told
    (not where `quiet`). Work that is marked later is seen as soon as it is marked. Returns how many marks."""
    held_row = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if held_row.released_at is not None:
        return 0
    for submission in held_row.submissions.filter(number__gt=0):
        settle(held(submission), by=by)
    grades = list(
        Grade.objects.filter(assignment=held_row, percent__isnull=False).select_related("enrolment__user")
    )
    if not grades:
        raise CityLabError("Nothing is marked yet.", mend="Mark first, then release.")
    held_row.released_at = now or timezone.now()
    held_row.save(update_fields=["released_at"])
    record("marks released", subject(held_row), by=by, count=len(grades))
    if not quiet:
        for grade in grades:
            queue(
                to=grade.enrolment.user,
                template="learning/released",
                context={"assignment": held_row, "link": held_row.get_absolute_url()},
                about=subject(held_row),
                by=by,
            )
    assignment.released_at = held_row.released_at
    return len(grades)


@transaction.atomic
def set_grade(
    assignment: Assignment,
    enrolment: Enrolment,
    *,
    percent: Decimal | None,
    excused: bool = False,
    reason: str,
    by: User,
) -> Grade:
    """Set a person's mark by hand, excuse the person, or (both empty) go back to what the sheets say. Always
    with a reason; the old mark stays visible."""
    if not reason.strip():
        raise CityLabError(
            "A reason is missing.", where="reason", mend="It is kept, and the learner reads it."
        )
    if enrolment.batch_id != assignment.batch_id:
        raise CityLabError("This person is in another batch.")
    if excused:
        percent = None
    if percent is not None:
        check_percent(percent)
    found = _submission(assignment, enrolment)
    if found is not None:
        held(found)
    grade, _ = Grade.objects.select_for_update().get_or_create(assignment=assignment, enrolment=enrolment)
    grade.assignment, grade.enrolment = assignment, enrolment
    if percent is None and not excused:
        if found is None or settle(held(found), by=by, reason=reason, anew=enrolment.pk) is None:
            write_grade(grade, percent=None, how={}, by=by, reason=reason)
        grade.refresh_from_db()
        return grade
    write_grade(
        grade,
        percent=percent,
        excused=excused,
        how={"by_hand": True},
        by=by,
        reason=reason,
        by_hand=not excused,
    )
    record(
        "excused" if excused else "mark set by hand",
        subject(assignment),
        by=by,
        reason=reason.strip(),
        enrolment=enrolment.pk,
    )
    return grade


def _submission(assignment: Assignment, enrolment: Enrolment) -> Submission | None:
    own = assignment.submissions.filter(enrolment=enrolment).first()
    return own or assignment.submissions.filter(group__memberships__enrolment=enrolment).first()
