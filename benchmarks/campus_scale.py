"""A Campus at its full size: 50 batches and 10,000 people; one batch of 50 with 2,000 sessions and 100,000
presences.

    NAGARA_HOME=/tmp/scale python -m benchmarks.campus_scale

fills the site of that folder (tables and seeds first) and times its lists.
"""

from __future__ import annotations

import os
import time
from datetime import date, timedelta
from datetime import time as clock


def fill(batches: int = 50, people: int = 10_000) -> None:
    """Add `batches` batches with their plans, and `people` people shared out among them. Not repeatable on
    one database: e-mails are numbered from 0."""
    from django.contrib.auth.hashers import make_password
    from django.db import transaction

    from nagara.campus.cities.models import City
    from nagara.campus.people.demo_names import invented
    from nagara.campus.people.models import User
    from nagara.campus.programmes.models import (
        Batch,
        BatchActivity,
        BatchBudgetLine,
        Enrolment,
        ProgrammeVersion,
    )

    version = ProgrammeVersion.objects.filter(programme__slug="ascn-short-course").order_by("number").first()
    assert version is not None, "seed the site first: django-admin prepare"
    cities = list(City.objects.select_related("state").order_by("pk"))
    planned, lines = list(version.activities.all()), list(version.budget_lines.all())
    states = ("finished", "finished", "running", "preparing", "selection", "call", "draft")
    with transaction.atomic():
        made = Batch.objects.bulk_create(
            Batch(
                version=version,
                slug=f"scale-{n}",
                name=f"Batch {n}",
                starts=date(2018, 1, 1) + timedelta(days=70 * n),
                ends=date(2018, 1, 19) + timedelta(days=70 * n),
                seats=max(48, people // batches + 1),
                state=states[min((batches - n) % 9, 6)],
            )
            for n in range(batches)
        )
        BatchActivity.objects.bulk_create(
            (
                BatchActivity(
                    batch=batch,
                    kind_id=a.kind_id,
                    title=a.title,
                    day=batch.starts + timedelta(days=a.day_offset),
                    at=a.at,
                    hours=a.hours,
                    module_id=a.module_id,
                )
                for batch in made
                for a in planned
            ),
            batch_size=2000,
        )
        BatchBudgetLine.objects.bulk_create(
            BatchBudgetLine(batch=b, line=m.line, amount=m.amount, currency=m.currency, quantity=m.quantity)
            for b in made
            for m in lines
        )
        locked = make_password(None)
        rows = []
        for n in range(people):
            city = cities[n % len(cities)]
            one = invented(n // len(cities) % 190, city.state.iso2)
            user = User(
                email=f"p{n}@scale.example",
                password=locked,
                passport_name=one.passport_name,
                native_name=one.native_name,
                preferred_name=one.preferred_name,
                sex=one.sex,
                country=city.state.iso2,
                tz=city.tz,
            )
            user.settle()
            rows.append(user)
        User.objects.bulk_create(rows, batch_size=2000)
        Enrolment.objects.bulk_create(
            (
                Enrolment(
                    batch=made[n % batches], user=user, city=cities[n % len(cities)], since=date(2018, 1, 1)
                )
                for n, user in enumerate(rows)
            ),
            batch_size=2000,
        )


def fill_teaching(sessions: int = 2000, people: int = 50) -> None:
    """A batch of `people` with `sessions` sessions, four a day, all past and attended by everyone."""
    from nagara.campus.attendance.models import Presence
    from nagara.campus.programmes.models import ActivityKind, Batch, Enrolment, ProgrammeVersion
    from nagara.campus.timetable.domain import release
    from nagara.campus.timetable.models import Activity, Room, Session, Venue

    version = ProgrammeVersion.objects.filter(programme__slug="ascn-short-course").order_by("number").first()
    first = date(2024, 1, 1)
    batch = Batch.objects.create(
        version=version,
        slug=TAUGHT,
        name="Taught",
        starts=first,
        ends=first + timedelta(days=sessions // 4),
        state="running",
    )
    chosen = list(Enrolment.objects.filter(batch__slug="scale-7").select_related("user", "city")[:people])
    Enrolment.objects.bulk_create(
        Enrolment(batch=batch, user=e.user, city=e.city, since=first) for e in chosen
    )
    room = Room.objects.create(venue=Venue.objects.create(name="Scale"), name="Hall", seats=people)
    kind = ActivityKind.objects.get(slug="course")
    activities = Activity.objects.bulk_create(
        Activity(batch=batch, kind=kind, title=f"Course {n}") for n in range(20)
    )
    made = Session.objects.bulk_create(
        Session(
            activity=activities[n % 20],
            day=first + timedelta(days=n // 4),
            at=clock(9 + n % 4 * 2),
            minutes=90,
            tz="Asia/Seoul",
            room=room,
        )
        for n in range(sessions)
    )
    release(batch, by=None, quiet=True)
    Presence.objects.bulk_create(
        (
            Presence(
                session=session,
                user=e.user,
                way="code",
                began=session.starts,
                ended=session.ends,
                key=str(e.pk),
            )
            for session in made
            for e in chosen
        ),
        batch_size=2000,
    )


TAUGHT = "scale-taught"
PAGES = ("/batches/", "/batches/scale-7/", "/batches/scale-7/plan/", "/batches/scale-7/people/")
PAGES += tuple(
    f"/batches/{TAUGHT}/{page}"
    for page in ("", "timetable/", "planner/", "planner/clashes/", "attendance/", "grades/", "certificates/")
)
PAGES += ("/batches/scale-7/people/?q=nguyen", "/batches/scale-7/copy/", "/holidays/?start=2027-04-05")


def times(rounds: int = 20) -> dict[str, tuple[float, int, int]]:
    """Page -> median CPU milliseconds a request, bytes, bytes after gzip, as a manager."""
    import gzip
    from statistics import median

    from django.test import Client

    from nagara.campus.people.models import User

    client = Client(SERVER_NAME="127.0.0.1")
    office = User.objects.filter(is_superuser=True).first()
    if office is None:
        office = User.objects.create_superuser("scale@scale.example", None, passport_name="Scale")
    client.force_login(office, backend="django.contrib.auth.backends.ModelBackend")
    found = {}
    for page in PAGES:
        body = client.get(page).content
        spent = []
        for _ in range(rounds):
            before = time.process_time()
            client.get(page)
            spent.append((time.process_time() - before) * 1000)
        found[page] = (median(spent), len(body), len(gzip.compress(body)))
    return found


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nagara.campus.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from nagara.campus.programmes.models import Batch

    call_command("prepare")
    if not Batch.objects.filter(slug="scale-0").exists():
        before = time.perf_counter()
        fill()
        print(f"filled in {time.perf_counter() - before:.1f} s")
    if not Batch.objects.filter(slug=TAUGHT).exists():
        before = time.perf_counter()
        fill_teaching()
        print(f"2,000 sessions and 100,000 presences in {time.perf_counter() - before:.1f} s")
    for page, (spent, size, packed) in times().items():
        print(f"{page:40} {spent:7.1f} ms CPU {size / 1000:8.1f} kB {packed / 1000:7.1f} kB gzip")


if __name__ == "__main__":
    main()
