"""Where the class is stuck: what to teach tomorrow, and whom to help. Names only where help needs them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, Sum

from nagara.campus.learning.domain.marking import criteria_of
from nagara.campus.learning.gradebook import State
from nagara.campus.learning.models import Assignment, Marking, Material
from nagara.campus.learning.queries import learners
from nagara.campus.learning.sources import assignments
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.quizzes.models import Attempt, Quiz
from nagara.campus.quizzes.models.attempts import Answer

LOW = 0.6
"""Of the highest mark: below this the class is stuck."""
FEWEST = 5
"""Answers or sheets: with fewer, a share says nothing."""
MOST = 8


@dataclass(frozen=True)
class Item:
    """A question with few marks: `share` of its full marks that the class reached, of `count` answers."""

    title: str
    quiz: Quiz
    share: float
    count: int


@dataclass(frozen=True)
class Criterion:
    """A criterion with low marks: `share` of its highest mark, over `count` sheets."""

    title: str
    assignment: Assignment
    share: float
    count: int


@dataclass(frozen=True)
class Late:
    """An assignment that many have not handed in, and who."""

    assignment: Assignment
    people: list[Enrolment]
    of: int


@dataclass(frozen=True)
class Unread:
    """A material that few have opened."""

    material: Material
    opened: int
    of: int


def stuck_in(batch: Batch, now: datetime) -> dict[str, Any]:
    """Everything for the page: a fixed number of questions to the database."""
    people = list(learners(batch))
    return {
        "items": low_items(batch),
        "criteria": low_criteria(batch),
        "late": late(batch, people, now),
        "unread": unread(batch, people, now),
        "people": len(people),
        "fewest": FEWEST,
    }


def low_items(batch: Batch) -> list[Item]:
    """Questions of quizzes on which the class reached few marks; pre-tests are left out: they come before."""
    done = Attempt.objects.done().filter(quiz__batch=batch).exclude(quiz__purpose__side="pre")
    rows = (
        Answer.objects.filter(attempt__in=done, marks__isnull=False)
        .values("item", "attempt__quiz")
        .annotate(count=Count("pk"), reached=Sum("marks"), full=Sum("most"))
        .filter(count__gte=FEWEST, full__gt=0, reached__lt=F("full") * LOW)
        .order_by("item")
    )
    found = [(r["item"], r["attempt__quiz"], float(r["reached"] / r["full"]), r["count"]) for r in rows]
    found.sort(key=lambda row: row[2])
    found = found[:MOST]
    quizzes = Quiz.objects.in_bulk([quiz for _, quiz, _, _ in found])
    titles = {
        a.item_id: str(a.item)
        for a in Answer.objects.filter(item__in=[i for i, *_ in found]).select_related("item")
    }
    return [Item(titles[item], quizzes[quiz], share, count) for item, quiz, share, count in found]


def low_criteria(batch: Batch) -> list[Criterion]:
    """Criteria of rubrics on which the class has low marks."""
    reached: dict[tuple[int, str], list[int]] = defaultdict(list)
    rows = {a.pk: a for a in Assignment.objects.filter(batch=batch).select_related("rubric")}
    sheets = Marking.objects.filter(submission__assignment__batch=batch, done_at__isnull=False)
    for assignment, marks in sheets.values_list("submission__assignment", "marks"):
        for key, mark in marks.items():
            reached[assignment, key].append(int(mark))
    found = []
    for (pk, key), marks in reached.items():
        criterion = next((c for c in criteria_of(rows[pk]) if str(c["id"]) == key), None)
        if criterion is None or len(marks) < FEWEST:
            continue
        share = sum(marks) / (len(marks) * int(criterion["max"]))
        if share < LOW:
            found.append(Criterion(str(criterion["title"]), rows[pk], share, len(marks)))
    return sorted(found, key=lambda c: c.share)[:MOST]


def late(batch: Batch, people: list[Enrolment], now: datetime) -> list[Late]:
    """Assignments that are over for everybody and not handed in by some: with names, to ask them."""
    by_key = {f"assignment/{a.pk}": a for a in Assignment.objects.filter(batch=batch, due_at__lt=now)}
    found = []
    for column in assignments(batch, now):
        if column.key not in by_key or not column.shown:
            continue
        lacking = [p for p in people if column.of(p.user_id).state in (State.MISSING, State.OPEN)]
        if lacking:
            found.append(Late(by_key[column.key], lacking, len(people)))
    return sorted(found, key=lambda line: -len(line.people))


def unread(batch: Batch, people: list[Enrolment], now: datetime) -> list[Unread]:
    """Published materials that fewer than half have opened, least opened first."""
    users = [p.user_id for p in people]
    rows = (
        Material.objects.filter(batch=batch)
        .published(now)
        .annotate(count=Count("opened", filter=Q(opened__user__in=users)))
        .filter(count__lt=(len(users) + 1) // 2)
        .order_by("count", "order")[:MOST]
    )
    return [Unread(row, row.count, len(users)) for row in rows]
