"""What the room knows about a person, for the rules of certificate and degree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone

from nagara.campus.learning.gradebook import Total, book_of, total_of
from nagara.campus.learning.models import Assignment, Submission
from nagara.campus.programmes.facts import Fact, provides_many
from nagara.campus.programmes.models import Batch
from nagara.campus.timetable.models import GroupMember


@provides_many(
    "submissions.accepted",
    meaning="titles of the assignments that are accepted (handed in, where nothing has to be accepted)",
)
def accepted(batch: Batch, users: Sequence[Any]) -> Mapping[int, Fact]:
    if not Assignment.objects.filter(batch=batch, shown_at__lte=timezone.now()).exists():
        none_set = Fact("submissions.accepted", None, reason="no assignment is set in this batch yet")
        return {user.pk: none_set for user in users}
    teams: dict[int, list[int]] = defaultdict(list)
    members = GroupMember.objects.filter(group__submissions__assignment__batch=batch).distinct()
    for group, user in members.values_list("group", "enrolment__user"):
        teams[group].append(user)
    done = Submission.objects.filter(assignment__batch=batch, number__gt=0).filter(
        Q(state=Submission.State.ACCEPTED) | Q(assignment__needs_acceptance=False)
    )
    titles: dict[int, list[str]] = defaultdict(list)
    said: dict[int, list[str]] = defaultdict(list)
    rows = done.values_list(
        "assignment__title", "enrolment__user", "group", "decided_at", "handed_in_at"
    ).order_by("assignment__due_at")
    for title, user, group, decided, came in rows:
        at = decided or came
        for pk in [user] if user else teams[group]:
            titles[pk].append(title)
            said[pk].append(f"{title} ({at:%d %b %Y})" if at else title)
    return {
        user.pk: Fact(
            "submissions.accepted",
            titles[user.pk],
            evidence="; ".join(said[user.pk]) or "nothing is accepted yet",
        )
        for user in users
    }


def totals(batch: Batch, users: Sequence[Any]) -> dict[int, Total]:
    """Totals from released marks: what a learner may know is what rules read."""
    book = book_of(batch, timezone.now())
    return {user.pk: total_of(book, user.pk, learner=True) for user in users}


@provides_many(
    "grades.total_percent",
    unit="%",
    meaning="total of the grade book, points of 100, of what is marked so far",
)
def total_percent(batch: Batch, users: Sequence[Any]) -> Mapping[int, Fact]:
    return {pk: _total_fact(total) for pk, total in totals(batch, users).items()}


def _total_fact(total: Total) -> Fact:
    if total.percent is None:
        return Fact("grades.total_percent", None, reason="nothing that counts is marked and released yet")
    parts = [f"{line.column.title} {line.cell.text} x {line.column.weight:g}" for line in total.lines]
    return Fact("grades.total_percent", float(total.percent), period=total.says, evidence="; ".join(parts))


@provides_many("grades.missing", meaning="titles of what counts and did not come in time")
def missing(batch: Batch, users: Sequence[Any]) -> Mapping[int, Fact]:
    found = {}
    for pk, total in totals(batch, users).items():
        if not total.lines:
            found[pk] = Fact("grades.missing", None, reason="the grade book has no weights yet")
        else:
            found[pk] = Fact("grades.missing", list(total.missing))
    return found
