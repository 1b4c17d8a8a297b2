"""The demonstration's timetables: a short course in its second week, and last year's. All is invented."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from nagara.campus.cities.models import City
from nagara.campus.people.demo_names import invented
from nagara.campus.people.domain import NewPerson, add_people
from nagara.campus.people.models import User
from nagara.campus.programmes.domain import create_batch
from nagara.campus.programmes.domain.seeding import host
from nagara.campus.programmes.models import Batch, BatchRole, Enrolment, Module, ProgrammeVersion
from nagara.campus.timetable.demo_plan import ABOUT, HALL, LAB1, LAB2, NAMED, ONLINE, PLAN, Row
from nagara.campus.timetable.domain import (
    Planned,
    add_activity,
    add_sessions,
    cancel_session,
    change_session,
    release,
)
from nagara.campus.timetable.domain.activities import split
from nagara.campus.timetable.models import Activity, Frame, Group, Room, Session, Unavailable, Venue

NOW, PAST = "ascn-short-course-now", "ascn-short-course-2026"
PEOPLE = 48
TEAM = {
    "office@demo.example": "manager",
    "coordinator@demo.example": "coordinator",
    "lecturer@demo.example": "lecturer",
    "expert@demo.example": "mentor",
}
ACCOUNTS = {"participant@demo.example": "BN", "staff1.jakarta@demo.example": "ID"}
LECTURERS = {"yoon": 40, "seo": 42, "ryu": 41, "kim": 44}
"""Invented lecturers of the host: key in the plan and number of the invented person."""
LINK = "https://meet.example.org/nagara-short-course"


@transaction.atomic
def load() -> None:
    """Add the running batch with its people and both timetables, where they are missing."""
    if Batch.objects.filter(slug=NOW).exists():
        return
    version = ProgrammeVersion.objects.filter(programme__slug="ascn-short-course", number=1).first()
    if version is None:
        return
    office = User.objects.filter(email="office@demo.example").first()
    today = timezone.localdate(timezone=ZoneInfo("Asia/Seoul"))  # the host's day
    batch = _batch(version, today - timedelta(days=today.weekday() + 7), office)
    _enrol(batch, office)
    speakers = _speakers(batch, office)
    rooms = _rooms()
    _plan(batch, speakers, rooms, office)
    _releases(batch, office)
    _away(speakers["ryu"], batch)
    last = Batch.objects.filter(slug=PAST).first()
    if last is not None:
        _plan(last, speakers, rooms, office)
        out = datetime.combine(last.starts - timedelta(days=42), time(1), UTC)
        release(last, by=office, note="The timetable is out.", quiet=True, now=out)


def _batch(version: ProgrammeVersion, starts: date, office: User | None) -> Batch:
    batch = create_batch(
        version=version,
        name="ASCN Short Course, autumn",
        slug=NOW,
        starts=starts,
        ends=starts + timedelta(days=18),
        seats=PEOPLE,
        host_name="Host university, Seoul",
        host_state=host(),
        by=office,
    )
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.RUNNING)
    batch.refresh_from_db()
    Frame.objects.create(
        batch=batch,
        travel_days=[
            {"day": (starts - timedelta(days=1)).isoformat(), "note": "Arrival in Seoul"},
            {"day": (starts + timedelta(days=19)).isoformat(), "note": "Departure"},
        ],
    )
    return batch


def _enrol(batch: Batch, office: User | None) -> None:
    """48 people of eleven states, two of them with an account of the demonstration; groups A and B."""
    cities = list(City.objects.members().select_related("state").order_by("slug"))
    chosen = (cities * 2)[:PEOPLE]
    accounts = {
        iso2: user
        for email, iso2 in ACCOUNTS.items()
        if (user := User.objects.filter(email=email).first()) is not None
    }
    places: dict[int, User] = {}
    for iso2, user in accounts.items():
        wanted = "jakarta" if iso2 == "ID" else None
        place = next(
            (n for n, c in enumerate(chosen) if c.slug == wanted or (not wanted and c.state.iso2 == iso2)),
            None,
        )
        if place is not None:
            places[place] = user
    rows = {n: _person(60 + n, city) for n, city in enumerate(chosen) if n not in places}
    made = dict(zip(rows, add_people(list(rows.values()), by=office), strict=True))
    since = batch.starts - timedelta(days=70)
    Enrolment.objects.bulk_create(
        Enrolment(
            batch=batch,
            user=places.get(n) or made[n],
            city=city,
            application_ref=f"SCA-{n + 1:04d}",
            since=since,
        )
        for n, city in enumerate(chosen)
    )
    batch.cities.set(set(chosen))
    split(batch, ["Group A", "Group B"], by=office)


def _person(number: int, city: City, prefix: str = "sca") -> NewPerson:
    one = invented(number, city.state.iso2)
    return NewPerson(
        email=f"{prefix}-{one.email}",
        passport_name=one.passport_name,
        preferred_name=one.preferred_name,
        native_name=one.native_name,
        country=city.state.iso2,
        tz=city.tz,
        sex=one.sex,
    )


def _speakers(batch: Batch, office: User | None) -> dict[str, User]:
    """Who teaches: accounts of the demonstration, and invented lecturers of the host."""
    found: dict[str, User] = {}
    since = batch.starts - timedelta(days=120)
    for email, role in TEAM.items():
        user = User.objects.filter(email=email).first()
        if user is not None:
            found[{"office": "han", "lecturer": "park"}.get(email.partition("@")[0], role)] = user
            BatchRole.objects.create(batch=batch, user=user, role=role, since=since)
    people = [invented(number, "KR") for number in LECTURERS.values()]
    made = add_people(
        [
            NewPerson(
                email=f"host-{one.email}",
                passport_name=one.passport_name,
                preferred_name=one.preferred_name,
                native_name=one.native_name,
                country="KR",
                tz="Asia/Seoul",
                sex=one.sex,
            )
            for one in people
        ],
        by=office,
    )
    BatchRole.objects.bulk_create(
        BatchRole(batch=batch, user=user, role="lecturer", since=since) for user in made
    )
    found.update(zip(LECTURERS, made, strict=True))
    if "mentor" in found:
        found["expert"] = found.pop("mentor")
    return found


def _rooms() -> dict[str, Room]:
    venue, _ = Venue.objects.get_or_create(
        name="Host university, Data Hall",
        defaults={
            "address": "Seoul",
            "tz": "Asia/Seoul",
            "lat": 37.5838,
            "lon": 127.0588,
            "note": "Lift to every floor. Prayer room on floor 2, canteen with halal and vegetarian food on "
            "floor 1. From the metro station it is ten minutes on foot.",
        },
    )
    rooms = {
        HALL: ("Lecture hall 101", 80, "Screen, microphones, ramp to the stage"),
        LAB1: ("Lab 1", 28, "28 computers"),
        LAB2: ("Lab 2", 26, "26 computers"),
        "seminar": ("Seminar room 305", 30, "Tables that move"),
    }
    return {
        key: Room.objects.get_or_create(venue=venue, name=name, defaults={"seats": seats, "note": note})[0]
        for key, (name, seats, note) in rooms.items()
    }


def _plan(
    batch: Batch, speakers: dict[str, User], rooms: dict[str, Room], office: User | None
) -> list[Session]:
    """Activities and sessions of the three weeks, into the draft."""
    modules = {module.code: module for module in Module.objects.all()}
    groups: list[Group | None] = list(batch.groups.order_by("name")[:2])
    if len(groups) < 2:
        groups = list(split(batch, ["Group A", "Group B"], by=office)) if batch.enrolments.exists() else []
    lines = {line.title: line for line in batch.activities.all()}
    known: dict[tuple[str, int | None], Activity] = {}
    planned: list[Planned] = []
    for row in PLAN:
        for turn, group in enumerate(groups if row.split and groups else [None]):
            key = (row.title, group.pk if group else None)
            if key not in known:
                known[key] = add_activity(
                    batch,
                    kind=row.kind,
                    title=row.title,
                    group=group,
                    module=modules.get(row.module),
                    counts=row.counts,
                    summary=ABOUT.get(row.title, ""),
                    by=office,
                )
            line = lines.pop(row.title, None)
            planned.append(_session(batch, row, known[key], (LAB1, LAB2)[turn], speakers, rooms, turn, line))
    return add_sessions(batch, planned, by=office)


def _session(
    batch: Batch,
    row: Row,
    activity: Activity,
    lab: str,
    speakers: dict[str, User],
    rooms: dict[str, Room],
    turn: int,
    line: object,
) -> Planned:
    who = row.who[turn : turn + 1] if row.split else row.who
    people: list[User | str | tuple[User | str, str]] = []
    for key in who:
        if key in NAMED:
            people.append(NAMED[key])
        elif key in speakers:
            people.append((speakers[key], "moderator" if key == "han" else "lecturer"))
    place = lab if row.split else row.place
    return Planned(
        activity,
        batch.starts + timedelta(days=row.day - 1),
        time.fromisoformat(row.at),
        row.minutes,
        batch.tz,
        rooms.get(place),
        place == ONLINE,
        people,
        join_link=LINK if place == ONLINE else "",
        plan_line=line,  # type: ignore[arg-type]
    )


def _releases(batch: Batch, office: User | None) -> None:
    """Three versions: out; one session moved; one cancelled."""

    def at(days: int, hour: int = 1) -> datetime:
        return datetime.combine(batch.starts + timedelta(days=days), time(hour), UTC)

    release(batch, by=office, note="Bring a laptop from day 3 on.", quiet=True, now=at(-42))
    moved = Session.objects.get(activity__batch=batch, activity__title="Data protection office")
    change_session(
        moved, version=moved.version, by=office, at=time(14, 0), note="Half an hour later: lunch is long."
    )
    release(batch, by=office, note="The guests come at 14:00.", quiet=True, now=at(-3))
    gone = Session.objects.get(activity__batch=batch, activity__title="Planning office")
    cancel_session(gone, by=office, reason="The speaker is ill. The slides stand under Materials.")
    release(batch, by=office, note="One talk less in week 3.", quiet=True, now=at(4, 9))


def _away(user: User, batch: Batch) -> None:
    """One lecturer cannot come on the Wednesday of the third week."""
    day = datetime.combine(batch.starts + timedelta(days=16), time(0), UTC)
    Unavailable.objects.create(
        user=user, starts=day, ends=day + timedelta(hours=9), reason="Board meeting", source="typed"
    )
