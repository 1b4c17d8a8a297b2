"""Check in and out in the room."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db import transaction

from nagara.campus.attendance.domain.recording import AttendanceError, is_expected
from nagara.campus.attendance.models import Counting, Presence
from nagara.campus.timetable.models import PublicSession, Session

SALT = "nagara.attendance.ticket"
TICKET_SECONDS = 600
"""From the scan to the tap: time to sign in."""


class NotYours(AttendanceError):
    """The session is not for this person."""


def ticket(session: int, user: int, seen: datetime) -> str:
    """Proof that a person has seen the code at an instant; nobody else can use it."""
    return signing.dumps([session, user, seen.timestamp()], salt=SALT, compress=False)


def read_ticket(said: str, session: int, user: int, *, now: datetime) -> datetime:
    """The instant at which the code was seen. Raises AttendanceError."""
    try:
        of_session, of_user, stamp = signing.loads(said, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise AttendanceError("This form is not from this site.", mend="Scan the code again.") from None
    seen = datetime.fromtimestamp(stamp, tz=now.tzinfo)
    if (of_session, of_user) != (session, user):
        raise AttendanceError("This check-in belongs to somebody else.", mend="Scan the code yourself.")
    if not timedelta(0) <= now - seen <= timedelta(seconds=TICKET_SECONDS):
        raise AttendanceError("Too much time has passed since the scan.", mend="Scan the code again.")
    return seen


def check_window(public: PublicSession, counting: Counting, at: datetime) -> None:
    """Raises AttendanceError where nobody can check in at `at`."""
    if public.cancelled:
        raise AttendanceError("This session is cancelled.", mend="Look at the timetable.")
    opens = public.starts - timedelta(minutes=counting.opens_before)
    if at < opens:
        minutes = int((opens - at).total_seconds() // 60) + 1
        raise AttendanceError(
            "Check-in is not open yet.",
            mend=f"It opens {counting.opens_before} minutes before the session: in {_length(minutes)}.",
        )
    if at >= public.ends:
        raise AttendanceError(
            "This session is over: nobody can check in any more.", mend="Speak with the lecturer."
        )


def _length(minutes: int) -> str:
    if minutes < 120:
        return f"{minutes} minute{'s' if minutes != 1 else ''}"
    return f"{minutes // 60} hours" if minutes < 2880 else f"{minutes // 1440} days"


@transaction.atomic
def check_in(session: Session, *, user: Any, seen: datetime, counting: Counting) -> tuple[Presence, bool]:
    """Open a stay from the instant at which the code was `seen`. Returns the open stay, and whether it is
    new: who is in already stays in since then. The database keeps a second open stay out.

    Raises NotYours where the person does not take part, AttendanceError outside the window.
    """
    public = PublicSession.objects.filter(session=session).first()
    if public is None or not is_expected(session, user):
        raise NotYours("You do not take part in this session.", mend="Ask the lecturer or the office.")
    check_window(public, counting, seen)
    key = f"code:u{user.pk}:{int(seen.timestamp())}"
    made = Presence(session=session, user=user, way=Presence.Way.CODE, began=seen, key=key, said_at=seen)
    Presence.objects.bulk_create([made], ignore_conflicts=True)
    mine = Presence.objects.filter(session=session, user=user, way=Presence.Way.CODE, dropped=False)
    found = mine.filter(ended=None).first() or mine.filter(key=key).first() or mine.last()
    if found is None:
        raise AttendanceError("Your check-in was taken back.", mend="Speak with the lecturer.")
    return found, found.key == key and found.ended is None


def open_stay(session: Session, user: Any) -> Presence | None:
    """The stay of a person who is checked in now."""
    return Presence.objects.filter(
        session=session, user=user, way=Presence.Way.CODE, ended=None, dropped=False
    ).first()


@transaction.atomic
def check_out(session: Session, *, user: Any, now: datetime) -> Presence:
    """Close the open stay. Raises AttendanceError where there is none."""
    found = open_stay(session, user)
    if found is None:
        raise AttendanceError("You are not checked in.", mend="Scan the code to check in.")
    ended = max(now, found.began)
    Presence.objects.filter(pk=found.pk, ended=None).update(ended=ended)
    found.ended = ended
    return found
