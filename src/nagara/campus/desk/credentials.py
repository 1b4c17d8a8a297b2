"""What certificates ask: batches that are over and whose people can get theirs; one's own new certificate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.urls import reverse

from nagara.campus.admissions.models.calls import batches_run_by
from nagara.campus.credentials.domain.lines import has_rule, is_over, line_up
from nagara.campus.credentials.models import Certificate
from nagara.campus.desk.todo import Kind, Todo, counted
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, Enrolment

NEW_FOR = timedelta(days=30)
LOOKED_AT = timedelta(days=180)
MOST = 3
"""Batches that are judged for the desk: the newest."""


def todos(user: User, now: datetime) -> Iterator[Todo]:
    yield from _to_issue(user, now)
    yield from _own(user, now)


def _to_issue(user: User, now: datetime) -> Iterator[Todo]:
    day = now.astimezone(ZoneInfo("UTC")).date()
    given = Certificate.objects.filter(enrolment=OuterRef("pk"))
    without = (
        Enrolment.objects.exclude(state=Enrolment.State.WITHDRAWN)
        .exclude(Exists(given))
        .filter(batch=OuterRef("pk"))
    )
    batches = (
        Batch.objects.filter(pk__in=batches_run_by(user))
        .filter(state__in=(Batch.State.RUNNING, Batch.State.FINISHED), ends__gte=day - LOOKED_AT)
        .filter(Exists(without), ends__lte=day + timedelta(days=1))
        .select_related("version__programme")
        .order_by("-ends")[:MOST]
    )
    for batch in batches:
        if not (has_rule(batch) and is_over(batch, now)):
            continue
        lines = line_up(batch)
        ready = sum(line.ready for line in lines)
        open_ = sum(line.certificate is None and not line.ready for line in lines)
        if ready:
            yield Todo(
                f"{counted(ready, 'person') if ready == 1 else f'{ready} people'} can get "
                f"{'a' if ready == 1 else 'their'} certificate",
                reverse("batch-certificates-issue", args=[batch.slug]),
                why="Look through who gets what, then issue."
                + (f" {open_} not yet decidable." if open_ else ""),
                place=batch.name,
            )
        elif open_:
            yield Todo(
                "Certificates wait for facts",
                reverse("batch-certificates", args=[batch.slug]),
                why=f"{open_} {'person is' if open_ == 1 else 'people are'} not yet decidable.",
                place=batch.name,
                kind=Kind.WAIT,
            )


def _own(user: User, now: datetime) -> Iterator[Todo]:
    own = Certificate.objects.standing().filter(user=user, issued_at__gte=now - NEW_FOR)
    for certificate in own.exclude(origin=Certificate.Origin.RECORDED):
        yield Todo(
            "Your certificate is here",
            certificate.get_absolute_url(),
            why=f"Certificate of {certificate.kind}, number {certificate.number}.",
            place=certificate.snapshot.get("batch", ""),
            kind=Kind.LOOK,
        )
