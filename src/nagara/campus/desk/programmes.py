"""What batches ask of those who run them, and what they bring to those who take part."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from nagara.campus.admissions.models.calls import batches_run_by
from nagara.campus.desk.todo import Kind, Todo
from nagara.campus.people.models import User
from nagara.campus.people.queries import is_office
from nagara.campus.programmes.models import Batch, Enrolment


def todos(user: User, now: datetime) -> Iterator[Todo]:
    drafts = Batch.objects.filter(state=Batch.State.DRAFT)
    if not is_office(user):
        drafts = drafts.filter(pk__in=batches_run_by(user))
    for batch in drafts:
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
