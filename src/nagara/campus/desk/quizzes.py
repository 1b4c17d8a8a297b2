"""What quizzes ask of a person: those that stand open, results of the class to look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Q

from nagara.campus.desk.todo import Kind, Todo
from nagara.campus.people.models import User
from nagara.campus.people.queries import now_valid
from nagara.campus.programmes.models import Batch, BatchRole
from nagara.campus.quizzes.domain.taking import standing_from
from nagara.campus.quizzes.models import Attempt, Extension, Quiz

NEAR = timedelta(days=2)


def todos(user: User, now: datetime) -> Iterator[Todo]:
    yield from _to_take(user, now)
    yield from _to_look(user, now)


def _to_take(user: User, now: datetime) -> Iterator[Todo]:
    """Quizzes that can be begun or gone on with; practice waits under what is good to know."""
    quizzes = list(
        Quiz.objects.taken_by(user)
        .filter(state=Quiz.State.PUBLISHED, batch__state=Batch.State.RUNNING)
        .select_related("batch", "purpose")
    )
    if not quizzes:
        return
    attempts: dict[int, list[Attempt]] = {}
    for attempt in Attempt.objects.filter(user=user, quiz__in=quizzes):
        attempts.setdefault(attempt.quiz_id, []).append(attempt)
    more = {e.quiz_id: e for e in Extension.objects.filter(user=user, quiz__in=quizzes)}
    for quiz in quizzes:
        stands = standing_from(quiz, more.get(quiz.pk), attempts.get(quiz.pk, []), now=now)
        if stands.open is not None:
            why = "You have begun. What you saved is kept."
            yield Todo(
                f"Go on with {quiz}",
                quiz.get_absolute_url(),
                why,
                str(quiz.batch),
                stands.open.due_at,
                quiz.tz,
            )
        elif stands.may_start and not stands.done:
            must = quiz.purpose.graded or quiz.purpose.side
            why = f"{quiz.purpose}" + (f", {stands.minutes} minutes" if stands.minutes else "")
            yield Todo(
                f"Take {quiz}",
                quiz.get_absolute_url(),
                why,
                str(quiz.batch),
                stands.closes_at,
                quiz.tz,
                Kind.DO if must else Kind.LOOK,
            )


def _to_look(user: User, now: datetime) -> Iterator[Todo]:
    """For who teaches: quizzes of the running batches that closed within two days."""
    teaching = BatchRole.objects.filter(now_valid(), user=user, role__in=("lecturer", "mentor"))
    quizzes = (
        Quiz.objects.filter(batch__in=teaching.values("batch"), batch__state=Batch.State.RUNNING)
        .filter(state=Quiz.State.PUBLISHED)
        .select_related("batch")
        .annotate(people=Count("taken__user", filter=Q(taken__submitted_at__isnull=False), distinct=True))
    )
    for quiz in quizzes:
        if quiz.people and now - NEAR <= quiz.closes_at <= now:
            yield Todo(
                f"See how the class did in {quiz}",
                f"{quiz.get_absolute_url()}results/",
                f"{quiz.people} handed in.",
                str(quiz.batch),
                kind=Kind.LOOK,
            )
