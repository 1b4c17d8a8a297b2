"""Questions about evaluation, for pages and other rooms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from nagara.campus.cities.clocks import clock
from nagara.campus.evaluation.models import Answered, Occasion, Reply
from nagara.campus.programmes.models import Batch, Enrolment


def open_for(user: Any, now: datetime) -> QuerySet[Occasion]:
    """Forms that are open and that the person has not answered, what closes first on top."""
    answered = Answered.objects.filter(user=user).values("occasion")
    found = Occasion.objects.asked_of(user).open_at(now).exclude(pk__in=answered)
    return found.select_related("batch", "form").order_by("closes", "pk")


def replies_for(user: Any, now: datetime) -> QuerySet[Reply]:
    """What the team changed, in the person's batches, newest first. A day begins at the host; the latest
    zone decides, so nothing is shown before its day has begun there."""
    mine = Enrolment.objects.filter(user=user).exclude(state=Enrolment.State.WITHDRAWN)
    batches = list(Batch.objects.filter(pk__in=mine.values("batch")))
    shown = Reply.objects.none()
    for batch in batches:
        today = clock(batch.tz, now).at.date()
        shown |= Reply.objects.filter(occasion__batch=batch, shown_from__lte=today)
    return shown.select_related("occasion__batch").order_by("-shown_from", "-pk")
