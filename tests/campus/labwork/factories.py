"""A batch that does the lab of the test curriculum on the simulated town `harbour`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from django.utils import timezone

from nagara.campus.labwork.domain import open_lab, publish, set_lab, submit
from nagara.campus.labwork.domain.keys import prepared_of
from nagara.campus.labwork.models import LabAssignment, LabWork
from nagara.campus.people.models import User
from nagara.campus.programmes.domain import give_role
from nagara.campus.programmes.models import Batch, Enrolment, Programme, ProgrammeVersion, RoleKind, Track
from nagara.citylab import labs

CURRICULUM = Path(__file__).with_name("curriculum")
NUMBERS = count(1)
ROLES = ("manager", "coordinator", "lecturer", "mentor", "observer")


def person(name: str, **fields) -> User:
    mail = f"lab{next(NUMBERS)}@example.org"
    return User.objects.create(email=mail, passport_name=name, sort_key=name.casefold(), **fields)


def make_batch(slug: str = "labs-27", *, people: int = 2) -> Batch:
    track, _ = Track.objects.get_or_create(slug="short-term", defaults={"name": "Short-term track"})
    programme, _ = Programme.objects.get_or_create(slug="short", defaults={"name": "Short", "track": track})
    version, _ = ProgrammeVersion.objects.get_or_create(programme=programme, number=1)
    for order, role in enumerate(ROLES):
        RoleKind.objects.get_or_create(
            slug=role, defaults={"name": role.title(), "runs": order < 2, "order": order}
        )
    today = date.today()
    batch = Batch.objects.create(
        version=version,
        slug=slug,
        name=f"Batch {slug}",
        starts=today - timedelta(days=7),
        ends=today + timedelta(days=14),
        state="running",
        tz="Asia/Seoul",
    )
    for n in range(people):
        enrol(batch, person(f"Learner {n + 1}"))
    return batch


def enrol(batch: Batch, user: User, city=None) -> User:
    Enrolment.objects.create(batch=batch, user=user, city=city)
    return user


def teacher(batch: Batch, role: str = "lecturer", name: str = "Lee") -> User:
    user = person(name)
    give_role(batch, user, role=role, by=None)
    return user


def learners(batch: Batch) -> list[User]:
    return [e.user for e in Enrolment.objects.filter(batch=batch).select_related("user").order_by("pk")]


def make_lab(batch: Batch, *, published: bool = True, **fields) -> LabAssignment:
    """Open since an hour, due tomorrow."""
    now = datetime.now(UTC).replace(tzinfo=None)
    given = {
        "module": "TK",
        "variant": "standard",
        "opens": now - timedelta(hours=1),
        "due": now + timedelta(days=1),
        "closes": now + timedelta(days=2),
        "tz": "UTC",
        **fields,
    }
    row = set_lab(batch, by=None, **given)
    return publish(row, by=None, now=timezone.now()) if published else row


def begin(row: LabAssignment | str, user: User) -> LabWork:
    return open_lab(user, row, now=timezone.now())


def answer_of(work: LabWork, task: str) -> dict:
    """A right answer as a person gives it."""
    prepared = prepared_of(work)
    if task == "list":
        return {"sql": f"select stop_id, lon, lat from stop where stop_id = '{prepared.params['stop_id']}'"}
    if task == "advice":
        return {"text": "Build the stop where people wait. " * 10}
    return labs.right_answer(prepared, task)


def mistake_of(work: LabWork, task: str, mistake: str) -> dict:
    if task == "list":
        return {"sql": "select stop_id, lon, lat from stop"}
    found = labs.mistaken_answer(prepared_of(work), task, mistake)
    assert found is not None
    return found


def answer(
    work: LabWork, task: str, given: dict | None = None, *, key: str = "", now: datetime | None = None
):
    given = answer_of(work, task) if given is None else given
    return submit(work, task, given, key=key or f"k{next(NUMBERS)}", now=now or timezone.now())
