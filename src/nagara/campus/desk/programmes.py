"""What batches ask of those who run them, and what they bring to those who take part."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from nagara.campus.desk.todo import Kind, Todo
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, Enrolment


def todos(user: User, now: datetime) -> Iterator[Todo]:
    for batch in Batch.objects.run_by(user).filter(state=Batch.State.DRAFT):
        yield Todo(
            f"Prepare the call of {batch}",
            batch.get_absolute_url(),
            why="The batch is a draft: look at its dates, budget and roles, then publish its call.",
            due=_first_day(batch),
            zone=batch.tz,
        )
    own = Enrolment.objects.filter(user=user, state=Enrolment.State.ENROLLED).select_related("batch")
    for enrolment in own:
        yield Todo(
            f"{enrolment.batch}: your place",
            enrolment.batch.get_absolute_url(),
            why="You are enrolled.",
            due=_first_day(enrolment.batch),
            zone=enrolment.batch.tz,
            kind=Kind.LOOK,
        )


def _first_day(batch: Batch) -> datetime:
    return datetime.combine(batch.starts, time(9), ZoneInfo(batch.tz)).astimezone(UTC)
