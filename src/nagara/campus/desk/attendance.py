"""What attendance asks of a person: check in now, keep a session that begins, speak with who falls behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse

from nagara.campus.attendance.models import Counting, Presence
from nagara.campus.desk.todo import Todo
from nagara.campus.people.models import User
from nagara.campus.people.queries import is_office, now_valid
from nagara.campus.programmes.models import Batch, BatchRole, RoleKind
from nagara.campus.timetable.models import PublicSession
from nagara.campus.timetable.queries import sessions_for

BEFORE = timedelta(minutes=30)


def todos(user: User, now: datetime) -> Iterator[Todo]:
    yield from _sessions(user, now)
    yield from _behind(user)


def _sessions(user: User, now: datetime) -> Iterator[Todo]:
    """Sessions that go on or begin within half an hour."""
    near = list(
        sessions_for(user, now=now).filter(cancelled=False, starts__lte=now + BEFORE).select_related("batch")
    )
    if not near:
        return
    ids = [public.session_id for public in near]
    speaks = set(
        PublicSession.objects.filter(session__in=ids, speakers=user).values_list("session_id", flat=True)
    )
    inside = set(
        Presence.objects.filter(session__in=ids, user=user, dropped=False).values_list(
            "session_id", flat=True
        )
    )
    for public in near:
        place = public.place or public.batch.name
        if public.session_id in speaks:
            url = reverse("attendance-session", args=[public.session_id])
            yield Todo(f"Keep the attendance of {public}", url, why="Code or roster.", place=place)
        elif public.session_id not in inside:
            name = "attendance-join" if public.online else "attendance-in"
            why = "Open the page and keep it open." if public.online else "Scan the code on the screen."
            yield Todo(f"Check in: {public}", reverse(name, args=[public.session_id]), why=why, place=place)


def _behind(user: User) -> Iterator[Todo]:
    """Batches that one runs in which people are below the share at which the team is warned."""
    held = Counting.objects.filter(below__gt=0, batch__state=Batch.State.RUNNING).select_related("batch")
    if not is_office(user):
        running = RoleKind.objects.filter(runs=True).values("slug")
        roles = BatchRole.objects.filter(now_valid(), Q(role__in=running), user=user)
        held = held.filter(batch__in=roles.values("batch"))
    for counting in held:
        people = "1 person" if counting.below == 1 else f"{counting.below} people"
        yield Todo(
            f"Speak with {people} below {counting.warn_below} % attendance",
            f"{reverse('attendance-batch', args=[counting.batch.slug])}?below=1",
            why="The certificate is at risk.",
            place=counting.batch.name,
        )
