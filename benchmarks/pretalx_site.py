"""An event in pretalx, as large as a call of ours: the peer of the campus cases.

Runs in the environment of `benchmarks/peers_campus.txt` only. It writes its own settings, database and
files into the folder that it is given, and asks pages through Django's test client, as our side does.
"""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

PEOPLE = 300
READERS = 6
SESSIONS = 240


def _start(folder: str) -> None:
    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    config = home / "pretalx.cfg"
    config.write_text(
        f"[filesystem]\ndata = {home}\n[database]\nbackend = sqlite3\nname = {home}/db.sqlite3\n"
        "[site]\ndebug = False\nurl = http://localhost:8000\n"
    )
    os.environ["PRETALX_CONFIG_FILE"] = str(config)
    os.environ["DJANGO_SETTINGS_MODULE"] = "pretalx.settings"
    import django
    from django.conf import settings

    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }  # names of files are not what is measured
    django.setup()


def fill(folder: str) -> None:
    """One event with PEOPLE submissions of one speaker each, and three reviews of every submission."""
    if (Path(folder) / "filled").exists():
        return
    _start(folder)
    from django.core.management import call_command
    from django_scopes import scope, scopes_disabled

    call_command("migrate", verbosity=0)
    with scopes_disabled():
        event, readers = _event()
        with scope(event=event):
            event.build_initial_data()
            _submissions(event, readers)
    (Path(folder) / "filled").touch()


def _event() -> tuple[Any, list[Any]]:
    from pretalx.event.models import Event, Organiser, Team
    from pretalx.person.models import User

    admin = User.objects.create_user(email="admin@example.org", password="x", name="Admin")
    admin.is_administrator = admin.is_superuser = True
    admin.save()
    organiser = Organiser.objects.create(name="Office", slug="office")
    event = Event.objects.create(
        organiser=organiser,
        name="Bench",
        slug="bench",
        email="office@example.org",
        date_from=date(2027, 3, 1),
        date_to=date(2027, 3, 19),
        timezone="UTC",
        locale="en",
        locale_array="en",
    )
    rights = dict.fromkeys(
        ("all_events", "can_change_submissions", "is_reviewer", "can_change_event_settings"), True
    )
    team = Team.objects.create(organiser=organiser, name="all", **rights)
    readers = [
        User.objects.create_user(email=f"reader{i}@example.org", password="x", name=f"Reader {i}")
        for i in range(READERS)
    ]
    team.members.add(admin, *readers)
    return event, readers


def _submissions(event: Any, readers: list[Any]) -> None:
    from pretalx.person.models import SpeakerProfile, User
    from pretalx.submission.models import Review, ReviewScore, Submission, SubmissionStates

    category = event.score_categories.first()
    scores = list(category.scores.all()) or [
        ReviewScore.objects.create(category=category, value=v, label=str(v)) for v in range(6)
    ]
    chance = random.Random(1)
    for number in range(PEOPLE):
        user = User.objects.create_user(
            email=f"speaker{number}@example.org", password="x", name=f"Speaker Number {number}"
        )
        SpeakerProfile.objects.create(user=user, event=event, biography="An official.")
        submission = Submission.objects.create(
            event=event,
            title=f"Application {number}",
            submission_type=event.cfp.default_type,
            state=SubmissionStates.SUBMITTED,
            content_locale="en",
        )
        submission.speakers.add(user)
        for reader in chance.sample(readers, 3):
            review = Review.objects.create(submission=submission, user=reader, text="Fine.")
            review.scores.set([chance.choice(scores)])
            review.save()


def plan_sessions(folder: str) -> None:
    """Give SESSIONS of the submissions a time and a room, five a day, and release the schedule."""
    fill(folder)
    if (Path(folder) / "planned").exists():
        return
    _start(folder)
    from django_scopes import scope, scopes_disabled
    from pretalx.event.models import Event
    from pretalx.schedule.models import Room, TalkSlot
    from pretalx.submission.models import Submission, SubmissionStates

    with scopes_disabled():
        event = Event.objects.get(slug="bench")
    with scope(event=event):
        rooms = [Room.objects.create(event=event, name=f"Room {n}") for n in range(4)]
        chosen = list(Submission.objects.order_by("pk")[:SESSIONS])
        Submission.objects.filter(pk__in=[s.pk for s in chosen]).update(state=SubmissionStates.CONFIRMED)
        TalkSlot.objects.filter(submission__in=chosen).delete()
        for number, submission in enumerate(chosen):
            starts = session_start(number)
            TalkSlot.objects.create(
                submission=submission,
                schedule=event.wip_schedule,
                room=rooms[number % 4],
                start=starts,
                end=starts + timedelta(minutes=45),
            )
        event.wip_schedule.freeze(name="1", notify_speakers=False)
        event.is_public = True
        event.save()
    (Path(folder) / "planned").touch()


def session_start(number: int) -> datetime:
    """When the session of that number begins: sixteen a day, four at a time, from nine."""
    day, rest = divmod(number, 16)
    return datetime(2027, 3, 1, 9, tzinfo=UTC) + timedelta(days=day, hours=rest // 4 * 2)


def ask(folder: str, page: str, times: int) -> None:
    """Ask a page of the office `times` times after one warm-up and print the CPU seconds of one request."""
    fill(folder)
    _start(folder)
    from django.test import Client
    from django_scopes import scopes_disabled
    from pretalx.person.models import User

    with scopes_disabled():
        admin = User.objects.get(email="admin@example.org")
    client = Client(HTTP_HOST="localhost")
    client.force_login(admin)
    report(client, f"/orga/event/bench/{page}/", times)


def ask_public(folder: str, page: str, times: int) -> None:
    """The same for a page of the released schedule, as a visitor."""
    plan_sessions(folder)
    _start(folder)
    from django.test import Client

    report(Client(HTTP_HOST="localhost"), f"/bench/{page}", times)


def report(client: Any, address: str, times: int, more: str = "") -> None:
    """What both sides print: rows or events, bytes as sent, CPU seconds of one request."""
    import gzip

    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    began = time.process_time()
    for _ in range(times):
        answer = client.get(address)
    spent = (time.process_time() - began) / times
    body = answer.content if not answer.streaming else b"".join(answer.streaming_content)
    if answer.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    events = body.count(b"BEGIN:VEVENT")
    held = f"{events} events" if events else f"{body.count(b'<tr')} rows"
    print(f"{held}, {len(gzip.compress(body)) / 1000:.1f} kB gzip{more}, seconds={spent:.4f}")
