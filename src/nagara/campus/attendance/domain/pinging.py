"""Presence online: short signs of life that add up to stays. A gap that is short is bridged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction

from nagara.campus.attendance.domain.recording import AttendanceError, person_of
from nagara.campus.attendance.models import Counting, Presence, Who
from nagara.campus.timetable.models import PublicSession, Session
from nagara.campus.webinars.models import Registration

SALT = "nagara.attendance.presence"
EVERY = 45


def every_seconds() -> float:
    """How often a page gives a sign of life."""
    return float(getattr(settings, "NAGARA_PRESENCE_SECONDS", EVERY))


@dataclass(frozen=True, slots=True)
class Heard:
    """What a sign of life did: "early", "counted" or "over", and since when this stay goes on."""

    state: str
    since: datetime | None = None


def presence_token(session: Session, *, user: Any = None, registration: Registration | None = None) -> str:
    """What a page shows to be counted: signed, for one session and one person. Raises AttendanceError where
    the person does not take part."""
    who = person_of(session, user=user, registration=registration)
    return signing.dumps([session.pk, who.key, registration.pk if registration else None], salt=SALT)


def read_presence_token(said: str) -> tuple[int, Who, int | None]:
    """Session, person and registration of a token. Raises AttendanceError."""
    try:
        session, key, registration = signing.loads(said, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise AttendanceError("This page is not from this site.", mend="Open your link again.") from None
    who = Who.read(key)
    if who is None:
        raise AttendanceError("This page is not from this site.", mend="Open your link again.")
    return session, who, registration


@transaction.atomic
def hear(
    public: PublicSession, who: Who, *, counting: Counting, now: datetime, registration: int | None = None
) -> Heard:
    """Count a sign of life at the instant `now` of the server. A stay goes on where the last sign is no
    older than the gap that is bridged, from whichever device it came; else a new one begins."""
    if public.cancelled or now > public.ends:
        return Heard("over")
    if now < public.starts - timedelta(minutes=counting.opens_before):
        return Heard("early")
    mine = Presence.objects.filter(session=public.session_id, way=Presence.Way.ONLINE, dropped=False).of(who)
    last = mine.filter(ended__gte=now - timedelta(seconds=counting.bridge_seconds)).order_by("-ended").first()
    if last is not None:
        mine.filter(pk=last.pk, ended__lt=now).update(ended=now)
        return Heard("counted", last.began)
    made = Presence(
        session_id=public.session_id,
        user_id=who.user,
        registration_id=registration,
        way=Presence.Way.ONLINE,
        began=now,
        ended=now,
        key=f"online:{who.key}:{now.timestamp():.3f}",
        said_at=now,
    )
    Presence.objects.bulk_create([made], ignore_conflicts=True)
    return Heard("counted", now)
