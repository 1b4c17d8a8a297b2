"""Who takes part in what. Other rooms ask here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.timetable.models import GroupMember, PublicSession, Session


def takes_part(session: Session) -> QuerySet[Enrolment]:
    """Enrolments for whom a session is: those of its activity's group, else the whole batch. Nobody who
    withdrew."""
    activity = session.activity
    enrolled = Enrolment.objects.filter(batch=activity.batch_id).exclude(state=Enrolment.State.WITHDRAWN)
    return enrolled.filter(groups=activity.group_id) if activity.group_id else enrolled


def sessions_for(
    user: Any, *, batches: Iterable[Batch] | None = None, now: datetime | None = None
) -> QuerySet[PublicSession]:
    """Released sessions that are for `user`, or at which `user` speaks; with `now`: not yet ended; with
    `batches`: of these only."""
    mine = Enrolment.objects.filter(user=user).exclude(state=Enrolment.State.WITHDRAWN)
    groups = GroupMember.objects.filter(enrolment__in=mine).values("group")
    speaks = PublicSession.speakers.through.objects.filter(user=user).values("publicsession")
    found = PublicSession.objects.filter(
        Q(group__isnull=True, batch__in=mine.values("batch")) | Q(group__in=groups) | Q(pk__in=speaks)
    )
    if batches is not None:
        found = found.filter(batch__in=list(batches))
    if now is not None:
        found = found.filter(ends__gt=now)
    return found.order_by("starts", "id")
