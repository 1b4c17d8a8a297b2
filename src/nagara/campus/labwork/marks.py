"""What labs bring to the grade book, to rules and to next steps: per cent of each learner in each lab."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from nagara.campus.labwork.models import LabAssignment, LabWork, TaskState
from nagara.campus.learning.gradebook import Cell, Column, State
from nagara.campus.learning.stepping import learning_in
from nagara.campus.learning.steps import Step
from nagara.campus.programmes.models import Batch, Enrolment

OWN_DATA = "On your own city's data where they suffice."


def columns(batch: Batch, now: datetime) -> Iterator[Column]:
    """A column for each lab that counts, drafts too: three questions to the database, however many there
    are. A text that waits for its mark leaves the cell waiting."""
    rows = list(LabAssignment.objects.filter(batch=batch, counts=True))
    if not rows:
        return
    works: dict[int, list[LabWork]] = defaultdict(list)
    found = LabWork.objects.filter(assignment__in=rows).defer("prepared", "lacks")
    for work in found:
        works[work.assignment_id or 0].append(work)
    waiting = set(
        TaskState.objects.filter(
            work__assignment__in=rows, kind="text", tries__gt=0, points=None
        ).values_list("work", flat=True)
    )
    for row in rows:
        over = row.standing(now) == "closed"
        cells = {}
        for work in works[row.pk]:
            if work.pk in waiting:
                cells[work.user_id] = Cell(State.WAITING, url=work.get_absolute_url())
            elif work.done_at is None and not over:
                cells[work.user_id] = Cell(State.OPEN, url=work.get_absolute_url())
            else:
                cells[work.user_id] = Cell(State.MARKED, work.percent, url=work.get_absolute_url())
        yield Column(
            f"lab/{row.pk}",
            str(row),
            row.get_absolute_url(),
            Cell(State.MISSING) if over else Cell(State.OPEN),
            cells,
            due=row.due_at,
            shown=row.state == LabAssignment.State.PUBLISHED,
        )


def steps(user: Any, now: datetime) -> Iterator[Step]:
    """Labs that stand open: to begin, or to go on with. Three questions to the database."""
    mine = learning_in(user)
    if mine:
        yield from open_labs(user, labs_in(mine), now)


def labs_in(mine: Sequence[Enrolment]) -> list[LabAssignment]:
    """Published labs of the batches in which somebody learns. One question."""
    rows = LabAssignment.objects.filter(batch__in=[e.batch_id for e in mine]).published()
    return list(rows.select_related("batch").order_by("opens_at", "pk"))


def open_labs(user: Any, labs: Sequence[LabAssignment], now: datetime) -> Iterator[Step]:
    """The same of labs that are known. One question."""
    rows = [row for row in labs if row.opens_at <= now < row.closes_at]
    if not rows:
        return
    begun = {
        w.assignment_id: w
        for w in LabWork.objects.filter(user=user, assignment__in=rows)
        .defer("prepared", "lacks")
        .annotate(left=Count("tasks", filter=Q(tasks__tries=0)))
    }
    minutes = _minutes()
    for row in rows:
        work = begun.get(row.pk)
        if work is not None and work.done_at is not None:
            continue
        late = "It was due already; it still counts. " if now > row.due_at else ""
        begins = work is None
        left = 0 if work is None else work.left
        yield Step(
            f"{'Begin' if begins else 'Go on with'} {row}",
            row.get_absolute_url() if work is None else work.get_absolute_url(),
            late + (OWN_DATA if begins else f"{left} task{'' if left == 1 else 's'} left."),
            row.batch.name,
            due=row.due_at,
            zone=row.tz,
            minutes=minutes.get(row.module) if begins else None,
        )


def _minutes() -> dict[str, int]:
    from nagara.campus.labwork.shelf import catalogue

    return {lab.module: lab.minutes for lab in catalogue().values()}


def percents(
    batch: Batch, users: Sequence[Any], now: datetime
) -> dict[int, list[tuple[LabAssignment, Decimal, bool]]]:
    """{user: [(lab, per cent, was everything answered)]} of the labs that count and have opened. A lab that
    closed without the person is 0. Two questions to the database."""
    rows = list(LabAssignment.objects.filter(batch=batch, counts=True, opens_at__lte=now).published())
    works = {
        (w.user_id, w.assignment_id): w
        for w in LabWork.objects.filter(assignment__in=rows, user__in=users).defer("prepared", "lacks")
    }
    found: dict[int, list[tuple[LabAssignment, Decimal, bool]]] = {user.pk: [] for user in users}
    for user in users:
        for row in rows:
            work = works.get((user.pk, row.pk))
            if work is not None and (work.done_at is not None or row.standing(now) == "closed"):
                found[user.pk].append((row, work.percent, work.done_at is not None))
            elif row.standing(now) == "closed":
                found[user.pk].append((row, Decimal(0), False))
    return found
