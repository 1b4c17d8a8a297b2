"""What the room tells the others: doors of a batch, own data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse

from nagara.campus.evaluation.models import Answered, Occasion, Reply
from nagara.campus.evaluation.queries import open_for
from nagara.campus.learning.steps import Step
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, EvaluationForm
from nagara.campus.programmes.tabs import Tab

MINUTES = {"daily": 1}


def tabs_of(batch: Batch, user: Any) -> Iterator[Tab]:
    """Evaluation, where the programme has forms and the batch has begun to be asked, or may be."""
    if EvaluationForm.objects.filter(version=batch.version_id).exists():
        yield Tab("Evaluation", reverse("evaluation", args=[batch.slug]))


def steps_of(user: Any, now: datetime) -> Iterator[Step]:
    """Open forms as steps of a learner. One query."""
    for occasion in open_for(user, now):
        yield Step(
            title_of(occasion),
            reverse("evaluate-form", args=[occasion.pk]),
            why="Without your name.",
            place=occasion.batch.name,
            due=occasion.closes,
            zone=occasion.batch.tz,
            minutes=MINUTES.get(occasion.kind, 5),
        )


def title_of(occasion: Occasion) -> str:
    if occasion.kind == "daily":
        return f"Tell us about {occasion.day:%d %b}".replace(" 0", " ")
    return f"Fill in: {occasion.title}"


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    """That one has filled in which form. What was answered is not kept with a name: it cannot be given."""
    rows = Answered.objects.filter(user=user).select_related("occasion__batch").order_by("occasion__day")
    return {
        "evaluations": [
            {"batch": r.occasion.batch.name, "form": r.occasion.title, "day": r.occasion.day.isoformat()}
            for r in rows
        ]
    }


def erase(user: User) -> None:
    """Sums stay: nothing in them is the person's any more. Who wrote a reply is taken off it."""
    Reply.objects.filter(by=user).update(by=None)
