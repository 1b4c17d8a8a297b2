"""Verbs of advisor and office: milestones, meetings, practicum, leave, transfers, double counting."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from nagara.campus.audit.domain import record
from nagara.campus.degrees.domain.courses import subject
from nagara.campus.degrees.domain.ledger import host_day
from nagara.campus.degrees.domain.semesters import DegreeError
from nagara.campus.degrees.models import (
    Advising,
    AdvisorMeeting,
    CourseTaking,
    Leave,
    Milestone,
    Practicum,
    PracticumEntry,
    Semester,
)
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Course, Enrolment
from nagara.campus.programmes.rule_schema import rules_of

State = CourseTaking.State


def milestone_names(enrolment: Enrolment) -> list[str]:
    """The milestones that the degree rules of the batch's version name, in their order."""
    found: dict[str, None] = {}
    for rule in rules_of(enrolment.batch.version.rules, "degree"):
        for part in (rule, *rule.get("all", ())):
            if part.get("fact") == "degree.milestones" and isinstance(part.get("value"), list):
                found |= dict.fromkeys(str(name) for name in part["value"])
    return list(found)


@transaction.atomic
def record_milestone(
    enrolment: Enrolment, name: str, *, on: date, passed: bool = True, evidence: str = "", by: User | None
) -> Milestone:
    """One attempt at a milestone. A milestone that was passed needs no other attempt."""
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    known = milestone_names(enrolment)
    if name not in known:
        raise DegreeError(
            f"The degree has no milestone {name!r}.", where="name", mend=f"Use {', '.join(known)}."
        )
    _not_later(enrolment, on)
    held = Milestone.objects.filter(enrolment=enrolment, name=name)
    if held.filter(passed=True).exists():
        raise DegreeError(f"The milestone {name} is passed already.", where="name")
    if passed and not evidence.strip():
        raise DegreeError(
            "What proves it is missing.",
            where="evidence",
            mend="Name the minutes, the certificate, the report.",
        )
    attempt = (held.aggregate(n=Max("attempt"))["n"] or 0) + 1
    made = Milestone.objects.create(
        enrolment=enrolment,
        name=name,
        attempt=attempt,
        passed=passed,
        on=on,
        evidence=evidence.strip(),
        by=by,
    )
    record("milestone recorded", subject(enrolment), by=by, name=name, passed=passed, attempt=attempt)
    _tell(enrolment, "milestone", by=by, milestone=made)
    return made


@transaction.atomic
def name_advisor(
    enrolment: Enrolment, advisor: User, *, by: User | None, since: date | None = None
) -> Advising:
    """Give a student an advisor; the one before ends the day before."""
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if advisor.pk == enrolment.user_id:
        raise DegreeError("Nobody is the advisor of oneself.", where="advisor")
    day = since or host_day(enrolment.batch)
    now = Advising.objects.filter(enrolment=enrolment, until=None).first()
    if now is not None and now.user_id == advisor.pk:
        return now
    if now is not None:
        now.until = max(now.since, date.fromordinal(day.toordinal() - 1))
        now.save(update_fields=["until"])
    made = Advising.objects.create(enrolment=enrolment, user=advisor, since=day)
    record("advisor named", subject(enrolment), by=by, advisor=advisor.pk)
    _tell(enrolment, "advisor", by=by, advisor=advisor)
    return made


@transaction.atomic
def log_meeting(enrolment: Enrolment, *, on: date, about: str, agreed: str = "", by: User) -> AdvisorMeeting:
    """Write down that advisor and student met. It counts from its day, not from the day of writing."""
    _not_later(enrolment, on)
    if not about.strip():
        raise DegreeError("What the meeting was about is missing.", where="about")
    made = AdvisorMeeting.objects.create(
        enrolment=enrolment, advisor=by, on=on, about=about.strip(), agreed=agreed.strip()
    )
    record("advisor meeting", subject(enrolment), by=by, on=on.isoformat())
    return made


@transaction.atomic
def transfer_credit(
    enrolment: Enrolment,
    *,
    code: str,
    title: str,
    category: str,
    credits: Decimal,
    outside: bool,
    transferred_from: str,
    document: str,
    by: User | None,
    course: Course | None = None,
) -> CourseTaking:
    """Count credits from another university, or from an earlier programme. Needs where from, and the
    document that was seen. With `course` it stands for that course of ours."""
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    for value, where, said in (
        (transferred_from, "transferred_from", "Where the credits come from is missing."),
        (document, "document", "The document that was seen is missing."),
    ):
        if not value.strip():
            raise DegreeError(said, where=where)
    if course is not None:
        code, title, category = course.code, course.title, course.category
    if not (Decimal(0) < credits <= Decimal(60)):
        raise DegreeError("Credits lie between 0 and 60.", where="credits")
    passed = CourseTaking.objects.filter(
        enrolment=enrolment, code=code.strip(), state__in=[State.COMPLETED, State.TRANSFERRED]
    )
    if passed.exists():
        raise DegreeError(f"{code} is on the transcript with its credits already.", where="code")
    made = CourseTaking.objects.create(
        enrolment=enrolment,
        course=course,
        state=State.TRANSFERRED,
        code=code.strip(),
        title=title.strip(),
        category=category,
        credits=credits,
        outside=outside,
        transferred_from=transferred_from.strip(),
        document=document.strip(),
        by=by,
    )
    record("credit transferred", subject(enrolment), by=by, course=made.code, credits=str(credits))
    _tell(enrolment, "transferred", by=by, taking=made)
    return made


@transaction.atomic
def count_double(taking: CourseTaking, *, other_degree: str, by: User | None, reason: str) -> CourseTaking:
    """Say for which other degree a course counts too; empty: for none any more."""
    if not reason.strip():
        raise DegreeError("This step needs a reason.", where="reason", mend="Say in a sentence why.")
    held = CourseTaking.objects.select_for_update().get(pk=taking.pk)
    if held.state not in (State.COMPLETED, State.TRANSFERRED, State.REGISTERED):
        raise DegreeError(f"{held} gives no credits.")
    was, held.other_degree = held.other_degree, other_degree.strip()
    held.save(update_fields=["other_degree"])
    record(
        "double counting", subject(taking.enrolment), by=by, reason=reason, course=held.code, was=was,
        now=held.other_degree,
    )  # fmt: skip
    return held


@transaction.atomic
def begin_practicum(
    enrolment: Enrolment,
    *,
    place: str,
    mentor: str,
    starts: date,
    ends: date,
    task: str = "",
    by: User | None,
) -> Practicum:
    """Put a practicum on record."""
    if ends < starts:
        raise DegreeError("The last day is before the first.", where="ends")
    clash = Practicum.objects.filter(enrolment=enrolment, starts__lte=ends, ends__gte=starts).first()
    if clash is not None:
        raise DegreeError(f"These days overlap with the practicum at {clash.place}.", where="starts")
    made = Practicum.objects.create(
        enrolment=enrolment,
        place=place.strip(),
        mentor=mentor.strip(),
        starts=starts,
        ends=ends,
        task=task.strip(),
        by=by,
    )
    record("practicum recorded", subject(enrolment), by=by, days=made.days)
    return made


@transaction.atomic
def log_practicum(practicum: Practicum, *, on: date, text: str, by: User) -> PracticumEntry:
    """A line of the mentor's log, for a day within the practicum."""
    if not practicum.starts <= on <= practicum.ends:
        raise DegreeError(
            "This day is not within the practicum.",
            where="on",
            mend=f"It runs from {practicum.starts:%d %b %Y} to {practicum.ends:%d %b %Y}.",
        )
    if not text.strip():
        raise DegreeError("What was done is missing.", where="text")
    made = PracticumEntry.objects.create(practicum=practicum, on=on, text=text.strip(), by=by)
    record("practicum logged", subject(practicum.enrolment), by=by, on=on.isoformat())
    return made


@transaction.atomic
def grant_leave(enrolment: Enrolment, semester: Semester, *, by: User | None, reason: str) -> Leave:
    """A semester of leave: it counts as no semester. Courses of it must be dropped first."""
    if not reason.strip():
        raise DegreeError("A leave needs a reason.", where="reason", mend="Say in a sentence why.")
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if semester.batch_id != enrolment.batch_id:
        raise DegreeError("This is a semester of another batch.", where="semester")
    active = CourseTaking.objects.filter(enrolment=enrolment, semester=semester).exclude(
        state__in=[State.DROPPED, State.WITHDRAWN]
    )
    if active.exists():
        codes = ", ".join(sorted(active.values_list("code", flat=True)))
        raise DegreeError(
            f"Courses are taken in {semester}: {codes}.",
            where="semester",
            mend="Drop or withdraw from them first.",
        )
    made, new = Leave.objects.get_or_create(
        enrolment=enrolment, semester=semester, defaults={"reason": reason.strip(), "by": by}
    )
    if new:
        record("leave granted", subject(enrolment), by=by, reason=reason, semester=semester.number)
        _tell(enrolment, "leave", by=by, semester=semester)
    return made


@transaction.atomic
def end_leave(leave: Leave, *, by: User | None, reason: str) -> None:
    """Take a leave back."""
    if not reason.strip():
        raise DegreeError("This step needs a reason.", where="reason", mend="Say in a sentence why.")
    record("leave taken back", subject(leave.enrolment), by=by, reason=reason, semester=leave.semester.number)
    leave.delete()


def _not_later(enrolment: Enrolment, on: date) -> None:
    if on > host_day(enrolment.batch):
        raise DegreeError("This day is still to come.", where="on", mend="Record it when it has happened.")


def _tell(enrolment: Enrolment, template: str, *, by: User | None, **more: object) -> None:
    """A letter to the student."""
    queue(
        to=enrolment.user,
        template=f"degrees/{template}",
        context={"batch": enrolment.batch, "path": reverse("degree-audit", args=[enrolment.pk]), **more},
        about=subject(enrolment),
        by=by,
    )
