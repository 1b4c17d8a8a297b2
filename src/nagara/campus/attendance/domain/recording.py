"""Keep evidence: one function that every way goes through."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from nagara.campus.attendance.models import Presence, Who
from nagara.campus.programmes.models import Enrolment
from nagara.campus.timetable.models import PublicSession, Session
from nagara.campus.timetable.queries import takes_part
from nagara.campus.webinars.models import Registration
from nagara.citylab.errors import CityLabError


class AttendanceError(CityLabError):
    """Attendance cannot be recorded so."""


@transaction.atomic
def record(
    session: Session,
    *,
    way: str,
    began: datetime,
    ended: datetime | None,
    key: str,
    user: Any = None,
    registration: Registration | None = None,
    by: Any = None,
    note: str = "",
    said: str = "",
    said_at: datetime | None = None,
) -> Presence:
    """Keep one stay of one person: `user`, or a guest by `registration`. The same `key` again gives the row
    that is there and changes nothing. `ended` None: still there.

    Raises AttendanceError where the person does not take part, or the stay ends before it begins.
    """
    if ended is not None and ended < began:
        raise AttendanceError("A stay ends before it begins.", mend="Change one of the two times.")
    person = person_of(session, user=user, registration=registration)
    made = Presence(
        session=session,
        user_id=person.user,
        registration=registration,
        way=way,
        began=began,
        ended=ended,
        key=key,
        by=by,
        note=note,
        said=said,
        said_at=said_at or timezone.now(),
    )
    Presence.objects.bulk_create([made], ignore_conflicts=True)
    return Presence.objects.get(session=session, key=key)


def person_of(session: Session, *, user: Any = None, registration: Registration | None = None) -> Who:
    """Who this is in the session. Raises AttendanceError where it is nobody who takes part."""
    if registration is not None:
        if registration.state not in Registration.HOLDS or not _is_for(registration, session):
            raise AttendanceError("This registration is not for this session, or was withdrawn.")
        if registration.user_id is None:
            return Who(None, registration.pk)
        return Who(registration.user_id)
    if user is None:
        raise AttendanceError("Say whose presence this is.")
    if not is_expected(session, user):
        raise AttendanceError(f"{user} does not take part in this session.", mend="Look at the batch's list.")
    return Who(user.pk)


def expected(public: PublicSession) -> QuerySet[Enrolment]:
    """Enrolments for whom a session is, as released."""
    enrolled = Enrolment.objects.filter(batch=public.batch_id).exclude(state=Enrolment.State.WITHDRAWN)
    return enrolled.filter(groups=public.group_id) if public.group_id else enrolled


def is_expected(session: Session, user: Any) -> bool:
    """Whether a person takes part: enrolled for it, or registered for its webinar."""
    public = PublicSession.objects.filter(session=session).first()
    enrolled = takes_part(session) if public is None else expected(public)
    if enrolled.filter(user=user).exists():
        return True
    held = Registration.objects.filter(webinar__session=session, user=user, state__in=Registration.HOLDS)
    return held.exists()


def _is_for(registration: Registration, session: Session) -> bool:
    return Registration.objects.filter(pk=registration.pk, webinar__session=session).exists()
