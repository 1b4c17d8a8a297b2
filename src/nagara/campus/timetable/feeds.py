"""What a calendar feed holds, and the mark that tells whether it has changed."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.urls import reverse

from nagara import __version__
from nagara.adapters import ical
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.tabs import Tab
from nagara.campus.timetable.models import CalendarFeed, PublicSession
from nagara.campus.timetable.queries import sessions_for

REFRESH = timedelta(hours=1)
KEPT = timedelta(days=400)
"""How long past sessions stay in a person's feed."""
LINK_FROM = timedelta(days=1)
"""The join link is shown from a day before, as on the session's page."""


def sessions(feed: CalendarFeed, now: datetime) -> QuerySet[PublicSession] | None:
    """The sessions of a feed, cancelled ones too. None where the person no longer belongs to the batch."""
    if feed.batch_id is None:
        return sessions_for(feed.user).filter(ends__gt=now - KEPT)
    if not Batch.objects.visible_to(feed.user).filter(pk=feed.batch_id).exists():
        return None
    return PublicSession.objects.filter(batch=feed.batch_id).order_by("starts", "id")


def links_shown(now: datetime) -> Q:
    """Sessions whose join link those who take part see at `now`."""
    return Q(cancelled=False, starts__lte=now + LINK_FROM, ends__gt=now) & ~Q(join_link="")


def mark(feed: CalendarFeed, found: QuerySet[PublicSession], now: datetime) -> str:
    """An ETag that changes when the feed's bytes would."""
    is_shown = links_shown(now)
    said = found.order_by().aggregate(
        Count("pk"),
        Max("changed_at"),
        Sum("sequence"),
        Sum("pk"),
        squares=Sum(F("pk") * F("pk")),  # with the sum: which ones, without reading them
        shown=Count("pk", filter=is_shown),
    )
    names = feed.batch or sorted(found.order_by().values_list("batch__name", flat=True).distinct())
    text = f"{__version__} {feed.digest} {names} {sorted(said.items())}"
    digest = hashlib.sha256(text.encode())
    return f'"{digest.hexdigest()[:32]}"'


def written(feed: CalendarFeed, found: QuerySet[PublicSession], now: datetime) -> bytes:
    """The calendar. A join link stands only in a person's own feed."""
    own = feed.batch_id is None
    batches = (
        dict(Batch.objects.filter(pk__in=found.values("batch")).values_list("pk", "name")) if own else {}
    )
    linked = set(found.filter(links_shown(now)).values_list("pk", flat=True)) if own else set()
    before, after = f"{settings.NAGARA_ADDRESS}{reverse('session', args=[0])}".rsplit("0/", 1)
    events = [
        event(
            one,
            uid=one.uid,
            batch=batches.get(one.batch_id, ""),
            link=one.pk in linked,
            url=f"{before}{one.session_id}/{after}",
        )
        for one in found.annotate(uid=F("session__uid"))
    ]
    name = str(feed.batch) if feed.batch else "Nagara: my sessions"
    return ical.write(
        ical.Feed(
            name=name,
            description="Released sessions only. Times are the host's; your program shows yours.",
            url=f"{settings.NAGARA_ADDRESS}{reverse('calendar')}",
            refresh=REFRESH,
            events=events,
        )
    )


def one(public: PublicSession, *, link: bool) -> bytes:
    """One session as a calendar of its own."""
    found = event(public, batch=str(public.batch), link=link)
    return ical.write(ical.Feed(name=public.title, refresh=REFRESH, events=[found]))


def event(
    public: PublicSession, *, uid: str = "", batch: str = "", link: bool = False, url: str = ""
) -> ical.Event:
    """A released session as an event. `link`: with its join link; `url`: instead of the session's page."""
    url = url or f"{settings.NAGARA_ADDRESS}{reverse('session', args=[public.session_id])}"
    place = public.place or ("Online" if public.online else "")
    return ical.Event(
        uid=uid or public.session.uid,
        starts=public.starts,
        ends=public.ends,
        tz=public.tz,
        title=public.title,
        changed_at=public.changed_at,
        sequence=public.sequence,
        description=_said(public, batch, url, link=link),
        location=place,
        url=url,
        join_link=public.join_link if link else "",
        cancelled=public.cancelled,
        categories=(public.kind,) if public.kind else (),
    )


def _said(public: PublicSession, batch: str, url: str, *, link: bool) -> str:
    """The text of an event: what, with whom, when at the host, what to know."""
    lines = []
    if public.cancelled:
        lines.append(f"This session is cancelled. {public.cancel_reason}".strip())
    lines.append(" · ".join(word for word in (public.kind, batch) if word))
    if public.people:
        lines.append(", ".join(_person(one) for one in public.people))
    host = public.tz.rpartition("/")[2].replace("_", " ")
    lines.append(f"{public.day:%A} {public.day.day} {public.day:%b %Y}, {public.at:%H:%M} {host} time")
    if public.note:
        lines.append(public.note)
    if link:
        lines.append(f"Join: {public.join_link}")
    elif public.online and not public.cancelled:
        lines.append("The link to join is on the page of the session from a day before.")
    lines.append(url)
    return "\n".join(line for line in lines if line)


def _person(one: dict[str, Any]) -> str:
    name, role = str(one.get("name", "")), str(one.get("role", ""))
    return f"{name} ({role})" if role else name


def door_of(public: PublicSession, user: Any) -> list[Tab]:
    """On the page of a session: the session as a file for a calendar."""
    return [Tab("Save in my calendar", reverse("session-ics", args=[public.session_id]))]


def tab_of(batch: Batch, user: Any) -> list[Tab]:
    """On the page of a batch: its calendar."""
    return [Tab("In my calendar", f"{reverse('calendar')}?batch={batch.slug}")]
