"""Our side of the campus cases: one call as large as the peer's event, in a home folder of its own."""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from benchmarks.pretalx_site import PEOPLE, READERS, SESSIONS, report, session_start


def _start(folder: str) -> None:
    os.environ["NAGARA_HOME"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "nagara.campus.settings"
    for name in ("DATABASE_URL", "NAGARA_LAKE", "NAGARA_DEMO"):
        os.environ.pop(name, None)
    import django

    django.setup()


def fill(folder: str) -> None:
    """One call with PEOPLE applications, three readings of each, and an office."""
    if (Path(folder) / "filled").exists():
        return
    _start(folder)
    from django.core.management import call_command

    call_command("prepare", verbosity=0)
    people = _people()
    _readings(_round(_call()), people)
    (Path(folder) / "filled").touch()


def _people() -> list[Any]:
    from nagara.campus.people.demo_names import invented
    from nagara.campus.people.domain import add_person
    from nagara.campus.people.models import User

    add_person("office@example.org", passport_name="Office", password=None, office="coordinator")
    states = ("ID", "TH", "VN", "MM", "KH", "LA", "MY", "PH", "SG", "BN", "TL")
    found = []
    for number in range(PEOPLE + READERS):
        who = invented(number, states[number % len(states)])
        found.append(
            User(
                email=f"person{number}@example.org",
                passport_name=who.passport_name,
                native_name=who.native_name,
                preferred_name=who.preferred_name,
                sort_key=who.passport_name.casefold(),
                country=states[number % len(states)],
                password="!",
            )
        )
    User.objects.bulk_create(found)
    return list(User.objects.filter(email__startswith="person").order_by("pk"))


def _call() -> Any:
    from nagara.campus.admissions.models import Call
    from nagara.campus.programmes.models import Batch, ProgrammeVersion

    version = ProgrammeVersion.objects.filter(status="published").order_by("pk").first()
    batch = Batch.objects.create(
        version=version,
        slug="bench",
        name="Bench",
        starts=date(2027, 3, 1),
        ends=date(2027, 3, 19),
        state="selection",
    )
    return Call.objects.create(
        batch=batch,
        slug="bench",
        prefix="BENCH",
        title="Bench",
        state="closed",
        opens=datetime(2026, 9, 1, 9),  # noqa: DTZ001 (wall time of the host)
        closes=datetime(2026, 10, 1, 18),  # noqa: DTZ001
        tz="Asia/Seoul",
    )


def _round(call: Any) -> Any:
    from nagara.campus.programmes.models import Rubric
    from nagara.campus.selection.models import Round

    rubric = Rubric.objects.order_by("pk").first()
    return Round.objects.create(call=call, name="Bench", rubric=rubric, state="reviewing", readers=2)


def _readings(round_: Any, people: list[Any]) -> None:
    from nagara.campus.admissions.models import Application
    from nagara.campus.cities.models import City
    from nagara.campus.selection.models import Assignment, Review, Reviewer

    cities = list(City.objects.select_related("state"))
    chance, at = random.Random(1), datetime.now(UTC)
    readers = [Reviewer.objects.create(round=round_, user=user) for user in people[:READERS]]
    Application.objects.bulk_create(
        Application(
            call=round_.call,
            user=user,
            city=cities[i % len(cities)],
            home_state=cities[i % len(cities)].state,
            state="complete",
            sex=("woman", "man")[i % 2],
            position="Planner",
            department="Planning",
            years_in_field=5,
            reference=f"BENCH-{i:03d}",
            submitted_at=at,
        )
        for i, user in enumerate(people[READERS:])
    )
    for application in Application.objects.filter(call=round_.call):
        for place, reader in enumerate(chance.sample(readers, 3), 1):
            assignment = Assignment.objects.create(
                round=round_, application=application, reviewer=reader, place=place, state="done"
            )
            marks = {c["id"]: chance.randint(0, int(c["max"])) for c in round_.rubric.criteria}
            Review.objects.create(
                assignment=assignment,
                scores=marks,
                comment="Fine.",
                points=chance.randrange(100_000),
                submitted_at=at,
            )


def plan_sessions(folder: str) -> None:
    """Give the batch SESSIONS sessions in four rooms, sixteen a day, and release them."""
    fill(folder)
    if (Path(folder) / "planned").exists():
        return
    _start(folder)
    from nagara.campus.people.models import User
    from nagara.campus.programmes.models import ActivityKind, Batch, Enrolment
    from nagara.campus.timetable.domain import release
    from nagara.campus.timetable.models import Activity, Room, Session, SessionPerson, Venue

    batch = Batch.objects.get(slug="bench")
    people = list(User.objects.filter(email__startswith="person").order_by("pk"))
    Enrolment.objects.bulk_create(Enrolment(batch=batch, user=user) for user in people[READERS:])
    venue = Venue.objects.create(name="Bench")
    rooms = [Room.objects.create(venue=venue, name=f"Room {n}", seats=60) for n in range(4)]
    kind = ActivityKind.objects.get(slug="seminar")
    activities = Activity.objects.bulk_create(
        Activity(batch=batch, kind=kind, title=f"Seminar {n}") for n in range(SESSIONS)
    )
    sessions = Session.objects.bulk_create(
        Session(
            activity=activity,
            day=session_start(n).date(),
            at=session_start(n).time(),
            minutes=45,
            tz="Asia/Seoul",
            room=rooms[n % 4],
        )
        for n, activity in enumerate(activities)
    )
    SessionPerson.objects.bulk_create(
        SessionPerson(session=session, user=people[n % READERS]) for n, session in enumerate(sessions)
    )
    release(batch, by=None, quiet=True)
    (Path(folder) / "planned").touch()


def ask_timetable(folder: str, times: int) -> None:
    """Ask the batch's timetable as one who takes part."""
    plan_sessions(folder)
    _start(folder)
    from django.urls import reverse

    report(_client("person100@example.org"), reverse("timetable", args=["bench"]), times)


def ask_feed(folder: str, times: int) -> None:
    """Ask the calendar feed of one who takes part; then once more as a program that has it already."""
    plan_sessions(folder)
    _start(folder)
    from django.test import Client
    from django.urls import reverse

    from nagara.campus.people.models import User
    from nagara.campus.timetable.domain.feed_addresses import feed_of, token_of

    person = User.objects.get(email="person100@example.org")
    address = reverse("calendar-feed", args=[token_of(feed_of(person))])
    client = Client(HTTP_HOST="localhost", HTTP_ACCEPT_ENCODING="gzip")
    tag = client.get(address)["ETag"]
    began = time.process_time()
    for _ in range(times):
        assert client.get(address, headers={"if-none-match": tag}).status_code == 304
    unchanged = (time.process_time() - began) / times
    report(client, address, times, f", 304 in {1000 * unchanged:.1f} ms")


def _client(email: str) -> Any:
    from django.test import Client

    from nagara.campus.people.models import User

    client = Client(HTTP_HOST="localhost", HTTP_ACCEPT_ENCODING="gzip")
    user = User.objects.get(email=email)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def signed_in(email: str) -> str:
    """The cookie of a session of that person, for a client of another process."""
    from django.conf import settings

    return f"{settings.SESSION_COOKIE_NAME}={_client(email).cookies[settings.SESSION_COOKIE_NAME].value}"


def campus_pages() -> list[str]:
    """What one who takes part opens: desk, timetable, a session, own pages."""
    from django.urls import reverse

    from nagara.campus.timetable.models import Session

    names = ("desk", "my-timetable", "learn", "me")
    session = Session.objects.filter(activity__batch__slug="bench").first()
    assert session is not None
    pages = [reverse(name) for name in names]
    return [*pages, reverse("timetable", args=["bench"]), session.get_absolute_url()]


def ask(folder: str, name: str, times: int) -> None:
    """Ask the page of that name as the office; see `pretalx_site.ask`."""
    fill(folder)
    _start(folder)
    from django.urls import reverse

    from nagara.campus.selection.models import Round

    arguments = [Round.objects.get(name="Bench").pk] if name.startswith("selection") else []
    report(_client("office@example.org"), reverse(name, args=arguments), times)
