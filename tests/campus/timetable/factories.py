"""A batch with people of several states, a room, a speaker, as the tests need them."""

from __future__ import annotations

from datetime import date, time
from itertools import count

from nagara.campus.cities.models import City, State
from nagara.campus.people.models import User
from nagara.campus.programmes.models import (
    ActivityKind,
    Batch,
    Enrolment,
    Programme,
    ProgrammeVersion,
    Track,
)
from nagara.campus.timetable.domain import add_activity, add_session
from nagara.campus.timetable.models import Activity, Room, Session, Venue

NUMBERS = count(1)
MONDAY = date(2027, 6, 14)


def person(name: str, tz: str = "", **fields) -> User:
    mail = f"tt{next(NUMBERS)}@example.org"
    return User.objects.create(email=mail, passport_name=name, sort_key=name.casefold(), tz=tz, **fields)


def make_kinds() -> None:
    for order, (slug, name) in enumerate(
        {"course": "Course", "workshop": "Workshop", "technical-visit": "Technical visit"}.items()
    ):
        ActivityKind.objects.get_or_create(slug=slug, defaults={"name": name, "order": order})


def make_batch(slug: str = "tt-27", **fields) -> Batch:
    make_kinds()
    track, _ = Track.objects.get_or_create(slug="short-term", defaults={"name": "Short-term track"})
    programme, _ = Programme.objects.get_or_create(slug="short", defaults={"name": "Short", "track": track})
    version, _ = ProgrammeVersion.objects.get_or_create(programme=programme, number=1)
    values = {
        "name": f"Batch {slug}",
        "starts": MONDAY,
        "ends": date(2027, 7, 2),
        "seats": 60,
        "state": "preparing",
        "tz": "Asia/Seoul",
        "host_state": State.objects.filter(iso2="KR").first(),
    }
    return Batch.objects.create(version=version, slug=slug, **{**values, **fields})


def enrol(batch: Batch, *slugs: str) -> list[Enrolment]:
    """One person for each city, whose clock is the city's."""
    made = []
    for slug in slugs:
        city = City.objects.get(slug=slug)
        user = person(f"Person of {city.name} {next(NUMBERS)}", tz=city.tz)
        made.append(Enrolment.objects.create(batch=batch, user=user, city=city))
    return made


def make_room(name: str = "Room 1", seats: int | None = 60) -> Room:
    venue, _ = Venue.objects.get_or_create(name="Main hall")
    return Room.objects.create(venue=venue, name=name, seats=seats)


def activity(batch: Batch, title: str = "Flood models", **fields) -> Activity:
    return add_activity(batch, kind=fields.pop("kind", "course"), title=title, by=None, **fields)


def session(of: Activity, *, day: date = MONDAY, at: str = "09:30", minutes: int = 90, **fields) -> Session:
    return add_session(
        of, day=day, at=time.fromisoformat(at), minutes=minutes, by=fields.pop("by", None), **fields
    )
