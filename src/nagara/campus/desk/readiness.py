"""What a city's readiness assessment asks of a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Q

from nagara.campus.desk.todo import Kind, Todo
from nagara.campus.people.models import User
from nagara.campus.people.queries import is_office
from nagara.campus.readiness.models import Answer, Assessment, Expert


def todos(user: User, now: datetime) -> Iterator[Todo]:
    """Own answers for a seat; verification for an expert; what hangs for the city's lead."""
    seats = (
        Assessment.objects.filter(seats__user=user)
        .exclude(state=Assessment.State.AGREED)
        .select_related("city", "instrument")
        .annotate(mine=Count("answers", filter=Q(answers__by=user, answers__side=Answer.Side.SELF)))
    )
    for assessment in seats:
        total = sum(len(d["questions"]) for d in assessment.instrument.data["dimensions"])
        if assessment.state == Assessment.State.SELF and assessment.mine < total:
            yield Todo(
                f"Answer the readiness assessment of {assessment}",
                assessment.get_absolute_url(),
                why=f"You have answered {assessment.mine} of {total} questions.",
                place=assessment.city.name,
            )
        elif assessment.state == Assessment.State.SELF:
            yield Todo(
                f"Readiness assessment of {assessment}",
                assessment.get_absolute_url(),
                why="You have answered everything. The city's lead hands it over when all have.",
                place=assessment.city.name,
                kind=Kind.WAIT,
            )
    yield from _verifying(user)


def _verifying(user: User) -> Iterator[Todo]:
    if not is_office(user) and not Expert.objects.current().filter(user=user).exists():
        return
    expert = not is_office(user)
    waiting = (
        Assessment.objects.visible_to(user)
        .filter(state=Assessment.State.VERIFYING)
        .select_related("city")
        .exclude(seats__user=user)
    )
    for assessment in waiting:
        yield Todo(
            f"Verify the readiness assessment of {assessment}"
            if expert
            else f"{assessment} is being verified",
            assessment.get_absolute_url(),
            why="The city has answered; read its evidence and give your own scores."
            if expert
            else "An expert reads the city's answers.",
            place=assessment.city.name,
            kind=Kind.DO if expert else Kind.WAIT,
        )
