"""What others ask of quizzes: which attempt counts, and each person's per cent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nagara.campus.programmes.models import Batch
from nagara.campus.quizzes.models import Attempt, Quiz


@dataclass(frozen=True, slots=True)
class Score:
    """A person's result in a quiz: the attempt that counts by the rule of the quiz."""

    quiz: Quiz
    user_id: int
    percent: Decimal
    marks: Decimal
    most: Decimal
    attempt_id: int


def counted(attempts: Iterable[Attempt], counts: str) -> Attempt | None:
    """The attempt that counts among a person's submitted ones: the best (the earlier of equals), or the
    last; None where there is none."""
    done = [a for a in attempts if a.submitted_at is not None]
    if not done:
        return None
    if counts == Quiz.Counts.LAST:
        return max(done, key=lambda a: a.number)
    return max(done, key=lambda a: (a.percent or Decimal(0), -a.number))


def counting_attempts(quizzes: Sequence[Quiz], users: Sequence[Any] | None = None) -> list[Attempt]:
    """Of each person and quiz the attempt that counts, in one query."""
    found = Attempt.objects.done().filter(quiz__in=quizzes).order_by("quiz", "user", "number")
    if users is not None:
        found = found.filter(user__in=users)
    rule = {quiz.pk: quiz.counts for quiz in quizzes}
    by_person: dict[tuple[int, int], list[Attempt]] = {}
    for attempt in found:
        by_person.setdefault((attempt.quiz_id, attempt.user_id), []).append(attempt)
    kept = (counted(attempts, rule[quiz]) for (quiz, _), attempts in by_person.items())
    return [attempt for attempt in kept if attempt is not None]


def scores(batch: Batch, *, graded: bool | None = True, users: Sequence[Any] | None = None) -> list[Score]:
    """Results in the quizzes of a batch, for the grade book: those whose purpose is graded (`graded` None:
    all). Two queries."""
    quizzes = Quiz.objects.filter(batch=batch).exclude(state=Quiz.State.DRAFT).select_related("purpose")
    if graded is not None:
        quizzes = quizzes.filter(purpose__graded=graded)
    by_id = {quiz.pk: quiz for quiz in quizzes}
    return [
        Score(by_id[a.quiz_id], a.user_id, a.percent or Decimal(0), a.marks or Decimal(0), a.most, a.pk)
        for a in counting_attempts(list(by_id.values()), users)
    ]


def test_percents(batch: Batch, side: str, users: Sequence[Any] | None = None) -> dict[int, Score]:
    """{user id: result} in the test of a side ("pre" or "post") of a batch. Where a batch has several tests
    of one side, the one that opened last among those that the person took."""
    quizzes = list(
        Quiz.objects.filter(batch=batch, purpose__side=side)
        .exclude(state=Quiz.State.DRAFT)
        .select_related("purpose")
        .order_by("opens", "pk")
    )
    place = {quiz.pk: number for number, quiz in enumerate(quizzes)}
    by_id = {quiz.pk: quiz for quiz in quizzes}
    found: dict[int, Score] = {}
    attempts = counting_attempts(quizzes, users) if quizzes else []
    for a in sorted(attempts, key=lambda a: place[a.quiz_id]):
        quiz = by_id[a.quiz_id]
        found[a.user_id] = Score(
            quiz, a.user_id, a.percent or Decimal(0), a.marks or Decimal(0), a.most, a.pk
        )
    return found


test_percents.__test__ = False  # type: ignore[attr-defined]  # a question, no test
