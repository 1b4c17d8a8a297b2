"""A batch with a released technical visit, as the tests need it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import count

from nagara.campus.cities.models import City
from nagara.campus.people.domain.seeding import seed as seed_consents
from nagara.campus.people.models import User
from nagara.campus.programmes.models import (
    ActivityKind,
    Batch,
    Enrolment,
    Programme,
    ProgrammeVersion,
    Track,
)
from nagara.campus.timetable.domain import add_activity, add_session, release
from nagara.campus.visits.domain import seat_group, set_up
from nagara.campus.visits.domain.seeding import seed
from nagara.campus.visits.models import Visit

NUMBERS = count(1)
DAY = date(2027, 6, 16)
BEFORE = datetime(2027, 6, 10, 3, tzinfo=UTC)
"""Six days before, noon in Seoul."""


def person(name: str, **fields) -> User:
    mail = f"v{next(NUMBERS)}@example.org"
    return User.objects.create(email=mail, passport_name=name, sort_key=name.casefold(), **fields)


def make_batch(slug: str = "visits-27", **fields) -> Batch:
    ActivityKind.objects.get_or_create(slug="technical-visit", defaults={"name": "Technical visit"})
    ActivityKind.objects.get_or_create(slug="course", defaults={"name": "Course"})
    track, _ = Track.objects.get_or_create(slug="short-term", defaults={"name": "Short-term track"})
    programme, _ = Programme.objects.get_or_create(slug="short", defaults={"name": "Short", "track": track})
    version, _ = ProgrammeVersion.objects.get_or_create(programme=programme, number=1)
    values = {"name": f"Batch {slug}", "starts": date(2027, 6, 14), "ends": date(2027, 7, 2), "seats": 60}
    return Batch.objects.create(version=version, slug=slug, tz="Asia/Seoul", **{**values, **fields})


def enrol(batch: Batch, *names: str, city: str = "jakarta") -> list[Enrolment]:
    place = City.objects.get(slug=city)
    return [Enrolment.objects.create(batch=batch, user=person(name), city=place) for name in names]


def make_visit(batch: Batch, *, released: bool = True, now: datetime = BEFORE, **fields) -> Visit:
    """A visit from 10:00 to 12:00 in Seoul on the third day."""
    seed_consents()
    seed()
    activity = add_activity(batch, kind="technical-visit", title="Integrated operation centre", by=None)
    session = add_session(activity, day=DAY, at=time(10), minutes=120, by=None)
    if released:
        release(batch, by=None, quiet=True, now=now)
    visit = set_up(session, by=None)
    Visit.objects.filter(pk=visit.pk).update(**fields)
    visit = Visit.objects.get(pk=visit.pk)
    seat_group(visit, by=None)
    return visit
