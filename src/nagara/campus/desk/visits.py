"""What technical visits ask: travel facts of a person, rosters and letters of who runs or leads one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse

from nagara.campus.admissions.models.calls import batches_run_by
from nagara.campus.cities.clocks import instant
from nagara.campus.desk.todo import Kind, Todo, counted
from nagara.campus.people.models import User
from nagara.campus.people.queries import is_office
from nagara.campus.programmes.models import Enrolment
from nagara.campus.visits.domain.seats import sign_up_state
from nagara.campus.visits.domain.telling import news
from nagara.campus.visits.missing import batches_with_visits, missing_of_visit, own_missing
from nagara.campus.visits.models import Visit

SOON = timedelta(days=7)


def todos(user: User, now: datetime) -> Iterator[Todo]:
    yield from _own(user, now)
    yield from _sign_up(user, now)
    yield from _organised(user, now)


def _own(user: User, now: datetime) -> Iterator[Todo]:
    for enrolment in batches_with_visits(user.pk, now):
        lacks = own_missing(enrolment, now)
        if lacks:
            yield Todo(
                "Say what you need on the visits",
                reverse("travel-facts", args=[enrolment.batch.slug]),
                why=f"Still missing: {', '.join(lacks)}. It takes two minutes.",
                place=enrolment.batch.name,
            )


def _sign_up(user: User, now: datetime) -> Iterator[Todo]:
    mine = Enrolment.objects.filter(user=user).exclude(state=Enrolment.State.WITHDRAWN)
    visits = Visit.objects.filter(
        Q(session__activity__group__isnull=True)
        | Q(session__activity__group__memberships__enrolment__in=mine.values("pk")),
        whom=Visit.Whom.SIGN_UP,
        session__activity__batch__in=mine.values("batch"),
        session__public__starts__gt=now,
        session__public__cancelled=False,
    ).exclude(places__enrolment__in=mine.values("pk"))
    for visit in visits.select_related("session__activity").distinct():
        if sign_up_state(visit, now):
            continue
        zone = visit.session.tz
        yield Todo(
            f"Sign up for the visit: {visit}",
            visit.get_absolute_url(),
            why=f"{counted(visit.seats, 'seat')} in all." if visit.seats else "",
            due=instant(visit.closes, zone) if visit.closes else visit.session.starts,
            zone=zone,
            kind=Kind.LOOK,
        )


def _organised(user: User, now: datetime) -> Iterator[Todo]:
    visits = Visit.objects.filter(
        session__public__starts__gt=now,
        session__public__starts__lte=now + SOON,
        session__public__cancelled=False,
    )
    if not is_office(user):
        led = Visit.leaders.through.objects.filter(user_id=user.pk).values("visit_id")
        visits = visits.filter(Q(pk__in=led) | Q(session__activity__batch__in=batches_run_by(user)))
    for visit in visits.select_related("session__activity__batch", "session__public"):
        lacking = sum(bool(lacks) for _, lacks in missing_of_visit(visit))
        untold = len(news(visit))
        said = [f"travel facts missing: {lacking}"] if lacking else []
        said += [f"people who do not know the newest state: {untold}"] if untold else []
        if lacking or untold:
            yield Todo(
                f"Make the visit ready: {visit}",
                visit.get_absolute_url(),
                why="; ".join(said).capitalize() + ".",
                place=visit.batch.name,
                due=visit.session.public.starts,
                zone=visit.session.tz,
            )
