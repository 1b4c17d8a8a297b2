"""Regular work: a letter a day before work is due, to those who have not handed in."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from nagara.campus.cities.clocks import clock
from nagara.campus.learning.domain.assigning import concerned, subject
from nagara.campus.learning.domain.handing_in import Times, times_with
from nagara.campus.learning.models import Assignment, Extension
from nagara.campus.learning.sources import handed_in
from nagara.campus.notices.domain import queue
from nagara.campus.notices.models import Notice
from nagara.campus.programmes.models import Batch, Enrolment

AHEAD = timedelta(days=1)
TEMPLATE = "learning/reminder"


def remind(now: datetime) -> int:
    """Remind once everybody whose work is due within a day and is not in. Returns how many letters."""
    soon = Assignment.objects.filter(batch__state=Batch.State.RUNNING).published(now)
    rows = soon.filter(due_at__gt=now, due_at__lte=now + AHEAD) | soon.filter(
        extensions__until_at__gt=now, extensions__until_at__lte=now + AHEAD
    )
    return sum(_remind(row, now) for row in rows.select_related("batch", "activity").distinct())


@transaction.atomic
def _remind(row: Assignment, now: datetime) -> int:
    Assignment.objects.select_for_update(of=("self",)).get(pk=row.pk)
    told = set(Notice.objects.filter(template=TEMPLATE, about=subject(row)).values_list("to", flat=True))
    inside = handed_in(row.batch).get(row.pk, set())
    extensions = {x.enrolment_id: x for x in Extension.objects.filter(assignment=row)}
    count = 0
    for person in concerned(row):
        clockwork = times_with(row, extensions.get(person.pk))
        if person.pk in inside or person.user_id in told or not now < clockwork.due <= now + AHEAD:
            continue
        _letter(row, person, clockwork)
        count += 1
    return count


def _letter(row: Assignment, person: Enrolment, clockwork: Times) -> None:
    queue(
        to=person.user,
        template=TEMPLATE,
        context={
            "assignment": row,
            "host": clock(row.tz, clockwork.due),
            "own": clock(person.user.tz or row.tz, clockwork.due),
            "link": row.get_absolute_url(),
        },
        about=subject(row),
        by=None,
    )
