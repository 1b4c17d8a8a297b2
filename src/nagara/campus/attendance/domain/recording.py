"""Keep evidence: one function that every way goes through."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from nagara.campus.attendance.models import Presence
from nagara.campus.timetable.models import Session
from nagara.campus.timetable.queries import takes_part
from nagara.citylab.errors import CityLabError


class AttendanceError(CityLabError):
    """Attendance cannot be recorded so."""


@transaction.atomic
def record(
    session: Session,
    *,
    user: Any,
    way: str,
    began: datetime,
    ended: datetime | None,
    key: str,
    by: Any = None,
    note: str = "",
    said: str = "",
    said_at: datetime | None = None,
) -> Presence:
    """Keep one stay of one person. The same `key` again gives the row that is there and changes nothing.

    Raises AttendanceError where the person does not take part, or the stay ends before it begins.
    """
    if ended is not None and ended < began:
        raise AttendanceError("A stay ends before it begins.", mend="Change one of the two times.")
    if not takes_part(session).filter(user=user).exists():
        raise AttendanceError(f"{user} does not take part in this session.", mend="Look at the batch's list.")
    made = Presence(
        session=session,
        user=user,
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
