"""A batch that is asked every day, as the tests need it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import count

from nagara.campus.cities.models import City
from nagara.campus.evaluation.domain import ask_due
from nagara.campus.evaluation.models import Occasion
from nagara.campus.people.models import User
from nagara.campus.programmes.models import (
    ActivityKind,
    Batch,
    Enrolment,
    EvaluationForm,
    Programme,
    ProgrammeVersion,
    Track,
)
from nagara.campus.timetable.domain import add_activity, add_session, release

NUMBERS = count(1)
DAY = date(2027, 6, 15)
NOON = datetime(2027, 6, 15, 3, tzinfo=UTC)
"""Noon in Seoul on the second day."""
EVENING = datetime(2027, 6, 15, 9, tzinfo=UTC)
"""18:00 in Seoul."""
NIGHT = datetime(2027, 6, 15, 11, 30, tzinfo=UTC)
"""20:30 in Seoul: the results go out."""
DAILY = [
    {"id": "clear", "asks": "Today was clear to me", "kind": "scale", "most": 5},
    {"id": "useful", "asks": "I can use it in my work", "kind": "scale", "most": 5},
    {"id": "pace", "asks": "The pace was right", "kind": "scale", "most": 5},
    {"id": "words", "asks": "What should we change tomorrow?", "kind": "text", "most": 400},
]
END = [{"id": "goals", "asks": "The course reached its goals", "kind": "scale", "most": 5}]


def person(name: str, **fields) -> User:
    mail = f"e{next(NUMBERS)}@example.org"
    return User.objects.create(email=mail, passport_name=name, sort_key=name.casefold(), **fields)


def make_batch(slug: str = "eval-27", **fields) -> Batch:
    track, _ = Track.objects.get_or_create(slug="short-term", defaults={"name": "Short-term track"})
    programme, _ = Programme.objects.get_or_create(slug="short", defaults={"name": "Short", "track": track})
    version, made = ProgrammeVersion.objects.get_or_create(programme=programme, number=1)
    if made:
        rows = (("daily", "Daily evaluation", "daily", DAILY), ("end", "At the end", "last day", END))
        for key, title, when, questions in (*rows, ("course", "Course", "end of each semester", END)):
            EvaluationForm.objects.create(
                version=version, key=key, title=title, when=when, questions=questions
            )
    values = {"name": f"Batch {slug}", "starts": date(2027, 6, 14), "ends": date(2027, 6, 25), "seats": 60}
    return Batch.objects.create(
        version=version, slug=slug, tz="Asia/Seoul", **{"state": "running", **values, **fields}
    )


def enrol(batch: Batch, *names: str) -> list[User]:
    city = City.objects.get(slug="jakarta")
    users = [person(name) for name in names]
    for user in users:
        Enrolment.objects.create(batch=batch, user=user, city=city)
    return users


def hold(batch: Batch, *, day: date = DAY, at: str = "09:30", minutes: int = 390, people=()):
    """A released session, by default from 09:30 to 16:00."""
    ActivityKind.objects.get_or_create(slug="course", defaults={"name": "Course"})
    activity = add_activity(batch, kind="course", title=f"Lesson of {day}", by=None)
    session = add_session(
        activity, day=day, at=time.fromisoformat(at), minutes=minutes, people=people, by=None
    )
    release(batch, by=None, quiet=True, now=NOON)
    return session


def asked(batch: Batch, now: datetime = NOON) -> Occasion:
    """Today's daily form."""
    return next(o for o in ask_due(batch, now=now) if o.kind == "daily")
