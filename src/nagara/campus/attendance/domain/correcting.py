"""Set right what was recorded, with the reason. Nothing is overwritten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from nagara.campus.attendance.domain.recording import AttendanceError
from nagara.campus.attendance.intervals import Evidence, seconds_present
from nagara.campus.attendance.models import Presence, Who
from nagara.campus.attendance.queries import counting_of, evidence_of, terms_of
from nagara.campus.audit.domain import record as write_down
from nagara.campus.timetable.models import PublicSession


def _checked(reason: str) -> str:
    if len(reason.strip()) < 3:
        raise AttendanceError("A correction needs a reason.", where="reason", mend="Say in a few words why.")
    return reason.strip()


def _minutes(public: PublicSession, stays: list[Evidence]) -> int:
    return seconds_present(stays, public.starts, public.ends, terms_of(counting_of(public.batch_id))) // 60


@transaction.atomic
def correct(
    public: PublicSession,
    who: Who,
    *,
    began: datetime | None,
    ended: datetime | None,
    by: Any,
    reason: str,
    now: datetime,
    key: str,
    registration: int | None = None,
) -> Presence:
    """Say from when to when a person was there; both None: not at all. It stands for all other evidence of
    this person in this session, also for what comes later, until it is taken back or corrected again. The
    minutes before and after are written down. The same `key` twice is one correction.

    Raises AttendanceError without a reason, or where the times lie outside the session.
    """
    said = _checked(reason)
    if (began is None) != (ended is None):
        raise AttendanceError("Give both times, or neither.", mend="Neither means: was not there.")
    first, last = began or public.starts, ended or public.starts
    if not public.starts <= first <= last <= public.ends:
        raise AttendanceError("The times lie outside the session, or the wrong way round.")
    PublicSession.objects.select_for_update().get(pk=public.pk)  # one correction at a time
    name = f"correction:{who.key}:{key}"
    held = Presence.objects.filter(session=public.session_id, key=name).first()
    if held is not None:
        return held
    mine = Presence.objects.filter(session=public.session_id).of(who)
    before = _minutes(public, evidence_of(mine).get((public.session_id, who), []))
    made = Presence.objects.create(
        session_id=public.session_id,
        user_id=who.user,
        registration_id=registration if registration is not None else who.guest,
        way=Presence.Way.CORRECTION,
        began=first,
        ended=last,
        said="absent" if began is None else "",
        said_at=now,
        note=said,
        by=by,
        key=name,
    )
    write_down(
        "correct attendance",
        f"session/{public.session_id}",
        by=by,
        reason=said,
        who=who.key,
        before=before,
        after=int((last - first).total_seconds() // 60),
    )
    return made


@transaction.atomic
def take_back(presence: Presence, *, by: Any, reason: str) -> None:
    """Let one piece of evidence count no longer. The row stays and is shown so."""
    said = _checked(reason)
    if Presence.objects.filter(pk=presence.pk, dropped=False).update(dropped=True):
        write_down(
            "take back presence",
            f"session/{presence.session_id}",
            by=by,
            reason=said,
            presence=presence.pk,
            way=presence.way,
        )


@transaction.atomic
def count_again(presence: Presence, *, by: Any, reason: str) -> None:
    """Let evidence that was taken back count again. Raises AttendanceError where it cannot: the person has
    checked in anew since."""
    said = _checked(reason)
    again = Presence.objects.select_for_update().filter(pk=presence.pk, dropped=True).first()
    if again is None:
        return
    if again.way == Presence.Way.CODE and again.ended is None:
        others = Presence.objects.filter(
            session=again.session_id, user=again.user_id, way="code", ended=None, dropped=False
        )
        if others.exists():
            raise AttendanceError("This person has checked in anew since.")
    Presence.objects.filter(pk=again.pk).update(dropped=False)
    write_down(
        "count presence again",
        f"session/{again.session_id}",
        by=by,
        reason=said,
        presence=again.pk,
        way=again.way,
    )
