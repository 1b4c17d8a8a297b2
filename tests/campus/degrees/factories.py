"""A master's batch in its fourth semester, with students, courses and a timetable, as the tests need them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from nagara.campus.degrees.domain.seeding import seed as seed_scale
from nagara.campus.degrees.domain.semesters import policy_of
from nagara.campus.degrees.models import Advising, CourseTaking, Grade, Offering, Prerequisite, Semester
from nagara.campus.people.models import User
from nagara.campus.programmes import seeds
from nagara.campus.programmes.models import (
    ActivityKind,
    Batch,
    BatchRole,
    Course,
    Enrolment,
    Programme,
    ProgrammeVersion,
    RoleKind,
    Track,
)
from nagara.campus.timetable.domain import Planned, add_activity, add_sessions, make_group, release

NUMBERS = count(1)
NEEDS = (("SC503", "SC502"), ("SC526", "SC503"))
NOW = datetime(2027, 3, 10, 3, 0, tzinfo=UTC)
"""A Wednesday in the second week of the fourth semester, in its change period."""
FOURTH = date(2027, 3, 1)


def person(name: str, **fields) -> User:
    mail = f"d{next(NUMBERS)}@example.org"
    return User.objects.create(email=mail, passport_name=name, sort_key=name.casefold(), **fields)


def make_version(number: int = 1, **rules) -> ProgrammeVersion:
    held = seeds.read("masters")
    track, _ = Track.objects.get_or_create(slug="masters", defaults={"name": "Master's", "unit": "credits"})
    programme, _ = Programme.objects.get_or_create(
        slug="masters-smart-cities", defaults={"name": "Master's in Smart Cities", "track": track}
    )
    version, new = ProgrammeVersion.objects.get_or_create(
        programme=programme,
        number=number,
        defaults={"status": "published", "rules": {**held["rules"], **rules}},
    )
    if new:
        made = Course.objects.bulk_create(
            Course(
                version=version,
                code=code,
                title=title,
                category=category,
                credits=credits,
                modules=modules,
                outside_home_unit=outside,
                order=n,
            )
            for n, (code, title, category, credits, modules, outside) in enumerate(held["courses"])
        )
        by_code = {c.code: c for c in made}
        Prerequisite.objects.bulk_create(Prerequisite(course=by_code[a], needs=by_code[b]) for a, b in NEEDS)
    return version


def make_batch(slug: str = "masters-25", version: ProgrammeVersion | None = None, **fields) -> Batch:
    """A batch with four semesters; on NOW the fourth is running."""
    seed_scale()
    first = FOURTH - timedelta(weeks=78)
    batch = Batch.objects.create(
        version=version or make_version(),
        slug=slug,
        name=f"Batch {slug}",
        starts=first,
        ends=FOURTH + timedelta(weeks=20),
        state="running",
        host_name="The host",
        tz="Asia/Seoul",
        **fields,
    )
    for n in range(4):
        start = first + timedelta(weeks=26 * n)
        Semester.objects.create(
            batch=batch,
            number=n + 1,
            name=f"Semester {n + 1}",
            starts=start,
            ends=start + timedelta(weeks=16),
            registration_from=start - timedelta(days=21),
            registration_until=start - timedelta(days=3),
            change_until=start + timedelta(days=14),
            withdraw_until=start + timedelta(days=70),
        )
    policy_of(batch)
    return batch


def enrol(batch: Batch, name: str = "Kyaw Zin", user: User | None = None) -> Enrolment:
    return Enrolment.objects.create(
        batch=batch, user=user or person(name), since=batch.starts - timedelta(days=5)
    )


def course(batch: Batch, code: str) -> Course:
    return Course.objects.get(version=batch.version, code=code)


def offer(batch: Batch, code: str, *, semester: int = 4, seats: int = 5, lecturer=None, **fields) -> Offering:
    return Offering.objects.create(
        semester=batch.semesters.get(number=semester),
        course=course(batch, code),
        seats=seats,
        lecturer=lecturer,
        **fields,
    )


def took(enrolment: Enrolment, text: str, semester: int = 1, **fields) -> list[CourseTaking]:
    """Courses with grades: "SC501 A, SC502 F, SC503"; W is withdrawn, no grade is being taken."""
    batch = enrolment.batch
    made = []
    for entry in text.split(", "):
        code, _, letter = entry.partition(" ")
        grade = Grade.objects.filter(scale=policy_of(batch).scale, letter=letter).first()
        state = "withdrawn" if letter == "W" else "registered"
        if grade is not None:
            state = "completed" if grade.passes else "failed"
        found = course(batch, code)
        data = {
            "state": state,
            "grade": grade,
            "semester": batch.semesters.get(number=semester),
            "code": code,
            "title": found.title,
            "category": found.category,
            "credits": found.credits,
            "outside": found.outside_home_unit,
            **fields,
        }
        made.append(CourseTaking.objects.create(enrolment=enrolment, course=found, **data))
    return made


def mendable(enrolment: Enrolment) -> None:
    """A record that one elective outside the home unit would mend."""
    took(enrolment, "SC501 B+, SC502 A, SC503 B", 1)
    took(enrolment, "SC504 B+, SC505 A-, SC524 B+", 2)
    took(enrolment, "SC600 P, SC521 A", 3)
    took(enrolment, "SC610, SC699", 4)


def complete(enrolment: Enrolment) -> None:
    """All courses of the degree."""
    took(enrolment, "SC501 A, SC502 A, SC504 A", 1)
    took(enrolment, "SC503 A, SC505 A, SC522 A", 2)
    took(enrolment, "SC600 P, SC525 A", 3)
    took(enrolment, "SC610 A, SC699 A, SC527 B", 4)


def advise(enrolment: Enrolment, user: User) -> Advising:
    return Advising.objects.create(enrolment=enrolment, user=user, since=enrolment.batch.starts)


def give(batch: Batch, user: User, role: str, *, runs: bool = False) -> None:
    RoleKind.objects.get_or_create(slug=role, defaults={"name": role.title(), "runs": runs})
    BatchRole.objects.create(batch=batch, user=user, role=role, since=date(2020, 1, 1))


def meets(
    offering: Offering, *members: Enrolment, day: date = FOURTH, at: time = time(9), quiet=True
) -> None:
    """Two weekly released sessions of an offered course."""
    ActivityKind.objects.get_or_create(slug="course", defaults={"name": "Course"})
    batch = offering.semester.batch
    group = make_group(batch, f"{offering.course.code} {offering.pk}", members, by=None)
    activity = add_activity(batch, kind="course", title=str(offering.course), group=group, by=None)
    offering.group, offering.activity = group, activity
    offering.save()
    add_sessions(batch, [Planned(activity, day + timedelta(weeks=n), at, 90) for n in range(1, 3)], by=None)
    release(batch, by=None, quiet=quiet)
