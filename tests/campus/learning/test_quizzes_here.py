"""Quizzes in the grade book and among the next steps."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from nagara.campus.learning.gradebook import State, book_of
from nagara.campus.learning.steps import next_steps
from nagara.campus.quizzes.models import Attempt, Purpose, Quiz

from .factories import in_days, learner, make_batch

pytestmark = pytest.mark.usefixtures("seeded")


def test_a_graded_quiz_is_a_step_until_it_is_taken_and_a_column_of_the_book():
    batch = make_batch()
    done, todo = learner(batch), learner(batch)
    purpose, _ = Purpose.objects.get_or_create(slug="daily", defaults={"name": "Daily quiz", "graded": True})
    quiz = Quiz.objects.create(
        batch=batch,
        title="Day 3",
        purpose=purpose,
        state="published",
        opens=in_days(-1),
        closes=in_days(1),
        tz="Asia/Seoul",
    )
    now = timezone.now()
    Attempt.objects.create(
        quiz=quiz,
        user=done.user,
        seed="s",
        started_at=now,
        due_at=now,
        submitted_at=now,
        how="person",
        marks=Decimal(3),
        most=Decimal(4),
        percent=Decimal(75),
    )
    assert [s.title for s in next_steps(todo.user, now)] == ["Take Day 3"]
    assert next_steps(done.user, now) == []
    column = book_of(batch, now).columns[0]
    assert (column.key, column.of(done.user_id).percent) == (f"quiz/{quiz.pk}", Decimal(75))
    assert column.of(todo.user_id).state is State.OPEN
    later = book_of(batch, now + timedelta(days=2)).columns[0]
    assert later.of(todo.user_id).state is State.MISSING
