"""Reminders a day and an hour before. Regular work: called often, it tells each person once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from nagara.campus.notices.domain import queue
from nagara.campus.webinars.domain.registering import subject
from nagara.campus.webinars.models import Registration, Webinar
from nagara.campus.webinars.telling import DAY, HOUR, facts_of

SLACK = timedelta(hours=2)


def remind(now: datetime) -> int:
    """Queue the reminders that are due; says how many. Two workers at once tell nobody twice: the webinar
    is locked. Who was reminded of an earlier date of a webinar that moved is reminded anew."""
    coming = Webinar.objects.filter(
        session__public__cancelled=False,
        session__public__starts__gt=now,
        session__public__starts__lte=now + DAY,
    )
    return sum(_remind(pk, now) for pk in coming.values_list("pk", flat=True))


@transaction.atomic
def _remind(pk: int, now: datetime) -> int:
    webinar = Webinar.objects.select_for_update(of=("self",)).select_related("session__public").get(pk=pk)
    left = webinar.session.public.starts - now
    if not timedelta(0) < left <= DAY:
        return 0
    field, span = ("told_hour", HOUR) if left <= HOUR else ("told_day", DAY)
    stale = webinar.session.public.starts - span - SLACK
    rows = Registration.objects.filter(
        Q(**{field: None}) | Q(**{f"{field}__lt": stale}), webinar=webinar, state=Registration.State.SEATED
    ).select_related("user")
    facts = facts_of(webinar)
    told = list(rows)
    for registration in told:
        queue(
            to=registration.user or registration.email,
            template="webinars/in-an-hour" if field == "told_hour" else "webinars/tomorrow",
            context={
                **facts.context(registration.user),
                "name": registration.name,
                "join": reverse("webinar-join", args=[registration.token]),
                "place": reverse("webinar-place", args=[registration.token]),
            },
            about=subject(webinar),
            by=None,
        )
    Registration.objects.filter(pk__in=[one.pk for one in told]).update(**{field: now})
    return len(told)
