"""What evaluation asks: open forms of a person; what the team may answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse

from nagara.campus.admissions.models.calls import batches_run_by
from nagara.campus.desk.todo import Kind, Todo
from nagara.campus.evaluation.holdings import title_of
from nagara.campus.evaluation.models import DAILY, Occasion
from nagara.campus.evaluation.queries import open_for
from nagara.campus.people.models import User

FRESH = timedelta(days=2)


def todos(user: User, now: datetime) -> Iterator[Todo]:
    for occasion in open_for(user, now):
        yield Todo(
            title_of(occasion),
            reverse("evaluate-form", args=[occasion.pk]),
            why="Three marks and a sentence, without your name: under a minute."
            if occasion.kind == DAILY
            else "Without your name.",
            place=occasion.batch.name,
            due=occasion.closes,
            zone=occasion.batch.tz,
        )
    unanswered = Occasion.objects.filter(
        batch__in=batches_run_by(user), kind=DAILY, reported_at__gt=now - FRESH, reply=None
    ).exclude(shown=None)
    for occasion in unanswered.select_related("batch"):
        yield Todo(
            f"Answer what people said: {occasion.title}",
            occasion.get_absolute_url(),
            why="They see the next day what you change.",
            place=occasion.batch.name,
            kind=Kind.LOOK,
        )
