"""The demonstration's attendance: the running short course up to now, last year's, past webinars.

All of it is invented, and always the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from nagara.campus.attendance.domain.importing import read_sheet, take_sheet
from nagara.campus.attendance.domain.warning import count_batch
from nagara.campus.attendance.models import Counting, Presence, Sheet
from nagara.campus.attendance.queries import groups_of
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch
from nagara.campus.timetable.models import PublicSession
from nagara.campus.webinars.models import Registration

BATCHES = ("ascn-short-course-now", "ascn-short-course-2026")
WEAK = {7: 0.3, 19: 0.42, 28: 0.25, 40: 0.3}
"""People of a batch, by their place, who often stay away: the chance that they miss a session."""
FAITHFUL = ("participant@demo.example", "staff1.jakarta@demo.example", "alumna@demo.example")
MISSES = 0.03
CODE, ROSTER, ONLINE = Presence.Way.CODE, Presence.Way.ROSTER, Presence.Way.ONLINE


def load() -> None:
    """Fill what has been held and has no attendance yet."""
    now = timezone.now()
    for batch in Batch.objects.filter(slug__in=BATCHES):
        fill(batch, now=now)
    _webinars(now)


@transaction.atomic
def fill(batch: Batch, *, now: datetime, chance: Random | None = None) -> int:
    """Invent the attendance of the sessions of a batch that have begun, where it has none. Returns how many
    presences were made."""
    held = Presence.objects.filter(session__activity__batch=batch)
    if held.exists():
        return 0
    luck = chance or Random(batch.slug)  # noqa: S311 (a demonstration, always the same)
    sessions = list(
        PublicSession.objects.filter(batch=batch, cancelled=False, starts__lte=now)
        .prefetch_related("speakers")
        .order_by("starts", "id")
    )
    people = list(batch.enrolments.exclude(state="withdrawn").select_related("user").order_by("pk"))
    groups = groups_of(batch)
    made: list[Presence] = []
    for number, public in enumerate(sessions):
        inside = groups.get(public.group_id) if public.group_id else None
        lecturer = next(iter(public.speakers.all()), None)
        for place, enrolment in enumerate(people):
            if inside is not None and enrolment.user_id not in inside:
                continue
            faithful = enrolment.user.email in FAITHFUL
            misses = 0.0 if faithful else WEAK.get(place, MISSES)
            made += _stays(public, enrolment.user, lecturer, number, misses, luck, now)
    Presence.objects.bulk_create(made, batch_size=1000)
    _roster_and_correction(batch, sessions, people, now)
    if batch.state == Batch.State.RUNNING:
        count_batch(batch, Counting.objects.get_or_create(batch=batch)[0], now)
    return len(made)


def _stays(
    public: PublicSession, user: User, lecturer: Any, number: int, misses: float, luck: Random, now: datetime
) -> list[Presence]:
    """The stays of one person in one session: by the way that is usual for it."""
    if luck.random() < misses:
        return []
    if public.online:
        return _online(public, user, luck, now)
    if number % 9 == 4 and lecturer is not None:
        late = luck.random() < 0.08
        began = public.starts + timedelta(minutes=luck.choice((10, 15, 20)) if late else 0)
        said = "late" if late else "present"
        return [_one(public, user, ROSTER, began, public.ends, by=lecturer, said=said)]
    minutes = luck.gauss(-4, 3) if luck.random() > 0.07 else luck.uniform(3, 25)
    began = public.starts + timedelta(seconds=int(60 * min(max(minutes, -20), public.minutes / 2)))
    if began > now:
        return []
    early = luck.random() < 0.06
    ended = public.ends - timedelta(minutes=luck.randint(5, 20)) if early else None
    return [_one(public, user, CODE, began, ended if ended is None or ended <= now else None)]


def _online(public: PublicSession, user: User, luck: Random, now: datetime) -> list[Presence]:
    """One to three pieces: lines break."""
    last = min(public.ends, now)
    at = public.starts + timedelta(seconds=luck.randint(-240, 300))
    found = []
    for _ in range(luck.choice((1, 1, 1, 2, 2, 3))):
        ended = min(at + timedelta(seconds=luck.randint(20, 110) * 60), last)
        if ended <= at:
            break
        found.append(_one(public, user, ONLINE, at, ended))
        at = ended + timedelta(seconds=luck.randint(2, 6) * 60)
    return found


def _one(
    public: PublicSession,
    user: User | None,
    way: str,
    began: datetime,
    ended: datetime | None,
    **more: Any,
) -> Presence:
    who = user.pk if user is not None else f"g{more['registration'].pk}"
    return Presence(
        session_id=public.session_id,
        user=user,
        way=way,
        began=began,
        ended=ended,
        said_at=began,
        key=f"demo:{way}:{who}:{int(began.timestamp())}",
        **more,
    )


def _roster_and_correction(
    batch: Batch, sessions: list[PublicSession], people: list[Any], now: datetime
) -> None:
    """In the last session that has ended two people are to be decided, and one is corrected."""
    ended = [s for s in sessions if s.ends <= now and not s.online and not s.group_id]
    lecturer = User.objects.filter(email="lecturer@demo.example").first()
    if not ended or lecturer is None or batch.state != Batch.State.RUNNING or len(people) < 12:
        return
    last = ended[-1]
    said_at = last.ends
    rows = [
        _one(last, e.user, ROSTER, last.starts, last.starts, by=lecturer, said="absent")
        for e in (people[5], people[9])
    ]
    fixed = _one(
        last,
        people[11].user,
        Presence.Way.CORRECTION,
        last.starts + timedelta(minutes=10),
        last.ends,
        by=lecturer,
        note="Her phone was empty; she came ten minutes late.",
    )
    for row in (*rows, fixed):
        row.said_at = said_at
    Presence.objects.bulk_create([*rows, fixed], ignore_conflicts=True)


def _webinars(now: datetime) -> None:
    """Past webinars: guests who came, by presence online or by the list of the meeting tool."""
    past = PublicSession.objects.filter(
        session__webinar__isnull=False, cancelled=False, ends__lte=now, session__presences=None
    ).select_related("session__webinar", "batch")
    for number, public in enumerate(past.order_by("starts")):
        held = list(
            Registration.objects.filter(
                webinar=public.session.webinar, state=Registration.State.SEATED
            ).select_related("user")
        )
        if not held:
            continue
        luck = Random(f"webinar {public.session_id}")  # noqa: S311
        if number % 2 == 0:
            _import_list(public, held, luck, now)
        else:
            _signs(public, held, luck, now)


def _signs(public: PublicSession, held: list[Registration], luck: Random, now: datetime) -> None:
    made = []
    for one in held:
        if luck.random() < 0.3:
            continue
        user = one.user
        for stay in _online(public, user, luck, now) if user else _guest(public, one, luck, now):
            stay.registration = one
            made.append(stay)
    Presence.objects.bulk_create(made, batch_size=1000, ignore_conflicts=True)


def _guest(public: PublicSession, one: Registration, luck: Random, now: datetime) -> list[Presence]:
    began = public.starts + timedelta(seconds=luck.randint(-120, 600))
    ended = min(public.ends, began + timedelta(minutes=luck.randint(20, 100)), now)
    return [_one(public, None, ONLINE, began, ended, registration=one)] if ended > began else []


def _import_list(public: PublicSession, held: list[Registration], luck: Random, now: datetime) -> Sheet:
    """A list as Zoom writes it, with somebody whom nobody knows."""
    lines = ["Name (Original Name),User Email,Join Time (UTC),Leave Time (UTC),Duration (Minutes),Guest"]
    for one in held:
        if luck.random() < 0.3:
            continue
        began = public.starts + timedelta(seconds=luck.randint(-120, 600))
        ended = min(public.ends, began + timedelta(minutes=luck.randint(25, 95)))
        mail = one.email if luck.random() < 0.8 else ""
        lines.append(f'"{one.name}",{mail},{_stamp(began)},{_stamp(ended)},,Yes')
    lines.append(f"iPad,,{_stamp(public.starts)},{_stamp(public.ends)},,Yes")
    data = "\n".join(lines).encode()
    sheet = read_sheet(public, data=data, name="participants.csv", tz="", by=None)
    take_sheet(sheet, by=None, now=now)
    return sheet


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
