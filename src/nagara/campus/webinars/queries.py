"""Questions about webinars and those who registered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from nagara.campus.webinars.models import Registration, Webinar

State = Registration.State
OPENS = timedelta(minutes=30)
"""The personal page to join opens so long before the beginning."""

SEATED = Count("registrations", filter=Q(registrations__state=State.SEATED))
WAITING = Count("registrations", filter=Q(registrations__state=State.WAITING))


def shown(rows: QuerySet[Webinar]) -> QuerySet[Webinar]:
    """With what a list shows: the released session, its batch, how many are registered."""
    found: QuerySet[Webinar] = (
        rows.released()  # type: ignore[attr-defined]
        .select_related("session__public__batch", "session__activity")
        .annotate(seated=SEATED, waiting=WAITING)
        .order_by("session__public__starts", "pk")
    )
    return found


def split(webinars: Iterable[Webinar], now: datetime) -> tuple[list[Webinar], list[Webinar]]:
    """Those to come, soonest first, and those that are over, newest first."""
    rows = list(webinars)
    coming = [one for one in rows if one.session.public.ends > now]
    return coming, [one for one in reversed(rows) if one.session.public.ends <= now]


def seats_left(webinar: Webinar) -> int | None:
    """Free seats; None where there is no limit. Ask under the webinar's lock before giving one."""
    if webinar.seats is None:
        return None
    return max(0, webinar.seats - webinar.registrations.filter(state=State.SEATED).count())


def registered(webinar: Webinar, asked: dict[str, Any]) -> QuerySet[Registration]:
    """The registrants of a webinar, narrowed by words, state and country; in the order of confirming."""
    rows = webinar.registrations.order_by("confirmed_at", "pk")
    if asked.get("state"):
        rows = rows.filter(state=asked["state"])
    if asked.get("country"):
        rows = rows.filter(country=asked["country"])
    if word := asked.get("q"):
        rows = rows.filter(
            Q(name__icontains=word) | Q(email__icontains=word) | Q(organisation__icontains=word)
        )
    return rows


def by_country(webinar: Webinar) -> list[tuple[str, int]]:
    """How many hold a seat or wait, by country, most first."""
    held = webinar.registrations.filter(state__in=Registration.HOLDS).exclude(country="")
    return list(held.values_list("country").annotate(n=Count("pk")).order_by("-n", "country"))
