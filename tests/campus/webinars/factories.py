"""A batch with a webinar in its released timetable, and people who register."""

from __future__ import annotations

import importlib.util
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from nagara.campus.programmes.models import ActivityKind
from nagara.campus.timetable.domain import add_activity, add_session, release
from nagara.campus.timetable.models import PublicSession
from nagara.campus.webinars import domain
from nagara.campus.webinars.domain.seeding import seed
from nagara.campus.webinars.models import Registration, Webinar

_spec = importlib.util.spec_from_file_location(
    "timetable_factories", Path(__file__).parents[1] / "timetable" / "factories.py"
)
tt = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tt)

NOW = datetime(2027, 6, 1, 3, tzinfo=UTC)
LINK = "https://meet.example.org/webinar"


def make_webinar(
    title: str = "City data for all",
    *,
    batch=None,
    day: date = date(2027, 6, 15),
    at: str = "15:00",
    **fields,
) -> Webinar:
    """Released, open to everyone, on 15 June 2027 from 15:00 to 16:30 in Seoul."""
    seed()
    batch = batch or tt.make_batch("open-webinars")
    ActivityKind.objects.get_or_create(slug="webinar", defaults={"name": "Webinar", "order": 9})
    activity = add_activity(batch, kind="webinar", title=title, by=None)
    session = add_session(
        activity, day=day, at=time.fromisoformat(at), minutes=90, online=True, join_link=LINK, by=None
    )
    made = domain.make_webinar(session, by=None, **fields)
    release(batch, by=None, quiet=True, now=NOW)
    return Webinar.objects.select_related("session__public").get(pk=made.pk)


def ask(webinar: Webinar, name: str = "Ana", *, now: datetime = NOW, **fields) -> Registration:
    """A guest who asked and has not confirmed yet."""
    mail = fields.pop("email", f"{name.lower().replace(' ', '.')}@example.org")
    return domain.ask(webinar, email=mail, name=name, now=now, **fields)


def guest(webinar: Webinar, name: str = "Ana", *, now: datetime = NOW, **fields) -> Registration:
    """A guest who has confirmed."""
    return domain.confirm(ask(webinar, name, now=now, **fields), now=now)


def put(webinar: Webinar, starts: datetime) -> Webinar:
    """Move what is released to another time, whatever the plan says."""
    ends = starts + timedelta(minutes=90)
    PublicSession.objects.filter(session=webinar.session_id).update(starts=starts, ends=ends)
    return Webinar.objects.select_related("session__public").get(pk=webinar.pk)
