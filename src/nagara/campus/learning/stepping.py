"""What this room asks of a learner next, and what came back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse

from nagara.campus.learning.domain.handing_in import times_with
from nagara.campus.learning.models import Assignment, Extension, Grade, PeerReview, Submission
from nagara.campus.learning.steps import Step
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.quizzes.domain.taking import standing_from
from nagara.campus.quizzes.models import Attempt, Quiz
from nagara.campus.quizzes.models.quizzes import Extension as QuizExtension
from nagara.campus.timetable.models import GroupMember

LIVE = (Batch.State.PREPARING, Batch.State.RUNNING)
BACK_FOR = timedelta(days=21)


def learning_in(user: Any) -> list[Enrolment]:
    """Where the person learns now: places in batches that are prepared or run."""
    return list(
        Enrolment.objects.filter(user=user, batch__state__in=LIVE)
        .exclude(state=Enrolment.State.WITHDRAWN)
        .select_related("batch")
        .order_by("batch__starts")
    )


def steps(user: Any, now: datetime) -> Iterator[Step]:
    """Assignments to hand in or to revise, papers of others to read."""
    mine = learning_in(user)
    if not mine:
        return
    by_batch = {e.batch_id: e for e in mine}
    groups = set(
        GroupMember.objects.filter(enrolment__in=[e.pk for e in mine]).values_list("group", flat=True)
    )
    work = {s.assignment_id: s for s in own_work([e.pk for e in mine], groups)}
    extensions = {x.assignment_id: x for x in Extension.objects.filter(enrolment__in=[e.pk for e in mine])}
    rows = (
        Assignment.objects.filter(batch__in=by_batch)
        .published(now)
        .select_related("batch", "activity")
        .prefetch_related("teams")
    )
    for row in rows:
        teams = {g.pk for g in row.teams.all()}
        group = row.activity.group_id if row.activity is not None else None
        if (teams and not teams & groups) or (group and group not in groups):
            continue
        step = _step(row, work.get(row.pk), extensions.get(row.pk), now)
        if step is not None:
            yield step
    yield from _papers([e.pk for e in mine], now)


def quiz_steps(user: Any, now: datetime) -> Iterator[Step]:
    """Quizzes that are begun or may be begun; practice is left out until it is begun."""
    mine = [e.batch_id for e in learning_in(user)]
    rows = list(
        Quiz.objects.filter(batch__in=mine, state=Quiz.State.PUBLISHED).select_related("batch", "purpose")
    )
    if not rows:
        return
    attempts: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.filter(user=user, quiz__in=rows):
        attempts[attempt.quiz_id].append(attempt)
    more = {x.quiz_id: x for x in QuizExtension.objects.filter(user=user, quiz__in=rows)}
    for row in rows:
        stands = standing_from(row, more.get(row.pk), attempts[row.pk], now=now)
        begun = stands.open
        if begun is None and (
            not stands.may_start or stands.done or not (row.purpose.graded or row.purpose.side)
        ):
            continue
        yield Step(
            f"{'Take' if begun is None else 'Go on with'} {row.title}",
            row.get_absolute_url(),
            str(row.purpose),
            row.batch.name,
            due=stands.closes_at if begun is None else begun.due_at,
            zone=row.tz,
            minutes=stands.minutes,
        )


def own_work(enrolments: list[int], groups: set[int]) -> list[Submission]:
    return list(Submission.objects.filter(Q(enrolment__in=enrolments) | Q(group__in=groups)))


def _step(
    row: Assignment, work: Submission | None, extension: Extension | None, now: datetime
) -> Step | None:
    if work is not None and work.state == Submission.State.RETURNED:
        return Step(
            f"Revise {row.title}",
            row.get_absolute_url(),
            why=work.remark,
            place=row.batch.name,
            zone=row.tz,
            back=True,
        )
    if work is not None and work.number:
        return None
    clockwork = times_with(row, extension)
    if clockwork.closes is not None and now > clockwork.closes:
        return None
    why = "A draft is saved." if work is not None else ""
    if clockwork.due < now:
        why = f"The time is over. {row.late_words}"
    return Step(
        f"Hand in {row.title}", row.get_absolute_url(), why, row.batch.name, due=clockwork.due, zone=row.tz
    )


def _papers(enrolments: list[int], now: datetime) -> Iterator[Step]:
    rows = (
        PeerReview.objects.filter(
            reviewer__in=enrolments, done_at=None, submission__assignment__released_at=None
        )
        .filter(Q(submission__assignment__peer_due_at__gte=now))
        .values("submission__assignment")
        .annotate(count=Count("pk"), first=Min("pk"))
    )
    found = {row["submission__assignment"]: row for row in rows}
    if not found:
        return
    for assignment in Assignment.objects.filter(pk__in=found).select_related("batch"):
        count = found[assignment.pk]["count"]
        yield Step(
            f"Read {count} paper{'' if count == 1 else 's'} of others: {assignment.title}",
            reverse("peer-review", args=[found[assignment.pk]["first"]]),
            "Marked by the rubric; nobody sees whose they are.",
            assignment.batch.name,
            due=assignment.peer_due_at,
            zone=assignment.tz,
        )


@dataclass(frozen=True)
class Back:
    """Something that came back: accepted, returned, or a mark."""

    title: str
    url: str
    says: str
    at: datetime
    remark: str = ""


def came_back(user: Any, now: datetime) -> list[Back]:
    """Decisions and marks of the last three weeks, newest first."""
    since = now - BACK_FOR
    found: list[Back] = []
    decided = (
        Submission.objects.of(user)
        .filter(decided_at__gte=since, state__in=[Submission.State.ACCEPTED, Submission.State.RETURNED])
        .select_related("assignment")
    )
    for row in decided:
        assert row.decided_at is not None
        found.append(
            Back(
                row.assignment.title,
                row.assignment.get_absolute_url(),
                row.get_state_display().lower(),
                row.decided_at,
                row.remark,
            )
        )
    grades = Grade.objects.filter(
        enrolment__user=user, assignment__released_at__gte=since, percent__isnull=False
    ).select_related("assignment")
    for grade in grades:
        at = grade.assignment.released_at
        assert at is not None
        found.append(
            Back(
                grade.assignment.title,
                grade.assignment.get_absolute_url(),
                f"{grade.percent:g} of 100",
                max(at, grade.changed_at),
            )
        )
    return sorted(found, key=lambda b: b.at, reverse=True)
