"""The demonstration's reading: week two of a short course, its curriculum and those of its cities."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from nagara.campus.cities.models import City
from nagara.campus.curricula.domain.making import make
from nagara.campus.curricula.domain.solving import CannotPlan
from nagara.campus.learning.queries import learners
from nagara.campus.lessons.content import open_modules
from nagara.campus.lessons.models import Reading
from nagara.campus.lessons.progress import order_of
from nagara.campus.lessons.variants import Curricula, curricula
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, Enrolment

NOW = "ascn-short-course-now"
DONE, RUNNING = ("M01", "M02", "M03"), ("M04", "M05")
"""Taught last week and this week."""
SEEN = "participant@demo.example"


@transaction.atomic
def load() -> None:
    """Add them where the batch has none."""
    batch = Batch.objects.filter(slug=NOW).first()
    office = User.objects.filter(email="office@demo.example").first()
    if batch is None or office is None:
        return
    people = list(learners(batch).select_related("user", "city"))
    if not batch.curricula.exists():
        _curricula(batch, people, office)
    if not Reading.objects.filter(user__in=[p.user_id for p in people]).exists():
        cities = {p.city for p in people if p.city is not None}
        _readings(batch, people, curricula(batch, cities))


def _curricula(batch: Batch, people: list[Enrolment], office: User) -> None:
    """Of the batch, and of those of its cities that have assessed themselves."""
    cities = City.objects.filter(pk__in={p.city_id for p in people}, assessments__state="agreed")
    owners: list[Batch | City] = [batch, *cities.filter(curricula=None).distinct()]
    for owner in owners:
        try:
            hours = float(batch.version.hours) if owner is batch else 60.0
            make(owner, hours=hours, mode="", by=office)
        except CannotPlan:
            continue


def _readings(batch: Batch, people: list[Enrolment], choices: Curricula) -> None:
    """Most have read last week's lessons; this week's are half read."""
    there, now = open_modules(), timezone.now()
    chance = Random(11)  # noqa: S311 (invented reading)
    rows = []
    for person in people:
        diligence = 0.5 if person.user.email == SEEN else chance.choice([0.15, 0.5, 0.7, 0.9, 1.0])
        for code in (c for c in order_of(batch, choices.of_batch) if c in there):
            share = min(1.0, diligence + 0.4) if code in DONE else diligence if code in RUNNING else 0.0
            lessons = there[code].lessons[: round(share * len(there[code].lessons))]
            chosen = choices.choose(person.city, code)
            days = 7 if code in DONE else 1
            rows += [
                Reading(
                    user_id=person.user_id,
                    module=code,
                    lesson=lesson.slug,
                    variant=chosen.variant,
                    city=chosen.city_slug,
                    at=now - timedelta(days=days, minutes=chance.randrange(600)),
                )
                for lesson in lessons
            ]
    Reading.objects.bulk_create(rows)
