"""The demonstration's batches: last year's short course, its copy for next year, a master's intake."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from nagara.campus.cities.models import City
from nagara.campus.people.demo_accounts import ACCOUNTS
from nagara.campus.people.demo_names import invented
from nagara.campus.people.domain import NewPerson, add_people
from nagara.campus.people.models import User
from nagara.campus.programmes.domain import change_state, copy_batch, create_batch
from nagara.campus.programmes.domain.seeding import host
from nagara.campus.programmes.models import Batch, BatchRole, Enrolment, ProgrammeVersion

SHORT = "ascn-short-course"
SEATS = 48
TEACHING = ("lecturer", "lecturer", "lecturer", "mentor", "mentor", "observer")
TEAM = {
    "office@demo.example": "manager",
    "coordinator@demo.example": "coordinator",
    "lecturer@demo.example": "lecturer",
}
FIRST = 120
"""Numbers of invented people from here on are ours: other rooms of the demonstration take lower ones."""


@transaction.atomic
def load() -> None:
    """Add the three batches that are missing; nothing where they are there."""
    if Batch.objects.filter(slug=f"{SHORT}-2026").exists():
        return
    office = User.objects.filter(email=ACCOUNTS[0].email).first()
    last = _last_year(office)
    new = copy_batch(last, name="ASCN Short Course 2027", starts=date(2027, 5, 31), by=office)
    _team(new, since=date(2026, 9, 1), until=None)
    change_state(new, "call", by=office)
    change_state(new, "selection", by=office)
    masters = create_batch(
        version=ProgrammeVersion.objects.get(programme__slug="masters-smart-cities", number=1),
        name="Master's 2027",
        slug="masters-2027",
        starts=date(2027, 8, 30),
        ends=date(2029, 6, 29),
        seats=40,
        host_name="Host university, Seoul",
        host_state=host(),
        by=office,
    )
    change_state(masters, "call", by=office)


def _last_year(office: User | None) -> Batch:
    batch = create_batch(
        version=ProgrammeVersion.objects.get(programme__slug=SHORT, number=1),
        name="ASCN Short Course 2026",
        starts=date(2026, 6, 1),
        ends=date(2026, 6, 19),
        seats=SEATS,
        host_name="Host university, Seoul",
        host_state=host(),
        by=office,
    )
    since, until = date(2026, 1, 12), date(2026, 12, 31)
    _team(batch, since=since, until=until)
    staff = add_people([_person(FIRST + n, "SG", "Asia/Singapore") for n in range(len(TEACHING))], by=office)
    BatchRole.objects.bulk_create(
        BatchRole(batch=batch, user=user, role=role, since=since, until=until)
        for user, role in zip(staff, TEACHING, strict=True)
    )
    _enrol(batch, office)
    _alumna(batch)
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.FINISHED)
    return Batch.objects.get(pk=batch.pk)


def _team(batch: Batch, *, since: date, until: date | None) -> None:
    """Those of the demonstration's accounts who work in a batch."""
    for email, role in TEAM.items():
        user = User.objects.filter(email=email).first()
        if user is not None:
            BatchRole.objects.create(batch=batch, user=user, role=role, since=since, until=until)


def _alumna(batch: Batch) -> None:
    """The account of the alumna takes the place of the first participant of her state."""
    alumna = User.objects.filter(email="alumna@demo.example").first()
    place = batch.enrolments.filter(city__state__iso2="LA").first()
    if alumna is not None and place is not None:
        place.user = alumna
        place.save(update_fields=["user"])


def _enrol(batch: Batch, office: User | None) -> None:
    """48 people: one from each member city, the rest second ones from the first cities."""
    cities = list(City.objects.members().select_related("state").order_by("slug"))
    chosen = (cities * 2)[:SEATS]
    rows = [_person(FIRST + 10 + n, city.state.iso2, city.tz) for n, city in enumerate(chosen)]
    people = add_people(rows, by=office)
    Enrolment.objects.bulk_create(
        Enrolment(
            batch=batch,
            user=user,
            city=city,
            application_ref=f"SC26-{n:04d}",
            state=Enrolment.State.FINISHED if n != 17 else Enrolment.State.WITHDRAWN,
            since=date(2026, 4, 20),
        )
        for n, (user, city) in enumerate(zip(people, chosen, strict=True), 1)
    )
    batch.cities.set(set(chosen))


def _person(number: int, iso2: str, tz: str) -> NewPerson:
    one = invented(number, iso2)
    return NewPerson(
        email=f"sc26-{one.email}",
        passport_name=one.passport_name,
        preferred_name=one.preferred_name,
        native_name=one.native_name,
        country=iso2,
        tz=tz,
        sex=one.sex,
    )
