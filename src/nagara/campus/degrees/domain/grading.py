"""Verbs of a lecturer: enter the grades of a class, look at them, release them, change one with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from nagara.campus.audit.domain import record
from nagara.campus.degrees.domain.courses import subject
from nagara.campus.degrees.domain.semesters import DegreeError, policy_of
from nagara.campus.degrees.models import CourseTaking, Grade, GradeChange, Offering, Practicum
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User

State = CourseTaking.State


def class_of(offering: Offering) -> QuerySet[CourseTaking]:
    """Everyone of a class who did not drop it, by name."""
    return (
        CourseTaking.objects.filter(offering=offering)
        .exclude(state=State.DROPPED)
        .select_related("enrolment__user", "enrolment__city", "grade", "draft")
        .order_by("enrolment__user__sort_key", "pk")
    )


def letters_of(offering: Offering) -> dict[str, Grade]:
    """The grades of the batch's scale, the best first."""
    scale = policy_of(offering.semester.batch).scale
    return {grade.letter: grade for grade in scale.grades.all()}


@transaction.atomic
def enter_grades(offering: Offering, letters: Mapping[int, str], *, by: User) -> int:
    """Keep grades of a class as a draft: {primary key of the taking: letter, "" takes it out}. Nobody but
    the lecturer and the office sees a draft. Says how many changed."""
    held = Offering.objects.select_for_update().get(pk=offering.pk)
    scale = letters_of(held)
    changed = []
    rows = CourseTaking.objects.select_for_update(of=("self",)).filter(offering=held, state=State.REGISTERED)
    for row in rows.filter(pk__in=letters).order_by("pk"):
        letter = letters[row.pk].strip()
        if letter and letter not in scale:
            raise DegreeError(
                f"There is no grade {letter!r}.", where="grade", mend=f"Use one of {', '.join(scale)}."
            )
        grade = scale.get(letter)
        if row.draft_id != (grade.pk if grade else None):
            row.draft = grade
            changed.append(row)
    CourseTaking.objects.bulk_update(changed, ["draft"])
    if changed:
        record("grades entered", f"offering/{held.pk}", by=by, count=len(changed))
    return len(changed)


@dataclass(frozen=True)
class Preview:
    """What a release would do: who gets which grade, who has none yet, and how often each letter is given."""

    graded: list[CourseTaking]
    without: list[CourseTaking]
    spread: list[tuple[str, int]]
    refused: list[str]


def preview(offering: Offering) -> Preview:
    """The release as it would be now."""
    rows = [row for row in class_of(offering) if row.state == State.REGISTERED]
    graded = [row for row in rows if row.draft]
    counts = dict.fromkeys(letters_of(offering), 0)
    for row in graded:
        assert row.draft is not None
        counts[row.draft.letter] = counts.get(row.draft.letter, 0) + 1
    return Preview(
        graded,
        [row for row in rows if not row.draft],
        [(letter, n) for letter, n in counts.items() if n],
        short_practica(graded),
    )


def short_practica(rows: list[CourseTaking]) -> list[str]:
    """Practica that would be passed although they are shorter than the batch asks for."""
    passing = [r for r in rows if r.category == "practicum" and r.draft is not None and r.draft.passes]
    if not passing:
        return []
    least = policy_of(passing[0].enrolment.batch).practicum_days
    days: dict[int, int] = {}
    for practicum in Practicum.objects.filter(enrolment__in=[r.enrolment_id for r in passing]):
        days[practicum.enrolment_id] = days.get(practicum.enrolment_id, 0) + practicum.days
    return [
        f"{row.enrolment.user}: {days.get(row.enrolment_id, 0)} days of practicum are on record; "
        f"at least {least} are asked for."
        for row in passing
        if days.get(row.enrolment_id, 0) < least
    ]


@transaction.atomic
def release_grades(offering: Offering, *, by: User, now: datetime | None = None) -> int:
    """Make the drafts of a class count and tell each student. Those without a draft stay registered. Says
    how many were released."""
    held = Offering.objects.select_for_update().get(pk=offering.pk)
    rows = list(
        CourseTaking.objects.select_for_update(of=("self",))
        .filter(offering=held, state=State.REGISTERED, draft__isnull=False)
        .select_related("draft", "enrolment__user", "enrolment__batch")
        .order_by("pk")
    )
    if not rows:
        raise DegreeError("There is no grade to release.", mend="Enter grades and keep them first.")
    refused = short_practica(rows)
    if refused:
        raise DegreeError(" ".join(refused), mend="Record the practicum first, or take the grade out.")
    at = now or timezone.now()
    for row in rows:
        assert row.draft is not None
        row.grade, row.draft, row.graded_at = row.draft, None, at
        row.state = State.COMPLETED if row.grade.passes else State.FAILED
    CourseTaking.objects.bulk_update(rows, ["grade", "draft", "graded_at", "state"])
    record("grades released", f"offering/{held.pk}", by=by, count=len(rows))
    for row in rows:
        _tell(row, "graded", by=by)
    return len(rows)


@transaction.atomic
def change_grade(taking: CourseTaking, letter: str, *, by: User, reason: str) -> CourseTaking:
    """Another grade than the released one, with a reason that is kept and told."""
    if not reason.strip():
        raise DegreeError("A changed grade needs a reason.", where="reason", mend="Say in a sentence why.")
    held = (
        CourseTaking.objects.select_for_update(of=("self",))
        .select_related("grade__scale", "enrolment__user", "enrolment__batch")
        .get(pk=taking.pk)
    )
    if held.grade is None or held.state not in (State.COMPLETED, State.FAILED):
        raise DegreeError(f"{held} has no released grade yet.", mend="Enter it on the class sheet.")
    new = held.grade.scale.grades.filter(letter=letter.strip()).first()
    if new is None:
        raise DegreeError(f"There is no grade {letter!r} on {held.grade.scale}.", where="grade")
    if new.pk == held.grade_id:
        return held
    GradeChange.objects.create(taking=held, was=held.grade, now=new, reason=reason.strip(), by=by)
    held.grade = new
    held.state = State.COMPLETED if new.passes else State.FAILED
    held.save(update_fields=["grade", "state"])
    record("grade changed", f"offering/{held.offering_id or 0}", by=by, reason=reason, taking=held.pk)
    _tell(held, "changed", by=by, reason=reason.strip())
    return held


def _tell(row: CourseTaking, template: str, *, by: User, reason: str = "") -> None:
    queue(
        to=row.enrolment.user,
        template=f"degrees/{template}",
        context={
            "taking": row,
            "reason": reason,
            "batch": row.enrolment.batch,
            "path": reverse("degree-audit", args=[row.enrolment_id]),
        },
        about=subject(row.enrolment),
        by=by,
    )
