"""Who takes part in what. Other rooms ask here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.timetable.models import PublicSession, Session


def takes_part(session: Session) -> QuerySet[Enrolment]:
    """Enrolments for whom a session is: those of its activity's group, else the whole batch. Nobody who
    withdrew."""
    activity = session.activity
    enrolled = Enrolment.objects.filter(batch=activity.batch_id).exclude(state=Enrolment.State.WITHDRAWN)
    return enrolled.filter(groups=activity.group_id) if activity.group_id else enrolled


def sessions_for(
    user: Any, *, batches: Iterable[Batch] | None = None, now: datetime | None = None
) -> QuerySet[PublicSession]:
    """Released sessions that are for `user`, or at which `user` speaks; with `now`: not yet ended."""
    mine = Enrolment.objects.filter(user=user).exclude(state=Enrolment.State.WITHDRAWN)
    if batches is not None:
        mine = mine.filter(batch__in=list(batches))
    whole = Q(session__activity__group__isnull=True, batch__in=mine.values("batch"))
    group = Q(session__activity__group__memberships__enrolment__in=mine.values("pk"))
    speaks = Q(session__people__user=user)
    found = PublicSession.objects.filter(whole | group | speaks)
    if now is not None:
        found = found.filter(ends__gt=now)
    return found.distinct().order_by("starts", "id")
