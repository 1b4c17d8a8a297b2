"""The demonstration's calls: last year's, the short course of 2027 with 120 applications from 38 cities, and
an open one for the master's. Everyone in it is invented."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from nagara.campus.admissions.demo_papers import tiny_pdf
from nagara.campus.admissions.demo_words import (
    CAPITALS_AND_LARGEST,
    DATA,
    PROBLEMS,
    REMARKS,
    TOOLS,
    WORK,
)
from nagara.campus.admissions.domain import applying, eligibility
from nagara.campus.admissions.domain.calls import make_call
from nagara.campus.admissions.domain.cosigning import ask_supervisor
from nagara.campus.admissions.models import Application, Call, Cosignature, Document, Head, Nomination
from nagara.campus.cities.models import City
from nagara.campus.people.demo_names import invented
from nagara.campus.people.domain import NewPerson, add_people
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch

SHORT, SHORT_BEFORE, MASTERS = "ascn-short-course-2027", "ascn-short-course-2026", "masters-2027"
HANDED_IN = 120
HEAD, SUPERVISOR = 100, 110
"""Numbers of invented people who are heads of department and supervisors, in each state."""


@dataclass(frozen=True)
class Applicant:
    """One invented applicant: who, for which city, the how manieth of all and of the city."""

    user: User
    city: City
    number: int
    priority: int


@transaction.atomic
def load() -> None:
    """Add the calls that are missing, where their batches are there."""
    batches = {
        batch.slug: batch
        for batch in Batch.objects.filter(slug__in=[SHORT, SHORT_BEFORE, MASTERS]).select_related(
            "version__programme__track", "host_state"
        )
    }
    office = User.objects.filter(email="office@demo.example").first()
    if SHORT_BEFORE in batches and not batches[SHORT_BEFORE].calls.exists():
        before = batches[SHORT_BEFORE]
        last = datetime.combine(before.starts - timedelta(days=110), datetime.min.time())
        _published(before, closes=last.replace(hour=23, minute=59))
    if SHORT in batches and not Application.objects.filter(call__batch=batches[SHORT]).exists():
        _short_course(batches[SHORT], office)
    if MASTERS in batches and not batches[MASTERS].calls.exists():
        _masters(batches[MASTERS])


def _wall(days: int, zone: str) -> datetime:
    day = datetime.now(UTC).astimezone(ZoneInfo(zone)) + timedelta(days=days)
    return day.replace(tzinfo=None, hour=23, minute=59, second=0, microsecond=0)


def _published(batch: Batch, *, closes: datetime) -> Call:
    """The batch's call, published, closing at that wall time of the host."""
    call = batch.calls.first() or make_call(batch, by=None)
    call.opens, call.closes = (closes - timedelta(days=60)).replace(hour=9, minute=0), closes
    call.state, call.published_at = Call.State.PUBLISHED, call.opens_at - timedelta(days=2)
    call.save()
    return call


def _short_course(batch: Batch, office: User | None) -> None:
    call = _published(batch, closes=_wall(-9, batch.tz))
    applicants = _applicants(office)
    nominations = _nominations(call, applicants)
    applications = _applications(call, applicants, nominations)
    _documents(call, applications)
    _waiting_for_the_supervisor(call)


def _places() -> list[City]:
    """38 cities, three people each, and four or two from some: 120 in all."""
    cities = list(City.objects.members().select_related("state").order_by("slug"))
    places: list[City] = []
    seen = dict.fromkeys((city.state.iso2 for city in cities), 0)
    for number, city in enumerate(cities):
        many = 4 if number % 4 == 1 and city.state.iso2 != "MY" else 2 if number % 9 == 4 else 3
        seen[city.state.iso2] += many
        places += [city] * many
    more = [city for city in cities if city.state.iso2 not in {"MY", "TH", "ID"}]
    counts = {city.pk: places.count(city) for city in cities}
    for city in more * 2:
        if len(places) < HANDED_IN and counts[city.pk] < 4:
            places.append(city)
            counts[city.pk] += 1
    return sorted(places, key=lambda city: city.slug)[:HANDED_IN]


def _applicants(office: User | None) -> list[Applicant]:
    places = _places()
    used: dict[str, int] = {}
    rows, found = [], []
    for city in places:
        number = used.setdefault(city.state.iso2, 0)
        used[city.state.iso2] += 1
        one = invented(_mixed(number), city.state.iso2)
        rows.append(
            NewPerson(
                email=f"sc27-{one.email}",
                passport_name=one.passport_name,
                preferred_name=one.preferred_name,
                native_name=one.native_name,
                country=city.state.iso2,
                tz=city.tz,
                sex=one.sex,
            )
        )
    people = add_people(rows, by=office)
    of_city: dict[int, int] = {}
    for number, (user, city) in enumerate(zip(people, places, strict=True)):
        of_city[city.pk] = of_city.get(city.pk, 0) + 1
        found.append(Applicant(user, city, number, of_city[city.pk]))
    return found


def _mixed(number: int) -> int:
    """Even numbers are women: one in five of them is left out for a man, so that 2 in 5 are women."""
    return number + 31 if number % 10 == 8 else number


def _nominations(call: Call, applicants: list[Applicant]) -> list[Nomination]:
    """By the head of a department of each city; in Indonesia by its National Representative."""
    representative = User.objects.filter(email="nr.indonesia@demo.example").first()
    csco = User.objects.filter(email="jakarta@demo.example").first()
    heads = _heads(call, applicants)
    rows = []
    for one in applicants:
        position, department = WORK[one.number % len(WORK)]
        by: dict[str, Any] = {"kind": "head", "head": heads[one.city.pk]}
        if one.city.slug == "jakarta" and csco is not None:
            by = {"kind": "csco", "nominator": csco}
        elif one.city.state.iso2 == "ID" and representative is not None:
            by = {"kind": "nr", "nominator": representative}
        rows.append(
            Nomination(
                call=call,
                city=one.city,
                home_state=one.city.state,
                email=one.user.email,
                name=one.user.passport_name,
                position=position,
                department=department,
                priority=one.priority,
                state="cosigned" if one.number % 17 else "proposed",
                **by,
            )
        )
    Nomination.objects.bulk_create(rows)
    Cosignature.objects.bulk_create(
        _cosignature(call, one, row) for one, row in zip(applicants, rows, strict=True)
    )
    return rows


def _heads(call: Call, applicants: list[Applicant]) -> dict[int, Head]:
    cities = {one.city.pk: one.city for one in applicants}
    rows: list[Head] = []
    used: dict[str, int] = {}
    for city in cities.values():
        number = used.setdefault(city.state.iso2, 0)
        used[city.state.iso2] += 1
        one = invented(HEAD + number, city.state.iso2)
        rows.append(
            Head(
                call=call,
                city=city,
                home_state=city.state,
                email=f"head-{one.email}",
                name=one.passport_name,
                position="Head of department",
                department=f"Smart city office of {city.name}",
                most=4,
            )
        )
    Head.objects.bulk_create(rows)
    return {head.city_id: head for head in rows if head.city_id}


def _cosignature(call: Call, one: Applicant, nomination: Nomination) -> Cosignature:
    supervisor = invented(SUPERVISOR + one.number % 8, one.city.state.iso2)
    signed = nomination.state == "cosigned"
    return Cosignature(
        nomination=nomination,
        email=f"supervisor-{supervisor.email}",
        name=supervisor.passport_name,
        position="Director",
        answer="yes" if signed else "",
        answered_at=call.closes_at - timedelta(days=12 + one.number % 20) if signed else None,
    )


def _applications(
    call: Call, applicants: list[Applicant], nominations: list[Nomination]
) -> list[Application]:
    rows = [_application(call, one, nominations[one.number]) for one in applicants]
    Application.objects.bulk_create(rows)
    for row in rows:
        row.eligibility = [asdict(told) for told in eligibility.tell(row)]
    Application.objects.bulk_update(rows, ["eligibility"])
    return rows


def _application(call: Call, one: Applicant, nomination: Nomination) -> Application:
    n = one.number
    position, department = WORK[n % len(WORK)]
    answers = {
        "problem": PROBLEMS[n % len(PROBLEMS)].format(city=one.city.name),
        "data": DATA[n % len(DATA)],
        "tools": TOOLS[n % len(TOOLS)],
        "level": _choice(call, "level", n),
        "english_work": n % 41 != 7,
    }
    return Application(
        call=call,
        user=one.user,
        nomination=nomination,
        city=one.city,
        home_state=one.city.state,
        state="complete" if n % 6 < 4 else "returned" if n % 12 == 4 else "submitted",
        sex=one.user.sex,
        position=position,
        department=department,
        years_in_field=2 if n % 29 == 3 else 3 + n * 7 % 17,
        secondary_city=one.city.slug not in CAPITALS_AND_LARGEST,
        returning=sum(one.city.slug.encode()) % 5 < 3,
        answers=answers,
        reference=f"{call.prefix}-{n + 1:04d}",
        submitted_at=call.closes_at - timedelta(hours=3 + n * 5 % 600),
    )


def _choice(call: Call, key: str, n: int) -> str:
    for page in call.questions:
        for question in page["questions"]:
            if question["key"] == key:
                return str(question["choices"][n % len(question["choices"])])
    return ""


def _documents(call: Call, applications: list[Application]) -> None:
    """One small paper a kind and application; states follow the application's."""
    folder = Path("applications") / f"demo-{call.slug}"
    (Path(settings.UPLOADS) / folder).mkdir(parents=True, exist_ok=True)
    rows = []
    for number, application in enumerate(applications):
        for order, asked in enumerate(call.documents):
            rows.append(_document(application, asked, number, order, folder))
    Document.objects.bulk_create(rows)


def _document(
    application: Application, asked: dict[str, Any], number: int, order: int, folder: Path
) -> Document:
    state = {"complete": "accepted", "submitted": "received", "returned": "accepted"}[application.state]
    if application.state == "returned" and order == number % 3:
        state = "returned" if number % 24 < 12 else "missing"
    if not asked["required"] and number % 3:
        state = "missing"
    document = Document(application=application, kind=asked["kind"], required=asked["required"], state=state)
    if state == "missing":
        return document
    content = tiny_pdf(
        f"Demonstration: {asked['title']}", f"Application {application.reference}", "Invented."
    )
    document.file = str(folder / f"{application.reference}-{asked['kind']}.pdf")
    document.path.write_bytes(content)
    document.name, document.type, document.size = f"{asked['kind']}.pdf", "application/pdf", len(content)
    document.sha256 = hashlib.sha256(content).hexdigest()
    document.received_at = application.submitted_at
    document.remark = REMARKS[number % len(REMARKS)] if state == "returned" else ""
    return document


def _waiting_for_the_supervisor(call: Call) -> None:
    """One nomination waits for the account of the supervisor."""
    supervisor = User.objects.filter(email="supervisor@demo.example").first()
    waiting = Cosignature.objects.filter(nomination__call=call, answer="", nomination__home_state__iso2="MY")
    first = waiting.first() or Cosignature.objects.filter(nomination__call=call, answer="").first()
    if supervisor is None or first is None:
        return
    ask_supervisor(
        first.nomination,
        name=supervisor.passport_name,
        email=supervisor.email,
        position="Director",
        by=first.nomination.nominator,
    )


def _masters(batch: Batch) -> None:
    """Open, with a few drafts: the applicant's account, and two invented people."""
    call = _published(batch, closes=_wall(40, batch.tz))
    drafts = list(User.objects.filter(email="applicant@demo.example"))
    for iso2, slug in (("KH", "siem-reap"), ("TL", "dili"), ("PH", "davao-city")):
        one = invented(96, iso2)
        city = City.objects.filter(slug=slug).first()
        rows = [
            NewPerson(
                email=f"ms27-{one.email}",
                passport_name=one.passport_name,
                preferred_name=one.preferred_name,
                native_name=one.native_name,
                country=iso2,
                tz=city.tz if city else "",
                sex=one.sex,
            )
        ]
        drafts += add_people(rows, by=None)
    for number, user in enumerate(drafts):
        application = applying.start(call, user=user)
        city = City.objects.select_related("state").filter(state__iso2=user.country).first()
        if city is not None:
            position, department = WORK[number]
            applying.save_work(
                application,
                by=user,
                city=city,
                home_state=city.state,
                position=position,
                department=department,
                years_in_field=2 + number,
                secondary_city=city.slug not in CAPITALS_AND_LARGEST,
            )
