"""Who falls behind: counted now and then, so that the desk of the team opens quickly."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from nagara.campus.attendance.models import Counting
from nagara.campus.attendance.queries import shares
from nagara.campus.programmes.models import Batch, Enrolment

EVERY = timedelta(hours=1)


def count_below(now: datetime) -> int:
    """Count, for each running batch and at most once an hour, the people below its share. Returns how many
    batches were counted."""
    done = 0
    for batch in Batch.objects.filter(state=Batch.State.RUNNING):
        held, _ = Counting.objects.get_or_create(batch=batch)
        if held.below_at is None or held.below_at <= now - EVERY:
            count_batch(batch, held, now)
            done += 1
    return done


@transaction.atomic
def count_batch(batch: Batch, held: Counting, now: datetime) -> int:
    """Count one batch and keep the number."""
    enrolled = Enrolment.objects.filter(batch=batch, state=Enrolment.State.ENROLLED).select_related("user")
    found = shares(batch, [enrolment.user for enrolment in enrolled], now=now)
    below = sum(s.share is not None and s.share * 100 < held.warn_below for s in found.values())
    Counting.objects.filter(pk=held.pk).update(below=below, below_at=now)
    return below
