"""The demonstration's open webinars: two over, with recording and text; one within days; one later, full."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from nagara.campus.people.demo_names import invented
from nagara.campus.people.models import User
from nagara.campus.programmes.domain import create_batch
from nagara.campus.programmes.domain.seeding import host
from nagara.campus.programmes.models import (
    Batch,
    BatchRole,
    Programme,
    ProgrammeVersion,
    Track,
)
from nagara.campus.timetable.domain import Planned, add_activity, add_sessions, release
from nagara.campus.webinars.demo_words import EXAMPLES, ORGANISATIONS, SERIES, VTT, Words
from nagara.campus.webinars.domain import make_webinar, terms
from nagara.campus.webinars.models import Registration, Terms, Webinar

SLUG = "open-webinars"
STATES = ("ID", "TH", "VN", "PH", "MY", "KH", "LA", "MM", "TL", "SG", "BN", "KR")
FIRST = 100
"""Numbers of invented guests from here on: they have no account."""
State = Registration.State


@transaction.atomic
def load() -> None:
    """Add the series with its webinars and registrants, where it is missing."""
    if Batch.objects.filter(slug=SLUG).exists():
        return
    track = Track.objects.filter(slug="event").first()
    if track is None:
        return
    office = User.objects.filter(email="office@demo.example").first()
    batch = _batch(track, office)
    activity = add_activity(batch, kind="webinar", title=SERIES, by=office, counts=True)
    planned = [
        Planned(
            activity,
            day=_weekday(batch.starts + timedelta(days=words.day)),
            at=time(15),
            minutes=90,
            online=True,
            title=words.title,
            people=[(name, role) for name, role in words.people],
            join_link=f"https://meet.example.org/nagara-{number}",
        )
        for number, words in enumerate(EXAMPLES, 1)
    ]
    sessions = add_sessions(batch, planned, by=office)
    made = [
        make_webinar(session, by=office, summary=words.summary, seats=words.seats)
        for session, words in zip(sessions, EXAMPLES, strict=True)
    ]
    release(batch, by=office, quiet=True)
    for webinar, words in zip(made, EXAMPLES, strict=True):
        _afterwards(webinar, words)
        _guests(webinar, words)


def _batch(track: Track, office: User | None) -> Batch:
    programme, _ = Programme.objects.get_or_create(
        slug=SLUG,
        defaults={"name": SERIES, "track": track, "summary": "Free webinars, open to everyone."},
    )
    version, _ = ProgrammeVersion.objects.get_or_create(
        programme=programme,
        number=1,
        defaults={
            "status": ProgrammeVersion.Status.PUBLISHED,
            "hours": 6,
            "weeks": 10,
            "published_at": timezone.now(),
        },
    )
    today = timezone.localdate()
    starts = today - timedelta(days=56)
    batch = create_batch(
        version=version,
        name=SERIES,
        slug=SLUG,
        starts=starts,
        ends=today + timedelta(days=40),
        mode=Batch.Mode.ONLINE,
        seats=500,
        host_name="Host university, Seoul",
        host_state=host(),
        by=office,
    )
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.RUNNING)
    for email, role in (("office@demo.example", "manager"), ("coordinator@demo.example", "coordinator")):
        user = User.objects.filter(email=email).first()
        if user is not None:
            BatchRole.objects.create(batch=batch, user=user, role=role, since=starts)
    batch.refresh_from_db()
    return batch


def _afterwards(webinar: Webinar, words: Words) -> None:
    if words.over:
        Webinar.objects.filter(pk=webinar.pk).update(
            recording=f"https://video.example.org/{webinar.slug}",
            transcript=VTT[words.title],
            transcript_form="vtt",
            transcript_language="English",
        )


def _weekday(day: date) -> date:
    """The day, or the Friday before a weekend that is over, the Monday after one to come."""
    if day.weekday() < 5:
        return day
    if day < timezone.localdate():
        return day - timedelta(days=day.weekday() - 4)
    return day + timedelta(days=7 - day.weekday())


def _guests(webinar: Webinar, words: Words) -> None:
    """Guests from twelve states, in the order in which they came; the last ones wait where seats are few."""
    agreed = terms()
    session = webinar.session
    begins = datetime.combine(session.day, session.at, ZoneInfo(session.tz))
    now = timezone.now()
    rows = []
    free = words.guests if webinar.seats is None else webinar.seats
    for number in range(words.guests):
        iso2 = STATES[number % len(STATES)]
        one = invented(FIRST + number // len(STATES), iso2)
        asked = min(begins, now) - timedelta(days=20) + timedelta(hours=4 * number)
        asked = min(asked, now - timedelta(minutes=words.guests - number), begins - timedelta(hours=2))
        state = State.SEATED if free else State.WAITING
        if number % 17 == 16:
            state = State.WITHDRAWN if number % 2 else State.ASKED
        free -= state == State.SEATED
        rows.append(
            Registration(
                webinar=webinar,
                email=f"guest-{one.email}",
                name=one.native_name if number % 9 == 4 and one.native_name else one.passport_name,
                organisation=ORGANISATIONS[number % len(ORGANISATIONS)],
                country=iso2,
                state=state,
                terms=agreed,
                news=number % 3 == 0,
                confirmed_at=None if state == State.ASKED else asked + timedelta(minutes=12),
                withdrawn_at=asked + timedelta(days=1) if state == State.WITHDRAWN else None,
                told_day=begins - timedelta(hours=23) if words.over else None,
                told_hour=begins - timedelta(minutes=50) if words.over else None,
                joined_at=begins + timedelta(minutes=number % 9)
                if words.over and state == State.SEATED and number % 5
                else None,
            )
        )
    rows += _accounts(webinar, agreed, now)
    Registration.objects.bulk_create(rows)


def _accounts(webinar: Webinar, agreed: Terms, now: datetime) -> list[Registration]:
    """Two people of the demonstration who have an account."""
    emails = ("participant@demo.example", "alumna@demo.example")
    return [
        Registration(
            webinar=webinar,
            user=user,
            email=user.email,
            name=user.passport_name,
            country=user.country,
            state=State.WAITING if webinar.seats is not None else State.SEATED,
            terms=agreed,
            confirmed_at=now - timedelta(hours=3),
        )
        for user in User.objects.filter(email__in=emails)
    ]
