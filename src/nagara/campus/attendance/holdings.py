"""What the room tells the others: doors of batches and sessions, own data, how it forgets someone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from nagara.campus.attendance.models import Presence, SheetRow
from nagara.campus.people.data_port import Rows
from nagara.campus.people.models import User
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.rules import is_enrolled
from nagara.campus.programmes.tabs import Tab
from nagara.campus.timetable.models import PublicSession
from nagara.campus.webinars.models import Registration

STAYS = "minutes of attendance in each session, without words about the person"


def tabs_of(batch: Batch, user: Any) -> Iterator[Tab]:
    """The matrix for the team; the own record for who is enrolled."""
    if may(user, "programmes.see_enrolments", batch):
        yield Tab("Attendance", reverse("attendance-batch", args=[batch.slug]))
    elif is_enrolled(user, batch):
        yield Tab("My attendance", reverse("attendance-of", args=[batch.slug, user.pk]))


def doors_of(public: PublicSession, user: Any) -> Iterator[Tab]:
    """Code, roster and record for who keeps the attendance; the way in for who takes part."""
    if public.cancelled:
        return
    if may(user, "timetable.teach", public):
        yield Tab("Attendance", reverse("attendance-session", args=[public.session_id]))
        yield Tab("Code on the screen", reverse("attendance-code", args=[public.session_id]))
        yield Tab("Roster", reverse("attendance-roster", args=[public.session_id]))
    elif is_enrolled(user, public.batch):
        yield Tab("My check-in", reverse("attendance-in", args=[public.session_id]))
        if public.online:
            yield Tab(
                "Join and be counted", reverse("attendance-join", args=[public.session_id]), "keep it open"
            )


def on_join(registration: Registration, _now: datetime) -> str:
    """The page that counts how long a registered person stays online."""
    return reverse("attendance-guest", args=[registration.token])


def export(user: User) -> dict[str, Rows]:
    """Everything that the room holds about a person."""
    held = Presence.objects.filter(Q(user=user) | Q(user=None, registration__user=user))
    return {
        "attendance": [
            {
                "session": str(presence.session),
                "batch": presence.session.activity.batch.name,
                "how": presence.way,
                "said": presence.said,
                "from": presence.began.isoformat(),
                "to": presence.ended.isoformat() if presence.ended else "",
                "note": presence.note,
                "counts": not presence.dropped,
            }
            for presence in held.select_related("session__activity__batch")
        ],
        "participant_lists": [
            {"name": row.name, "email": row.email, "from": row.joined.isoformat(), "to": row.left.isoformat()}
            for row in SheetRow.objects.filter(user=user)
        ],
    }


def erase(user: User) -> None:
    """Minutes stay. Words about the person and names in lists go."""
    Presence.objects.filter(Q(user=user) | Q(registration__user=user)).exclude(note="").update(note="erased")
    SheetRow.objects.filter(Q(user=user) | Q(email=user.email)).update(name="Erased person", email="")
