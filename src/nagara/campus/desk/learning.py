"""What learning and teaching ask of a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from nagara.campus.desk.todo import Todo, counted
from nagara.campus.learning.grading import to_grade
from nagara.campus.learning.queries import teaching_posts
from nagara.campus.learning.stepping import steps
from nagara.campus.people.models import User


def todos(user: User, now: datetime) -> Iterator[Todo]:
    for step in steps(user, now):  # quizzes and others have lines of their own
        yield Todo(
            step.title, step.url, why=step.why, place=step.place, due=step.due, zone=step.zone or "UTC"
        )
    batches = {batch.pk: batch for batch in teaching_posts(user)}
    if not batches:
        return
    waiting = Counter(w.work.assignment.batch_id for w in to_grade(user, list(batches.values())))
    for pk, count in waiting.items():
        yield Todo(
            f"Grade {counted(count, 'piece')} of work",
            reverse("grading-queue", args=[batches[pk].slug]),
            why="The oldest first.",
            place=batches[pk].name,
        )
