"""What is offered in a semester, and what keeps a student from taking it: one sentence for each obstacle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from nagara.campus.cities.clocks import day_text
from nagara.campus.degrees.domain.arithmetic import Taken, plain
from nagara.campus.degrees.domain.ledger import Ledger
from nagara.campus.degrees.models import Offering, Prerequisite, Semester
from nagara.campus.programmes.models import Course
from nagara.campus.programmes.rule_schema import rules_of
from nagara.campus.timetable.models import PublicSession

Span = tuple[datetime, datetime]
LOAD = "degree.most_credits_in_a_semester"
SITTING = ~Q(takings__state__in=("dropped", "withdrawn")) & Q(takings__isnull=False)


@dataclass(frozen=True)
class Offer:
    """An offered course: free seats, when it meets, which courses it asks for."""

    offering: Offering
    free: int
    meets: tuple[Span, ...]
    needs: tuple[str, ...]

    @property
    def course(self) -> Course:
        return self.offering.course

    @property
    def code(self) -> str:
        return self.course.code

    def taken(self, semester: int) -> Taken:
        """The course as it would stand on the record."""
        return as_taken(self.course, semester)


def as_taken(course: Course, semester: int) -> Taken:
    """A course as it would stand on the record of a semester, after everything else there."""
    return Taken(
        code=course.code,
        title=course.title,
        category=course.category,
        credits=course.credits,
        state="registered",
        semester=semester,
        outside=course.outside_home_unit,
        turn=10**9,
    )


def open_semester(semesters: Iterable[Semester], today: date) -> Semester | None:
    """The semester whose registration or change period is open."""
    return next((s for s in semesters if s.open_on(today)), None)


def next_semester(semesters: Iterable[Semester], today: date) -> Semester | None:
    """The one to register for: the open one, else the next whose registration opens."""
    held = list(semesters)
    return open_semester(held, today) or next((s for s in held if s.registration_from > today), None)


def offers_in(semester: Semester) -> list[Offer]:
    """What is offered in a semester, in three queries."""
    rows = list(
        Offering.objects.filter(semester=semester)
        .select_related("course", "lecturer", "semester__batch")
        .annotate(sitting=Count("takings", filter=SITTING))
        .order_by("course__order", "course__code", "section")
    )
    meets: dict[int, list[Span]] = defaultdict(list)
    sessions = PublicSession.objects.filter(
        session__activity__in=[r.activity_id for r in rows if r.activity_id], cancelled=False
    )
    for activity, starts, ends in sessions.values_list("session__activity", "starts", "ends"):
        meets[activity].append((starts, ends))
    needs: dict[int, list[str]] = defaultdict(list)
    for course, code in Prerequisite.objects.filter(course__in=[r.course_id for r in rows]).values_list(
        "course", "needs__code"
    ):
        needs[course].append(code)
    return [
        Offer(
            r,
            max(0, r.seats - r.sitting),
            tuple(sorted(meets[r.activity_id])) if r.activity_id else (),
            tuple(sorted(needs[r.course_id])),
        )
        for r in rows
    ]


def most_credits(rules: Mapping[str, Any], section: str = "degree") -> Decimal | None:
    """The most credits in a semester that the rules allow; None where they do not say."""
    found = [_limit(rule) for rule in rules_of(rules, section)]
    limits = [limit for limit in found if limit is not None]
    return min(limits) if limits else None


def _limit(rule: Mapping[str, Any]) -> Decimal | None:
    if rule.get("fact") == LOAD and rule.get("op") == "<=":
        return Decimal(str(rule["value"]))
    limits = [_limit(part) for part in rule.get("all", ())]
    known = [limit for limit in limits if limit is not None]
    return min(known) if known else None


def obstacles(offer: Offer, ledger: Ledger, offers: Sequence[Offer]) -> list[str]:
    """Why the student of the ledger cannot take an offered course now, each in a sentence; empty: nothing
    stands in the way. `offers` are all of the same semester."""
    semester = offer.offering.semester
    return [
        said
        for said in (
            *standing(offer, ledger),
            closed(semester, ledger.today),
            full(offer),
            too_many(offer, ledger),
            *missing(offer, ledger),
            *clashes(offer, ledger, offers),
        )
        if said
    ]


def standing(offer: Offer, ledger: Ledger) -> list[str]:
    """It is taken already, or the student is on leave or has left."""
    number = offer.offering.semester.number
    said = []
    if ledger.enrolment.state != "enrolled":
        said.append("Only those who are enrolled register for courses.")
    if number in ledger.on_leave:
        said.append(f"You are on leave in {offer.offering.semester}.")
    same = [t for t in ledger.taken if t.code == offer.code]
    if any(t.semester == number and t.state != "withdrawn" for t in same):
        said.append(f"You take {offer.code} in {offer.offering.semester} already.")
    elif any(t.state == "registered" for t in same):
        said.append(f"You take {offer.code} now; its grade is not there yet.")
    return said


def closed(semester: Semester, today: date) -> str:
    if semester.open_on(today):
        return ""
    if today < semester.registration_from:
        return f"Registration for {semester} opens on {day_text(semester.registration_from)}."
    return f"Courses of {semester} could be changed until {day_text(semester.change_until)}."


def full(offer: Offer) -> str:
    return "" if offer.free > 0 else f"All {offer.offering.seats} seats are taken."


def too_many(offer: Offer, ledger: Ledger) -> str:
    most = most_credits(ledger.enrolment.batch.version.rules)
    load = ledger.record().load.get(offer.offering.semester.number, Decimal(0))
    if most is None or load + offer.course.credits <= most:
        return ""
    return (
        f"It would make {plain(load + offer.course.credits)} credits in {offer.offering.semester}; "
        f"at most {plain(most)} are allowed."
    )


def missing(offer: Offer, ledger: Ledger) -> list[str]:
    passed = {t.code for t in ledger.record().counting if t.earns}
    return [
        f"It asks for {code}, which you have not passed yet." for code in offer.needs if code not in passed
    ]


def clashes(offer: Offer, ledger: Ledger, offers: Sequence[Offer]) -> list[str]:
    """Own courses of the same semester that meet at the same time."""
    number = offer.offering.semester.number
    own = {t.code for t in ledger.taken if t.semester == number and t.state == "registered"}
    said = []
    for other in offers:
        if other.code not in own or other.code == offer.code:
            continue
        first = next(
            (a for a in offer.meets for b in other.meets if a[0] < b[1] and b[0] < a[1]),
            None,
        )
        if first is not None:
            at = first[0].astimezone(ZoneInfo(offer.offering.semester.batch.tz))
            said.append(
                f"It meets at the same time as {other.code} ({at:%A %H:%M}, first on {day_text(at)})."
            )
    return said
