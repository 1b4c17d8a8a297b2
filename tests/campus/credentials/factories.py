"""A finished batch with people whose facts a test sets, as the tests of certificates need it."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count

from nagara.campus.cities.models import City
from nagara.campus.credentials.domain.lines import TOLD
from nagara.campus.people.models import User
from nagara.campus.programmes import facts
from nagara.campus.programmes.models import (
    Batch,
    BatchRole,
    Enrolment,
    Programme,
    ProgrammeVersion,
    RoleKind,
    Track,
)

NUMBERS = count(1)
NOW = datetime(2026, 6, 20, 9, 0, tzinfo=UTC)
GOOD = {
    "attendance.minutes_share": 0.93,
    "attendance.minutes": 5022,
    "attendance.minutes_planned": 5400,
    "submissions.accepted": ["City Report", "Decision brief", "Action Plan"],
    "tests.post_percent": 81,
    "evaluation.done": True,
}
RULES = [
    {"id": "attendance", "fact": "attendance.minutes_share", "op": ">=", "value": 0.8, "unit": "1",
     "says": "Attended at least 80 % of the planned minutes"},
    {"id": "submissions", "fact": "submissions.accepted", "op": "has all",
     "value": ["City Report", "Decision brief", "Action Plan"], "says": "City Report, brief and plan accepted"},
    {"id": "post-test", "fact": "tests.post_percent", "op": ">=", "value": 60, "unit": "points",
     "says": "At least 60 of 100 points in the post-test"},
    {"id": "evaluation", "fact": "evaluation.done", "op": "==", "value": True,
     "says": "Filled in the evaluation at the end"},
]  # fmt: skip


def person(name: str, **fields) -> User:
    mail = f"c{next(NUMBERS)}@example.org"
    return User.objects.create(email=mail, passport_name=name, sort_key=name.casefold(), **fields)


def make_batch(slug: str = "short-26", *, state: str = "finished", rules=RULES, **fields) -> Batch:
    track, _ = Track.objects.get_or_create(slug="short-term", defaults={"name": "Short-term track"})
    programme, _ = Programme.objects.get_or_create(
        slug="city-course",
        defaults={"name": "City Course", "track": track, "summary": "Three weeks on data."},
    )
    version, _ = ProgrammeVersion.objects.get_or_create(
        programme=programme,
        number=1,
        defaults={
            "status": "published",
            "hours": 90,
            "rules": {"certificate": {"full": "Completion", "otherwise": "Participation", "rules": rules}},
        },
    )
    return Batch.objects.create(
        version=version,
        slug=slug,
        name=f"City Course {slug}",
        starts=fields.pop("starts", date(2026, 6, 1)),
        ends=fields.pop("ends", date(2026, 6, 19)),
        state=state,
        host_name="Host university",
        **fields,
    )


def enrol(batch: Batch, name: str, city: str = "jakarta", **fields) -> Enrolment:
    place = City.objects.filter(slug=city).first()
    return Enrolment.objects.create(batch=batch, user=person(name, **fields), city=place, state="finished")


def manager(batch: Batch, name: str = "Ria Manager") -> User:
    RoleKind.objects.update_or_create(slug="manager", defaults={"name": "Manager", "runs": True})
    user = person(name)
    BatchRole.objects.create(batch=batch, user=user, role="manager", since=date(2026, 1, 1))
    return user


class Facts:
    """What the rooms below would say: `told[enrolment.user_id] = {name: value}`, else GOOD."""

    def __init__(self) -> None:
        self.told: dict[int, dict] = {}

    def say(self, enrolment: Enrolment, **changes) -> None:
        """`evaluation_done=False` sets evaluation.done; None makes it unknown."""
        named = {key.replace("_", ".", 1): value for key, value in changes.items()}
        self.told[enrolment.user_id] = {**GOOD, **self.told.get(enrolment.user_id, {}), **named}


@contextmanager
def known_facts():
    """Providers of the facts of certificates that a test controls."""
    held, before = Facts(), dict(facts._providers)
    for name in {*GOOD, *TOLD}:

        def ask(batch, users, name=name):
            return {user.pk: held.told.get(user.pk, GOOD).get(name) for user in users}

        facts.provides_many(name, meaning=name)(ask)
    try:
        yield held
    finally:
        facts._providers.clear()
        facts._providers.update(before)
