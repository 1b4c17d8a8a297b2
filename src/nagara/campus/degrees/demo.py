"""The demonstration's master's: 40 students in the fourth of four semesters, some of them in trouble."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.db import transaction
from django.utils import timezone

from nagara.campus.cities.models import City
from nagara.campus.degrees.demo_plan import (
    DOUBLED,
    GOOD,
    MENDED,
    NOT_MET,
    OFFERED,
    ON_LEAVE,
    SPECIAL,
    STONES,
    TRANSFERRED,
    Plan,
)
from nagara.campus.degrees.demo_sessions import WEEKS, present, sessions
from nagara.campus.degrees.domain.ledger import host_day
from nagara.campus.degrees.domain.recommending import candidates, recommend
from nagara.campus.degrees.domain.semesters import policy_of
from nagara.campus.degrees.domain.warnings import answer_warning, look_again, students
from nagara.campus.degrees.models import (
    Advising,
    AdvisorMeeting,
    CourseTaking,
    EarlyWarning,
    Grade,
    Leave,
    Milestone,
    Offering,
    Practicum,
    PracticumEntry,
    Semester,
)
from nagara.campus.people.demo_names import invented
from nagara.campus.people.domain import NewPerson, add_people
from nagara.campus.people.models import User
from nagara.campus.programmes.domain import create_batch
from nagara.campus.programmes.domain.seeding import host
from nagara.campus.programmes.models import Batch, BatchRole, Course, Enrolment, ProgrammeVersion

SLUG = "masters-2025"
STUDENTS = 40
STUDENT, PLACE = "student@demo.example", 20
FIRST = 150
"""Numbers of invented people from here on are ours."""
TEAM = {
    "office@demo.example": "manager",
    "coordinator@demo.example": "coordinator",
    "lecturer@demo.example": "lecturer",
}
APART = 26
ABOUT = (
    "Chose the data for the studio and the people to speak with.",
    "Went through the second chapter of the thesis.",
    "Talked about the courses of this semester.",
)


@transaction.atomic
def load() -> None:
    """Add the batch where it is missing."""
    version = ProgrammeVersion.objects.filter(programme__slug="masters-smart-cities", number=1).first()
    if version is None or Batch.objects.filter(slug=SLUG).exists():
        return
    office = User.objects.filter(email="office@demo.example").first()
    today = timezone.localdate()
    fourth = today - timedelta(days=today.weekday() + 14)
    batch = create_batch(
        version=version,
        name="Master's 2025",
        slug=SLUG,
        starts=fourth - timedelta(weeks=3 * APART),
        ends=fourth + timedelta(weeks=WEEKS + 4),
        seats=STUDENTS,
        host_name="Host university, Seoul",
        host_state=host(),
        by=office,
    )
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.RUNNING)
    batch.refresh_from_db()
    lecturers = _lecturers(batch, office)
    people = _enrol(batch, office)
    semesters = _semesters(batch)
    offerings = _offerings(batch, semesters, lecturers)
    _take(batch, people, semesters, offerings)
    _progress(batch, people, lecturers, office)
    sessions(batch, people, offerings, office)
    present(batch, people)
    _verdicts(batch, lecturers[0], office)


def _lecturers(batch: Batch, office: User | None) -> list[User]:
    """The account of the lecturer and two invented colleagues."""
    for email, role in TEAM.items():
        user = User.objects.filter(email=email).first()
        if user is not None:
            BatchRole.objects.create(batch=batch, user=user, role=role, since=batch.starts)
    more = add_people([_person(FIRST + n, "KR", "Asia/Seoul") for n in range(2)], by=office)
    BatchRole.objects.bulk_create(
        BatchRole(batch=batch, user=user, role="lecturer", since=batch.starts) for user in more
    )
    known = User.objects.filter(email="lecturer@demo.example").first()
    return [known or more[0], *more]


def _enrol(batch: Batch, office: User | None) -> list[Enrolment]:
    """40 people from the member cities; the account of the student takes one place."""
    cities = list(City.objects.members().select_related("state").order_by("slug"))
    chosen = (cities * 2)[:STUDENTS]
    student = User.objects.filter(email=STUDENT).first()
    people = add_people([_person(FIRST + 2 + n, c.state.iso2, c.tz) for n, c in enumerate(chosen)], by=office)
    if student is not None:
        people[PLACE] = student
        chosen[PLACE] = next((c for c in cities if c.slug == "yangon"), chosen[PLACE])
    made = Enrolment.objects.bulk_create(
        Enrolment(
            batch=batch,
            user=user,
            city=city,
            application_ref=f"MS25-{n:04d}",
            since=batch.starts - timedelta(days=7),
        )
        for n, (user, city) in enumerate(zip(people, chosen, strict=True), 1)
    )
    batch.cities.set({c.pk for c in chosen})
    return made


def _person(number: int, iso2: str, tz: str) -> NewPerson:
    one = invented(number, iso2)
    return NewPerson(
        email=f"ms25-{one.email}",
        passport_name=one.passport_name,
        preferred_name=one.preferred_name,
        native_name=one.native_name,
        country=iso2,
        tz=tz,
        sex=one.sex,
    )


def _semesters(batch: Batch) -> list[Semester]:
    names = ("First", "Second", "Third", "Fourth")
    days = timedelta(days=1)
    first = [batch.starts + timedelta(weeks=APART * n) for n in range(4)]
    return Semester.objects.bulk_create(
        Semester(
            batch=batch,
            number=n,
            name=f"{name} semester",
            starts=start,
            ends=start + timedelta(weeks=WEEKS) - days,
            registration_from=start - 21 * days,
            registration_until=start - 3 * days,
            change_until=start + 27 * days,
            withdraw_until=start + 70 * days,
        )
        for n, (name, start) in enumerate(zip(names, first, strict=True), 1)
    )


def _plan_of(place: int) -> Plan:
    if place == PLACE:
        return MENDED
    return SPECIAL.get(place, GOOD[place % len(GOOD)])


def _offerings(
    batch: Batch, semesters: list[Semester], lecturers: list[User]
) -> dict[tuple[int, str], Offering]:
    """What the plans name in the first three semesters, and what stands in OFFERED in the fourth."""
    courses = {c.code: c for c in Course.objects.filter(version=batch.version)}
    named = {
        (number, entry.split()[0])
        for place in range(STUDENTS)
        for number, line in enumerate(_plan_of(place)[:3], 1)
        for entry in line.split(", ")
        if entry
    }
    rows = [(number, code, 42, 0) for number, code in sorted(named)]
    rows += [(number, code, seats, who) for number, code, seats, _, _, who, _ in OFFERED]
    rows.append((4, "SC600", 10, 1))
    made = Offering.objects.bulk_create(
        Offering(
            semester=semesters[number - 1],
            course=courses[code],
            seats=seats,
            lecturer=lecturers[who if number == 4 else n % 3],
        )
        for n, (number, code, seats, who) in enumerate(rows)
    )
    return {(row[0], row[1]): offering for row, offering in zip(rows, made, strict=True)}


def _take(
    batch: Batch,
    people: list[Enrolment],
    semesters: list[Semester],
    offerings: dict[tuple[int, str], Offering],
) -> None:
    grades = {g.letter: g for g in policy_of(batch).scale.grades.all()}
    rows = []
    for place, person in enumerate(people):
        for number, line in enumerate(_plan_of(place), 1):
            for entry in (e for e in line.split(", ") if e):
                code, _, letter = entry.partition(" ")
                rows.append(_taking(person, offerings[number, code], letter, grades, place))
        rows += [_transferred(person, text) for text in TRANSFERRED.get(place, ())]
    CourseTaking.objects.bulk_create(rows)
    fill = {"SC525": offerings[4, "SC525"], "SC522": offerings[4, "SC522"]}
    for code, spare in (("SC525", 0), ("SC522", 3)):
        taken = sum(r.offering_id == fill[code].pk for r in rows)
        Offering.objects.filter(pk=fill[code].pk).update(seats=taken + spare)
    Leave.objects.bulk_create(
        Leave(
            enrolment=people[place],
            semester=semesters[n - 1],
            reason="Called back to the city for half a year.",
        )
        for place, n in ON_LEAVE.items()
    )


def _taking(
    person: Enrolment, offering: Offering, letter: str, grades: dict[str, Grade], place: int
) -> CourseTaking:
    course, semester = offering.course, offering.semester
    grade = grades.get(letter)
    state = "withdrawn" if letter == "W" else "registered"
    if grade is not None:
        state = "completed" if grade.passes else "failed"
    ended = datetime.combine(semester.ends, time(12), timezone.get_current_timezone())
    return CourseTaking(
        enrolment=person,
        course=course,
        semester=semester,
        offering=offering,
        state=state,
        code=course.code,
        title=course.title,
        category=course.category,
        credits=course.credits,
        outside=course.outside_home_unit,
        grade=grade,
        graded_at=ended if grade else None,
        other_degree="Master of Public Policy" if course.code in DOUBLED.get(place, ()) else "",
    )


def _transferred(person: Enrolment, text: str) -> CourseTaking:
    code, _, title = text.partition(" ")
    return CourseTaking(
        enrolment=person,
        state="transferred",
        code=code,
        title=title,
        category="core" if code < "SC520" else "elective",
        credits=Decimal(3),
        outside=True,
        transferred_from="A university at home",
        document="Certified transcript of records, kept with the application",
    )


def _progress(batch: Batch, people: list[Enrolment], lecturers: list[User], office: User | None) -> None:
    """Advisors, meetings, milestones, practica."""
    today = host_day(batch)
    random = Random(2025)  # noqa: S311 (a demonstration)
    done = {1, 5}
    fails = Milestone(
        enrolment=people[13], name="comprehensive exam", attempt=1, passed=False, by=lecturers[0],
        on=today - timedelta(days=180), evidence="Minutes of the first exam",
    )  # fmt: skip
    stones, meetings, practica = [fails], [], []
    for place, person in enumerate(people):
        names = [*STONES, *(("thesis", "defence") if place in done else ())]
        for n, name in enumerate(names):
            stones.append(
                Milestone(
                    enrolment=person,
                    name=name,
                    attempt=2 if place == 13 and name == "comprehensive exam" else 1,
                    on=today - timedelta(days=150 - 20 * n),
                    evidence=f"Minutes of {today.year - 1}/{n + 3}",
                    by=office,
                )
            )
        last = 52 if place in NOT_MET else random.randrange(4, 24)
        meetings += [
            AdvisorMeeting(
                enrolment=person,
                advisor=lecturers[place % 3] if place != PLACE else lecturers[0],
                on=today - timedelta(days=last + 28 * n),
                about=ABOUT[(place + n) % 3],
                agreed="Comes again in four weeks.",
            )
            for n in range(2)
        ]
        if place not in ON_LEAVE:
            practica.append(_practicum(batch, person, office))
    Milestone.objects.bulk_create(stones)
    AdvisorMeeting.objects.bulk_create(meetings)
    Advising.objects.bulk_create(
        Advising(enrolment=p, user=lecturers[n % 3] if n != PLACE else lecturers[0], since=batch.starts)
        for n, p in enumerate(people)
    )
    made = Practicum.objects.bulk_create(practica)
    PracticumEntry.objects.bulk_create(
        PracticumEntry(practicum=p, on=p.starts + timedelta(days=d), text=text)
        for p in made
        for d, text in ((4, "Met the team, chose the task."), (60, "Handed the report to the mentor."))
    )


def _practicum(batch: Batch, person: Enrolment, office: User | None) -> Practicum:
    start = batch.starts + timedelta(weeks=2 * APART + 1)
    return Practicum(
        enrolment=person,
        place=f"City of {person.city.name}, planning office" if person.city else "Planning office",
        mentor="Head of the planning office",
        starts=start,
        ends=start + timedelta(days=63),
        task="Works with the city's own data on one question of the plan.",
        by=office,
    )


def _verdicts(batch: Batch, advisor: User, office: User | None) -> None:
    """Warnings with their first answers, and one student who is recommended."""
    people = students(batch)
    look_again(batch, people)
    weeks_ago = timezone.now() - timedelta(days=12)
    EarlyWarning.objects.filter(enrolment__batch=batch).update(first_seen=weeks_ago)
    for warning in EarlyWarning.objects.filter(enrolment__batch=batch, rule="gpa").select_related(
        "enrolment__batch__version", "enrolment__user"
    )[:2]:
        text = "Repeats the weakest course in the summer and meets me every second week."
        answer_warning(warning.enrolment, "gpa", text=text, by=advisor)
    ready = [c.enrolment for c in candidates(batch, people) if c.ready]
    if ready and office is not None:
        recommend(ready[:1], by=office, reason="Early completion, read by the committee of the programme")
