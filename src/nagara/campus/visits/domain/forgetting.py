"""Travel facts are deleted 90 days after travel: regular work of the worker."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q

from nagara.campus.audit.domain import record
from nagara.campus.cities.clocks import clock
from nagara.campus.programmes.models import Batch
from nagara.campus.visits.models import TravelFacts

KEPT = timedelta(days=90)


def last_travel_day(batch: Batch) -> date:
    """The day of the last visit of a batch that was not cancelled; without visits, its last day."""
    last = batch.timetable.aggregate(
        last=Max("sessions__day", filter=Q(sessions__visit__isnull=False, sessions__cancelled=False))
    )["last"]
    return last or batch.ends


def deleted_on(batch: Batch) -> date:
    """The day on which the facts of a batch are deleted."""
    return last_travel_day(batch) + KEPT + timedelta(days=1)


@transaction.atomic
def forget_old(now: datetime) -> int:
    """Delete what is over its time, sealed fields and all; says of how many people."""
    rows: dict[int, list[int]] = defaultdict(list)
    for pk, batch_id in TravelFacts.objects.values_list("pk", "enrolment__batch"):
        rows[batch_id].append(pk)
    gone = 0
    for batch in Batch.objects.filter(pk__in=rows):
        if clock(batch.tz, now).at.date() < deleted_on(batch):
            continue
        TravelFacts.objects.filter(pk__in=rows[batch.pk]).delete()
        gone += len(rows[batch.pk])
        record(
            "travel facts deleted",
            f"batch/{batch.slug}",
            by=None,
            reason="90 days after travel",
            people=len(rows[batch.pk]),
        )
    return gone
