"""What reading, deciding and the release ask of a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Q

from nagara.campus.admissions.models import Call
from nagara.campus.desk.todo import Kind, Todo, counted
from nagara.campus.people.models import User
from nagara.campus.selection.models import Assignment, Result, Round

SAYS = {
    Round.State.SETTING_UP: (
        Kind.DO,
        "Set up {}",
        "Name reviewers and a rubric, then share out the readings.",
    ),
    Round.State.REVIEWING: (Kind.WAIT, "{} is being read", "Still open: {open}."),
    Round.State.DECIDING: (
        Kind.DO,
        "Decide {}",
        "Build the draft, look at what each rule costs, then release once.",
    ),
}


def todos(user: User, now: datetime) -> Iterator[Todo]:
    yield from _readings(user)
    yield from _rounds(user)
    yield from _results(user)


def _readings(user: User) -> Iterator[Todo]:
    rounds = (
        Round.objects.filter(reviewers__user=user, reviewers__active=True, state=Round.State.REVIEWING)
        .select_related("call")
        .annotate(
            mine=Count("assignments", filter=Q(assignments__reviewer__user=user), distinct=True),
            open=Count(
                "assignments",
                filter=Q(assignments__reviewer__user=user, assignments__state=Assignment.State.OPEN),
                distinct=True,
            ),
        )
    )
    for selection in rounds:
        if not selection.open:
            continue
        yield Todo(
            f"Read {counted(selection.open, 'application')} for {selection.name}",
            selection.get_absolute_url(),
            why=f"You have scored {selection.mine - selection.open} of {selection.mine}.",
        )


def _rounds(user: User) -> Iterator[Todo]:
    rounds = (
        Round.objects.filter(Q(committee__user=user) | Q(call__in=Call.objects.run_by(user)))
        .exclude(state=Round.State.RELEASED)
        .select_related("call")
        .annotate(
            open=Count("assignments", filter=Q(assignments__state=Assignment.State.OPEN), distinct=True)
        )
        .distinct()
    )
    for selection in rounds:
        kind, title, why = SAYS[Round.State(selection.state)]
        yield Todo(
            title.format(selection.name),
            selection.get_absolute_url(),
            why=why.format(open=counted(selection.open, "reading")),
            kind=kind,
        )


def _results(user: User) -> Iterator[Todo]:
    open_results = Result.objects.filter(application__user=user, answer="")
    for result in open_results.select_related("round", "application"):
        yield Todo(
            f"Your result: {result.get_outcome_display()}",
            result.application.get_absolute_url(),
            why=result.round.name,
            kind=Kind.DO if result.outcome == "accept" else Kind.LOOK,
        )
