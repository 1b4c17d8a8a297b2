"""Verbs of the office: semesters, offered courses, how a batch counts, grade scales."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.db.models import Max

from nagara.campus.audit.domain import record
from nagara.campus.degrees.domain.seeding import first_scale
from nagara.campus.degrees.models import (
    CourseTaking,
    DegreePolicy,
    Grade,
    GradeScale,
    Offering,
    Prerequisite,
    Semester,
)
from nagara.campus.people.models import User
from nagara.campus.programmes.domain.batches import subject
from nagara.campus.programmes.models import Batch, Course
from nagara.citylab.errors import CityLabError

DAYS = ("starts", "ends", "registration_from", "registration_until", "change_until", "withdraw_until")
HIGHEST = Decimal("99.99")


class DegreeError(CityLabError):
    """Something that cannot be done with a degree, with the reason."""


def policy_of(batch: Batch) -> DegreePolicy:
    """How the batch counts; a new one begins with the newest scale and the best attempt."""
    found = DegreePolicy.objects.filter(batch=batch).select_related("scale").first()
    if found is None:
        found, _ = DegreePolicy.objects.get_or_create(batch=batch, defaults={"scale": first_scale()})
    return found


def is_degree(batch: Batch) -> bool:
    """The version of the batch gives a degree."""
    return bool(batch.version.rules.get("degree"))


@transaction.atomic
def plan_semester(batch: Batch, *, by: User | None, name: str = "", **days: date) -> Semester:
    """Add the next semester of a batch."""
    Batch.objects.select_for_update().get(pk=batch.pk)
    policy = policy_of(batch)
    number = (batch.semesters.aggregate(last=Max("number"))["last"] or 0) + 1
    if number > policy.semesters_most:
        raise DegreeError(
            f"A batch has at most {policy.semesters_most} semesters.",
            mend="Raise this number in the settings of the degree.",
        )
    semester = Semester(batch=batch, number=number, name=name.strip() or f"Semester {number}", **days)
    _check_days(semester)
    semester.save()
    record("semester planned", subject(batch), by=by, number=number)
    return semester


@transaction.atomic
def change_semester(semester: Semester, *, by: User | None, name: str, **days: date) -> Semester:
    """Give a semester another name or other days."""
    held = Semester.objects.select_for_update().select_related("batch").get(pk=semester.pk)
    held.name = name.strip() or held.name
    was = {n: getattr(held, n).isoformat() for n in DAYS}
    for n in DAYS:
        setattr(held, n, days.get(n, getattr(held, n)))
    _check_days(held)
    held.save()
    now = {n: getattr(held, n).isoformat() for n in DAYS}
    record("semester changed", subject(held.batch), by=by, number=held.number, was=was, now=now)
    return held


def _check_days(semester: Semester) -> None:
    if semester.ends <= semester.starts:
        raise DegreeError("The last day is not after the first.", where="ends")
    if semester.registration_until < semester.registration_from:
        raise DegreeError("Registration closes before it opens.", where="registration_until")
    if not semester.registration_until <= semester.change_until <= semester.ends:
        raise DegreeError(
            "The change period must end after registration closes and before the semester ends.",
            where="change_until",
        )
    if not semester.change_until <= semester.withdraw_until <= semester.ends:
        raise DegreeError(
            "Withdrawal must be possible from the change period on, until the semester ends at the latest.",
            where="withdraw_until",
        )
    others = Semester.objects.filter(batch=semester.batch_id).exclude(pk=semester.pk)
    clash = others.filter(starts__lte=semester.ends, ends__gte=semester.starts).first()
    if clash is not None:
        raise DegreeError(f"These days overlap with {clash.name}.", where="starts")


@transaction.atomic
def offer_course(
    semester: Semester,
    course: Course,
    *,
    by: User | None,
    seats: int = 40,
    lecturer: User | None = None,
    section: str = "A",
) -> Offering:
    """Offer a course of the batch's version in a semester."""
    if course.version_id != semester.batch.version_id:
        raise DegreeError(f"{course} is no course of {semester.batch.version}.", where="course")
    made, new = Offering.objects.get_or_create(
        semester=semester,
        course=course,
        section=section.strip() or "A",
        defaults={"seats": seats, "lecturer": lecturer},
    )
    if not new:
        raise DegreeError(
            f"{course} has a section {made.section} in {semester} already.",
            where="section",
            mend="Give the other section another letter.",
        )
    record("course offered", subject(semester.batch), by=by, course=course.code, semester=semester.number)
    return made


@transaction.atomic
def change_offering(
    offering: Offering, *, by: User | None, seats: int, lecturer: User | None, activity: Any = None
) -> Offering:
    """Other seats, another lecturer, which activity of the timetable it is. Never fewer seats than taken."""
    held = Offering.objects.select_for_update().get(pk=offering.pk)
    taken = seats_taken(held)
    if seats < taken:
        raise DegreeError(f"{taken} seats are taken already.", where="seats", mend="Give at least as many.")
    held.seats, held.lecturer, held.activity = seats, lecturer, activity
    if activity is not None and activity.group_id:
        held.group = activity.group
    held.save()
    record("offering changed", subject(held.semester.batch), by=by, offering=held.pk, seats=seats)
    return held


def seats_taken(offering: Offering) -> int:
    """How many sit in it: everyone who neither dropped nor withdrew."""
    gone = (CourseTaking.State.DROPPED, CourseTaking.State.WITHDRAWN)
    return CourseTaking.objects.filter(offering=offering).exclude(state__in=gone).count()


@transaction.atomic
def set_policy(
    batch: Batch, *, by: User | None, reason: str, scale: GradeScale, repeats: str, practicum_days: int
) -> DegreePolicy:
    """How the batch counts. The scale stays once a grade was given by it."""
    if not reason.strip():
        raise DegreeError("This change needs a reason.", where="reason", mend="Say in a sentence why.")
    policy_of(batch)
    held = DegreePolicy.objects.select_for_update().get(batch=batch)
    graded = CourseTaking.objects.filter(enrolment__batch=batch, grade__isnull=False).exists()
    if graded and scale.pk != held.scale_id:
        raise DegreeError(
            f"Grades were given on {held.scale}: it stays.",
            where="scale",
            mend="Another scale can be used by the next batch.",
        )
    was = {"scale": held.scale_id, "repeats": held.repeats, "practicum_days": held.practicum_days}
    held.scale, held.repeats, held.practicum_days = scale, repeats, practicum_days
    held.save()
    now = {"scale": scale.pk, "repeats": repeats, "practicum_days": practicum_days}
    record("degree policy changed", subject(batch), by=by, reason=reason, was=was, now=now)
    return held


@transaction.atomic
def set_prerequisites(course: Course, needs: Sequence[Course], *, by: User | None) -> None:
    """What a course asks for. A circle is refused."""
    held: dict[int, set[int]] = {}
    for a, b in Prerequisite.objects.filter(course__version=course.version_id).values_list("course", "needs"):
        held.setdefault(a, set()).add(b)
    held[course.pk] = {c.pk for c in needs}
    waiting, seen = list(held[course.pk]), set()
    while waiting:
        pk = waiting.pop()
        if pk == course.pk:
            raise DegreeError(f"{course.code} would need itself in the end.", where="needs")
        if pk not in seen:
            seen.add(pk)
            waiting += held.get(pk, ())
    Prerequisite.objects.filter(course=course).delete()
    Prerequisite.objects.bulk_create(Prerequisite(course=course, needs=c) for c in needs)
    record(
        "prerequisites set",
        f"programme/{course.version.programme.slug}",
        by=by,
        course=course.code,
        needs=sorted(c.code for c in needs),
    )


def scale_used(scale: GradeScale) -> bool:
    """A course was graded by it."""
    return CourseTaking.objects.filter(grade__scale=scale).exists()


Row = tuple[str, str, bool, str]


@transaction.atomic
def write_scale(scale: GradeScale, rows: Sequence[Row], *, note: str, by: User | None) -> GradeScale:
    """Put these grades (letter, points or "", passes, meaning) in place of those of a scale. A scale that was
    used is fixed: its next version is made and changed instead, and returned."""
    scale = GradeScale.objects.select_for_update().get(pk=scale.pk)
    grades = _grades(rows)
    used = scale_used(scale) or CourseTaking.objects.filter(draft__scale=scale).exists()
    if used:
        last = GradeScale.objects.filter(name=scale.name).aggregate(n=Max("version"))["n"]
        scale = GradeScale(name=scale.name, version=last + 1)
    scale.note = note.strip()
    scale.save()
    scale.grades.all().delete()
    for n, grade in enumerate(grades):
        grade.scale, grade.order = scale, n
    Grade.objects.bulk_create(grades)
    record(
        "grade scale written",
        f"scale/{scale.pk}",
        by=by,
        version=scale.version,
        letters=[g.letter for g in grades],
    )
    return scale


def _grades(rows: Sequence[Row]) -> list[Grade]:
    found: list[Grade] = []
    for number, (letter, points, passes, meaning) in enumerate(rows, 1):
        if not letter.strip():
            continue
        try:
            value = Decimal(points.strip().replace(",", ".")) if points.strip() else None
        except InvalidOperation as error:
            raise DegreeError(
                f"Row {number}: {points!r} is no number of points.",
                mend="Write it as 3.7, or leave it empty.",
            ) from error
        if value is not None and not (value.is_finite() and 0 <= value <= HIGHEST):
            raise DegreeError(f"Row {number}: points lie between 0 and {HIGHEST}.")
        found.append(
            Grade(letter=letter.strip()[:6], points=value, passes=passes, meaning=meaning.strip()[:80])
        )
    letters = [g.letter for g in found]
    twice = sorted({x for x in letters if letters.count(x) > 1})
    if twice:
        raise DegreeError(f"{', '.join(twice)} stands twice.", mend="Give each grade its own letter.")
    if not any(g.passes for g in found) or all(g.passes for g in found):
        raise DegreeError("A scale needs at least one grade that passes and one that does not.")
    return found
