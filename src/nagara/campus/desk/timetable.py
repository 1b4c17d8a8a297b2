"""What a timetable asks of those who plan, and what comes next for those who take part."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from nagara.campus.admissions.models.calls import batches_run_by
from nagara.campus.desk.todo import Kind, Todo
from nagara.campus.people.models import User
from nagara.campus.people.queries import is_office
from nagara.campus.programmes.models import Batch
from nagara.campus.timetable.queries import sessions_for

AHEAD = timedelta(days=7)
SHOWN = 3


def todos(user: User, now: datetime) -> Iterator[Todo]:
    waiting = Batch.objects.filter(
        state__in=(Batch.State.PREPARING, Batch.State.RUNNING),
        timetable_releases=None,
        timetable__sessions__cancelled=False,
    ).distinct()
    if not is_office(user):
        waiting = waiting.filter(pk__in=batches_run_by(user))
    for batch in waiting:
        yield Todo(
            f"Release the timetable of {batch}",
            f"/batches/{batch.slug}/planner/",
            why="It is drafted, and nobody sees it yet.",
        )
    coming = sessions_for(user, now=now).filter(starts__lt=now + AHEAD, cancelled=False)
    for row in coming.select_related("batch")[:SHOWN]:
        yield Todo(
            row.title,
            row.get_absolute_url(),
            why=f"{row.kind}, {row.batch}",
            place=row.place or ("online" if row.online else ""),
            due=row.starts,
            zone=row.tz,
            kind=Kind.LOOK,
        )
