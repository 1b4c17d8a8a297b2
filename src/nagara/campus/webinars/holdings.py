"""What the room tells the others: doors, those concerned by a change, what it holds about people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from nagara.campus.people.models import User
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.tabs import Tab
from nagara.campus.timetable.concerned import Guest
from nagara.campus.timetable.models import PublicSession, Session
from nagara.campus.webinars.domain.registering import forget
from nagara.campus.webinars.models import Registration, Webinar


def tabs_of(batch: Batch, user: Any) -> Iterator[Tab]:
    """Webinars of a batch: for who runs it always, for others where there are any."""
    if may(user, "webinars.run", batch):
        yield Tab("Webinars", reverse("webinars-of-batch", args=[batch.slug]))
    elif Webinar.objects.visible_to(user).filter(session__activity__batch=batch).exists():
        yield Tab("Webinars", reverse("webinar-series", args=[batch.slug]))


def doors_of(public: PublicSession, user: Any) -> Iterator[Tab]:
    """The page of the webinar, on the page of its session."""
    found = Webinar.objects.visible_to(user).filter(session=public.session_id).first()
    if found is not None:
        yield Tab("Webinar page", found.get_absolute_url())


def concerned(session: Session) -> Iterator[Guest]:
    """Those who hold a seat or wait for one are told when the session changes."""
    held = Registration.objects.filter(webinar__session=session, state__in=Registration.HOLDS)
    for one in held.select_related("user"):
        yield one.user if one.user is not None else (one.email, one.name)


def _of(user: User) -> Any:
    return Registration.objects.filter(Q(user=user) | Q(email=user.email)).select_related(
        "webinar__session__activity", "terms"
    )


def row(one: Registration) -> dict[str, Any]:
    """A registration as its person gets to read it."""
    return {
        "webinar": str(one.webinar),
        "address": one.webinar.get_absolute_url(),
        "name": one.name,
        "email": one.email,
        "organisation": one.organisation,
        "country": one.country,
        "state": one.get_state_display(),
        "asked_at": one.asked_at,
        "confirmed_at": one.confirmed_at,
        "withdrawn_at": one.withdrawn_at,
        "joined_at": one.joined_at,
        "terms_version": one.terms.version if one.terms else None,
        "further_webinars": one.news,
    }


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    return {"webinars": [row(one) for one in _of(user)]}


def erase(user: User) -> None:
    for one in _of(user):
        forget(one, now=timezone.now())
