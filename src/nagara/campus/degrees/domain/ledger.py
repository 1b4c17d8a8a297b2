"""What is on record about students of a batch, read in a fixed number of queries; and the facts in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from nagara.campus.cities.clocks import day_text
from nagara.campus.degrees.domain.arithmetic import Record, Taken, add_up, plain, shown
from nagara.campus.degrees.models import (
    AdvisorMeeting,
    CourseTaking,
    DegreePolicy,
    Leave,
    Milestone,
    Practicum,
    Semester,
)
from nagara.campus.programmes.facts import Fact
from nagara.campus.programmes.models import Batch, Enrolment

CATEGORIES = ("core", "elective", "practicum", "studio", "thesis")


@dataclass(frozen=True, slots=True)
class Meeting:
    """When one met the advisor."""

    on: date
    advisor: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is on record about one student on a day at the host."""

    enrolment: Enrolment
    today: date
    taken: tuple[Taken, ...]
    semesters: tuple[Semester, ...]
    repeats: str = "best"
    on_leave: frozenset[int] = frozenset()
    milestones: tuple[tuple[str, date], ...] = ()
    met_advisor: date | None = None
    practicum_days: int | None = None
    also: tuple[Taken, ...] = field(default=())

    def record(self) -> Record:
        return add_up([*self.taken, *self.also], self.repeats)

    def with_courses(self, also: Iterable[Taken]) -> Ledger:
        """The same with courses that are only supposed."""
        return replace(self, also=(*self.also, *also))

    def supposing(self, change: Mapping[Taken, Taken]) -> Ledger:
        """The same with some of its courses in another state."""
        return replace(self, taken=tuple(change.get(one, one) for one in self.taken))

    def current(self) -> Semester | None:
        """The semester that has begun last."""
        begun = [s for s in self.semesters if s.begun_by(self.today)]
        return begun[-1] if begun else None

    def semesters_counted(self) -> list[Semester]:
        """Semesters that have begun since the enrolment, without those of leave. Whoever has left counts the
        semesters in which a course was taken."""
        studied = {one.semester for one in self.taken}
        left = self.enrolment.state != Enrolment.State.ENROLLED
        return [
            s
            for s in self.semesters
            if s.begun_by(self.today)
            and s.number not in self.on_leave
            and s.ends >= self.enrolment.since
            and (not left or s.number in studied)
        ]


def taken_of(row: CourseTaking) -> Taken:
    """A stored course as the arithmetic wants it. Needs `grade` and `semester` loaded."""
    grade = row.grade
    return Taken(
        code=row.code,
        title=row.title,
        category=row.category,
        credits=row.credits,
        state=row.state,
        semester=row.semester.number if row.semester else None,
        outside=row.outside,
        letter=grade.letter if grade else "",
        points=grade.points if grade else None,
        passes=bool(grade and grade.passes),
        other_degree=row.other_degree,
        turn=row.pk,
    )


def host_day(batch: Batch, now: datetime | None = None) -> date:
    """The day it is at the host."""
    return (now or timezone.now()).astimezone(ZoneInfo(batch.tz)).date()


def read_many(
    batch: Batch, enrolments: Sequence[Enrolment], *, now: datetime | None = None
) -> dict[int, Ledger]:
    """Ledgers by primary key of the enrolment, in seven queries."""
    keys = [e.pk for e in enrolments]
    policy = DegreePolicy.objects.filter(batch=batch).first()
    semesters = tuple(Semester.objects.filter(batch=batch).order_by("number"))
    taken: dict[int, list[Taken]] = defaultdict(list)
    rows = CourseTaking.objects.filter(enrolment__in=keys).exclude(state=CourseTaking.State.DROPPED)
    for row in rows.select_related("grade", "semester"):
        taken[row.enrolment_id].append(taken_of(row))
    leave: dict[int, set[int]] = defaultdict(set)
    for key, number in Leave.objects.filter(enrolment__in=keys).values_list("enrolment", "semester__number"):
        leave[key].add(number)
    passed: dict[int, dict[str, date]] = defaultdict(dict)
    for stone in Milestone.objects.filter(enrolment__in=keys, passed=True).order_by("on"):
        passed[stone.enrolment_id].setdefault(stone.name, stone.on)
    day = host_day(batch, now)
    meetings = AdvisorMeeting.objects.filter(enrolment__in=keys, on__lte=day).order_by("on")
    met: dict[int, date] = dict(meetings.values_list("enrolment", "on"))  # the last one stays
    practica: dict[int, int] = defaultdict(int)
    for practicum in Practicum.objects.filter(enrolment__in=keys):
        practica[practicum.enrolment_id] += practicum.days
    return {
        e.pk: Ledger(
            enrolment=e,
            today=day,
            taken=tuple(taken[e.pk]),
            semesters=semesters,
            repeats=policy.repeats if policy else DegreePolicy.Repeats.BEST,
            on_leave=frozenset(leave[e.pk]),
            milestones=tuple(sorted(passed[e.pk].items())),
            met_advisor=met.get(e.pk),
            practicum_days=practica.get(e.pk),
        )
        for e in enrolments
    }


def read(enrolment: Enrolment, *, now: datetime | None = None) -> Ledger:
    """The ledger of one student."""
    return read_many(enrolment.batch, [enrolment], now=now)[enrolment.pk]


def facts_of(ledger: Ledger) -> dict[str, Fact]:
    """Everything that degree and warning rules may ask, with what it rests on."""
    record = ledger.record()
    period = _period(ledger)
    found: list[Fact] = [
        Fact("degree.credits", record.credits, "credits", period, _codes(record)),
        *(_category(record, name, period) for name in sorted({*CATEGORIES, *record.by_category})),
        _gpa(record, period),
        _outside(record, period),
        Fact(
            "degree.credits_double_counted",
            record.double_counted,
            "credits",
            period,
            "; ".join(f"{t.code}: {t.other_degree}" for t in record.counting if t.earns and t.other_degree),
        ),
        Fact(
            "degree.milestones",
            [name for name, _ in ledger.milestones],
            "",
            period,
            "; ".join(f"{name}: {day_text(on)}" for name, on in ledger.milestones),
        ),
        *_of_semesters(ledger, record, period),
        _advisor(ledger),
    ]
    if ledger.practicum_days is not None:
        found.append(Fact("degree.practicum_days", ledger.practicum_days, "days", period))
    return {fact.name: fact for fact in found}


def _codes(record: Record, category: str | None = None) -> str:
    return ", ".join(
        f"{t.code} ({t.letter or t.state})"
        for t in record.counting
        if t.earns and (category is None or t.category == category)
    )


def _category(record: Record, name: str, period: str) -> Fact:
    held = record.by_category.get(name, Decimal(0))
    return Fact(f"degree.credits_{name}", held, "credits", period, _codes(record, name))


def _gpa(record: Record, period: str) -> Fact:
    if record.gpa is None:
        return Fact("degree.gpa", None, reason="no course with a mark has ended yet")
    said = f"{plain(record.points)} points over {plain(record.graded_credits)} graded credits"
    return Fact("degree.gpa", record.gpa, "", period, f"{said} = {shown(record.gpa)}")


def _outside(record: Record, period: str) -> Fact:
    name = "degree.credits_outside_share"
    if record.outside_share is None:
        return Fact(name, None, reason="no credit is earned yet")
    said = f"{plain(record.outside)} of {plain(record.credits)} credits outside the home unit"
    return Fact(name, record.outside_share, "1", period, said)


def _of_semesters(ledger: Ledger, record: Record, period: str) -> Iterable[Fact]:
    if not ledger.semesters:
        for name in ("semesters", "most_credits_in_a_semester", "credits_this_semester"):
            yield Fact(f"degree.{name}", None, reason="the semesters of the batch are not set up yet")
        return
    counted = ledger.semesters_counted()
    yield Fact("degree.semesters", len(counted), "semesters", period, ", ".join(s.name for s in counted))
    loads = ", ".join(f"semester {n}: {plain(load)}" for n, load in sorted(record.load.items()))
    yield Fact("degree.most_credits_in_a_semester", record.most_in_a_semester, "credits", period, loads)
    now = ledger.current()
    name = "degree.credits_this_semester"
    if now is None:
        yield Fact(name, None, reason="no semester has begun yet")
    elif now.number in ledger.on_leave:
        yield Fact(name, None, reason=f"on leave in {now.name}")
    elif now.ends < ledger.today:
        yield Fact(name, None, reason=f"{now.name} has ended and no other has begun")
    else:
        yield Fact(name, record.load.get(now.number, Decimal(0)), "credits", now.name, loads)


def _advisor(ledger: Ledger) -> Fact:
    """Days since the last meeting; since the first semester began where there was none."""
    name = "degree.days_since_advisor_meeting"
    if ledger.met_advisor is not None:
        days = (ledger.today - ledger.met_advisor).days
        return Fact(name, days, "days", "", f"last meeting on {day_text(ledger.met_advisor)}")
    begun = [s for s in ledger.semesters if s.begun_by(ledger.today) and s.ends >= ledger.enrolment.since]
    if not begun:
        return Fact(name, None, reason="no semester has begun yet")
    first = max(begun[0].starts, ledger.enrolment.since)
    return Fact(name, (ledger.today - first).days, "days", "", f"no meeting since {day_text(first)}")


def _period(ledger: Ledger) -> str:
    return f"to {day_text(ledger.today)}"


FACTS: dict[str, tuple[str, str]] = {
    "degree.credits": ("credits", "credits earned; one attempt of each course counts"),
    **{f"degree.credits_{name}": ("credits", f"credits earned in {name} courses") for name in CATEGORIES},
    "degree.gpa": ("", "points x credits / credits, over the counting attempts with a mark"),
    "degree.credits_outside_share": ("1", "credits earned outside the home unit / credits earned"),
    "degree.credits_double_counted": ("credits", "credits earned that count for another degree too"),
    "degree.milestones": ("", "milestones passed"),
    "degree.semesters": ("semesters", "semesters begun, without leave"),
    "degree.most_credits_in_a_semester": ("credits", "the greatest load of a semester, repeats included"),
    "degree.credits_this_semester": ("credits", "credits of the courses taken this semester"),
    "degree.days_since_advisor_meeting": ("days", "days since the advisor was met"),
    "degree.practicum_days": ("days", "days of practicum, first and last counted"),
}


def provide(batch: Batch, users: Sequence[Any]) -> dict[int, dict[str, Fact]]:
    """The provider of FACTS: by user, by name."""
    enrolments = list(Enrolment.objects.filter(batch=batch, user__in=[u.pk for u in users]))
    ledgers = read_many(batch, enrolments)
    return {ledgers[e.pk].enrolment.user_id: facts_of(ledgers[e.pk]) for e in enrolments}
