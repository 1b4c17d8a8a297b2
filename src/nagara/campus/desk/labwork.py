"""What labs ask of a person: those that stand open, texts to mark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min
from django.urls import reverse

from nagara.campus.desk.todo import Todo, counted
from nagara.campus.labwork.marks import steps
from nagara.campus.labwork.models import TaskState
from nagara.campus.learning.queries import teaching_posts
from nagara.campus.people.models import User


def todos(user: User, now: datetime) -> Iterator[Todo]:
    for step in steps(user, now):
        yield Todo(step.title, step.url, step.why, step.place, step.due, step.zone)
    waiting = (
        TaskState.objects.filter(work__assignment__batch__in=teaching_posts(user), kind="text")
        .filter(tries__gt=0, points=None)
        .values("work__assignment", "work__assignment__title", "work__assignment__module")
        .annotate(count=Count("pk"), oldest=Min("answered_at"))
    )
    for row in waiting:
        name = row["work__assignment__title"] or f"Lab {row['work__assignment__module']}"
        yield Todo(
            f"Mark {counted(row['count'], 'text')} of {name}",
            reverse("labwork-texts", args=[row["work__assignment"]]),
            why="The oldest first.",
        )
