"""Verbs of a student: register for a course, drop it, withdraw from it. Locks: first person, then course."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from nagara.campus.audit.domain import record
from nagara.campus.degrees.domain.ledger import host_day, read
from nagara.campus.degrees.domain.offers import obstacles, offers_in
from nagara.campus.degrees.domain.semesters import DegreeError
from nagara.campus.degrees.models import CourseTaking, Offering
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Enrolment
from nagara.campus.timetable.domain import make_group, set_members
from nagara.campus.timetable.models import Group

State = CourseTaking.State


def subject(enrolment: Enrolment) -> str:
    """The degree's name in the audit log."""
    return f"degree/{enrolment.pk}"


@transaction.atomic
def register_course(
    enrolment: Enrolment,
    offering: Offering,
    *,
    by: User | None,
    reason: str = "",
    now: datetime | None = None,
) -> CourseTaking:
    """Take a seat in a course. Refused with every obstacle named: window, seats, credits of the semester,
    prerequisites, clashes. The office may set all but the seats aside with a `reason`.

    The student's row is locked first, then the course's: of two who want the last seat one gets it.
    """
    person = _locked(enrolment)
    place = (
        Offering.objects.select_for_update(of=("self",))
        .select_related("semester__batch", "course")
        .get(pk=offering.pk)
    )
    if place.semester.batch_id != person.batch_id:
        raise DegreeError("This course is offered to another batch.")
    ledger = read(person, now=now)
    offers = offers_in(place.semester)
    offer = next(o for o in offers if o.offering.pk == place.pk)
    found = obstacles(offer, ledger, offers)
    if reason.strip() and by is not None and by.pk != person.user_id:
        found = [said for said in found if said.startswith(("All ", "You take "))]
    if found:
        raise DegreeError(f"{place.course} cannot be taken: {' '.join(found)}", mend=_mend(found))
    course = place.course
    taking = CourseTaking.objects.create(
        enrolment=person,
        course=course,
        semester=place.semester,
        offering=place,
        code=course.code,
        title=course.title,
        category=course.category,
        credits=course.credits,
        outside=course.outside_home_unit,
        by=by,
    )
    _join(place, person, by)
    record("course taken", subject(person), by=by, reason=reason, course=course.code, offering=place.pk)
    _tell(taking, "registered", by=by, reason=reason)
    return taking


@transaction.atomic
def drop_course(
    taking: CourseTaking, *, by: User | None, reason: str = "", now: datetime | None = None
) -> CourseTaking:
    """Give a seat back. In the change period nothing stays on the transcript; after it, until the last day
    of withdrawal, the course stays there as withdrawn. The office may withdraw someone later, with a reason.
    """
    person = _locked(taking.enrolment)
    held = (
        CourseTaking.objects.select_for_update(of=("self",))
        .select_related("semester__batch", "offering__group")
        .get(pk=taking.pk)
    )
    held.enrolment = person
    if held.state != State.REGISTERED or held.semester is None:
        raise DegreeError(f"{held} is {held.get_state_display().lower()}: it cannot be dropped.")
    semester, today = held.semester, host_day(held.semester.batch, now)
    if semester.open_on(today) or today < semester.registration_from:
        held.state = State.DROPPED
    elif today <= semester.withdraw_until or (reason.strip() and by is not None and by.pk != person.user_id):
        held.state = State.WITHDRAWN
    else:
        raise DegreeError(
            f"Withdrawal from {held} was possible until {semester.withdraw_until:%d %b %Y}.",
            mend="Ask the office; it can withdraw you for a reason.",
        )
    held.draft = None
    held.save(update_fields=["state", "draft"])
    _leave(held, by)
    record("course dropped", subject(person), by=by, reason=reason, course=held.code, now=held.state)
    _tell(held, "dropped", by=by, reason=reason)
    return held


def _locked(enrolment: Enrolment) -> Enrolment:
    return (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("batch__version", "user")
        .get(pk=enrolment.pk)
    )


def _mend(found: list[str]) -> str:
    if any(said.startswith("All ") for said in found):
        return "Choose another section or course; a seat may come free until the change period ends."
    return "Choose another course, or ask the office."


def _join(offering: Offering, person: Enrolment, by: User | None) -> None:
    """The course's sessions become the student's: through the group of the timetable."""
    if offering.group is not None:
        set_members(offering.group, [*_members(offering.group), person], by=by)
        return
    name = f"{offering.course.code} {offering.section}, {offering.semester.name}"[:120]
    offering.group = make_group(person.batch, name, [person], by=by)
    offering.save(update_fields=["group"])


def _leave(taking: CourseTaking, by: User | None) -> None:
    group = taking.offering.group if taking.offering else None
    if group is not None:
        set_members(group, _members(group).exclude(pk=taking.enrolment_id), by=by)


def _members(group: Group) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(groups=group).exclude(state=Enrolment.State.WITHDRAWN)


def _tell(taking: CourseTaking, template: str, *, by: User | None, reason: str) -> None:
    """A letter to the student, where somebody else did it."""
    user = taking.enrolment.user
    if by is None or by.pk == user.pk:
        return
    queue(
        to=user,
        template=f"degrees/{template}",
        context={
            "taking": taking,
            "reason": reason,
            "path": reverse("degree-courses", args=[taking.enrolment_id]),
        },
        about=subject(taking.enrolment),
        by=by,
    )
