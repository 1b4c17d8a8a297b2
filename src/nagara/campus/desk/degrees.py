"""What degrees ask of students, lecturers, advisors and those who run a batch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.urls import reverse

from nagara.campus.degrees.models import EarlyWarning, Offering, Semester
from nagara.campus.desk.todo import Kind, Todo, counted
from nagara.campus.people.models import User

CLOSES_SOON = timedelta(days=14)


def todos(user: User, now: datetime) -> Iterator[Todo]:
    yield from _registration(user, now)
    yield from _grades(user, now)
    yield from _warnings(user)


def _registration(user: User, now: datetime) -> Iterator[Todo]:
    """Registration or the change period of one's own semester is open and ends within two weeks."""
    today = now.date()
    semesters = (
        Semester.objects.filter(
            batch__enrolments__user=user,
            batch__enrolments__state="enrolled",
            registration_from__lte=today + timedelta(days=1),
            change_until__gte=today - timedelta(days=1),
            change_until__lte=today + CLOSES_SOON,
        )
        .select_related("batch")
        .annotate(
            mine=Count("takings", filter=Q(takings__enrolment__user=user, takings__state="registered")),
        )
    )
    own = dict(user.enrolments.values_list("batch", "pk")) if semesters else {}
    for semester in semesters:
        last = datetime.combine(semester.change_until, time(23, 59), ZoneInfo(semester.batch.tz))
        yield Todo(
            f"Choose your courses of the {semester.name.lower()}",
            reverse("degree-courses", args=[own[semester.batch_id]]),
            why=f"{counted(semester.mine, 'course')} taken. Look first at what is missing for your degree.",
            place=semester.batch.name,
            due=last,
            zone=semester.batch.tz,
            kind=Kind.LOOK if semester.mine else Kind.DO,
        )


def _grades(user: User, now: datetime) -> Iterator[Todo]:
    """Classes that one taught, whose semester is over and whose grades are not released."""
    waiting = Q(takings__state="registered")
    classes = (
        Offering.objects.filter(lecturer=user, semester__ends__lt=now.date())
        .select_related("course", "semester__batch")
        .annotate(open=Count("takings", filter=waiting))
        .filter(open__gt=0)
    )
    for offering in classes:
        semester = offering.semester
        over = datetime.combine(semester.ends, time(18, 0), ZoneInfo(semester.batch.tz))
        yield Todo(
            f"Release the grades of {offering.course.code}",
            offering.get_absolute_url(),
            why=f"{counted(offering.open, 'student')} without a grade.",
            place=semester.batch.name,
            due=over + timedelta(days=14),
            zone=semester.batch.tz,
        )


def _warnings(user: User) -> Iterator[Todo]:
    """Early warnings of those whom one advises, that nobody has answered."""
    open_ = (
        EarlyWarning.objects.filter(
            ended_at=None,
            notes=None,
            enrolment__advising__user=user,
            enrolment__advising__until=None,
            enrolment__state="enrolled",
        )
        .values("enrolment__batch__slug", "enrolment__batch__name")
        .annotate(count=Count("pk", distinct=True))
        .order_by("enrolment__batch__name")
    )
    for row in open_:
        yield Todo(
            f"Speak with students: {counted(row['count'], 'early warning')} not answered",
            reverse("degree-warnings", args=[row["enrolment__batch__slug"]]),
            why="Write down what you agree with them.",
            place=row["enrolment__batch__name"],
        )
