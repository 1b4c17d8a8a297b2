"""A batch with released sessions and people, as the tests need them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from django.utils import timezone

from nagara.campus.attendance.models import Presence
from nagara.campus.people.models import User
from nagara.campus.programmes.models import (
    ActivityKind,
    Batch,
    BatchRole,
    Enrolment,
    Programme,
    ProgrammeVersion,
    RoleKind,
    Track,
)
from nagara.campus.timetable.models import Activity, Group, PublicSession, Session, SessionPerson
from nagara.campus.webinars.models import Registration, Webinar

NUMBERS = count(1)
NINE = datetime(2027, 5, 3, 0, 0, tzinfo=UTC)
"""09:00 in Seoul on Monday 3 May 2027."""


def person(name: str, **fields) -> User:
    mail = fields.pop("email", f"a{next(NUMBERS)}@example.org")
    return User.objects.create(email=mail, passport_name=name, sort_key=name.casefold(), **fields)


def make_batch(slug: str = "now", *, rules: dict | None = None) -> Batch:
    track, _ = Track.objects.get_or_create(slug="short-term", defaults={"name": "Short-term track"})
    programme, _ = Programme.objects.get_or_create(slug="short", defaults={"name": "Short", "track": track})
    version, _ = ProgrammeVersion.objects.get_or_create(programme=programme, number=1)
    if rules is not None:
        ProgrammeVersion.objects.filter(pk=version.pk).update(rules=rules)
    return Batch.objects.create(
        version=version,
        slug=slug,
        name=f"Batch {slug}",
        starts=date(2027, 5, 3),
        ends=date(2027, 5, 21),
        state="running",
        host_name="The host",
    )


def kind(slug: str = "seminar") -> ActivityKind:
    return ActivityKind.objects.get_or_create(slug=slug, defaults={"name": slug.title()})[0]


def make_session(
    batch: Batch,
    begins: datetime = NINE,
    minutes: int = 90,
    *,
    title: str = "Reading a city",
    counts: bool = True,
    group: Group | None = None,
    lecturer: User | None = None,
    released: bool = True,
    online: bool = False,
    tz: str = "Asia/Seoul",
) -> Session:
    """A released session; `begins` is an instant."""
    activity = Activity.objects.create(batch=batch, kind=kind(), title=title, counts=counts, group=group)
    wall = begins.astimezone(ZoneInfo(tz))
    session = Session.objects.create(
        activity=activity,
        day=wall.date(),
        at=wall.time(),
        minutes=minutes,
        tz=tz,
        online=online,
        join_link="https://meet.example/room" if online else "",
    )
    if lecturer is not None:
        SessionPerson.objects.create(session=session, user=lecturer)
    if released:
        release(session, begins, minutes)
    return session


def release(session: Session, begins: datetime, minutes: int) -> PublicSession:
    wall = begins.astimezone(ZoneInfo(session.tz))
    values = {
        "batch": session.activity.batch,
        "title": str(session),
        "kind": "Seminar",
        "day": wall.date(),
        "at": wall.time(),
        "minutes": minutes,
        "tz": session.tz,
        "starts": begins,
        "ends": begins + timedelta(minutes=minutes),
        "group": session.activity.group,
        "online": session.online,
        "join_link": session.join_link,
        "first_released": timezone.now(),
        "changed_at": timezone.now(),
    }
    return PublicSession.objects.update_or_create(session=session, defaults=values)[0]


def enrol(batch: Batch, name: str | User, **fields) -> Enrolment:
    user = person(name) if isinstance(name, str) else name
    return Enrolment.objects.create(batch=batch, user=user, **fields)


def give(batch: Batch, user: User, role: str = "manager", *, runs: bool = True) -> None:
    RoleKind.objects.get_or_create(slug=role, defaults={"name": role.title(), "runs": runs})
    BatchRole.objects.create(batch=batch, user=user, role=role, since=date(2020, 1, 1))


def make_webinar(session: Session, slug: str = "open-data") -> Webinar:
    return Webinar.objects.create(session=session, slug=slug)


def register(webinar: Webinar, name: str, email: str, *, user: User | None = None) -> Registration:
    return Registration.objects.create(
        webinar=webinar, name=name, email=email, user=user, state=Registration.State.SEATED
    )


def stay(
    session: Session, user: User | None, begins: float, ends: float | None, way: str = "code", **fields
) -> Presence:
    """A presence from `begins` to `ends` in minutes after the session's start, without checks."""
    start = session.public.starts
    return Presence.objects.create(
        session=session,
        user=user,
        way=way,
        began=start + timedelta(minutes=begins),
        ended=None if ends is None else start + timedelta(minutes=ends),
        key=fields.pop("key", f"test:{next(NUMBERS)}"),
        **fields,
    )
