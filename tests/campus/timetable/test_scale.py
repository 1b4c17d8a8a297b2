"""A large programme: planned, checked, released and read quickly; a real one is taken as it is."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from itertools import combinations
from time import process_time

import pytest
from django.test import Client

from nagara.campus.timetable.clashes import board_of, find, sweep
from nagara.campus.timetable.domain import Planned, add_activity, add_sessions, release
from nagara.campus.timetable.models import PublicSession, Room, Session, Venue

pytestmark = pytest.mark.django_db


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def fill(f, count):
    """`count` sessions in ten rooms with twenty speakers, 40 a day, and a person of Yangon."""
    batch = f.make_batch(ends=f.MONDAY + timedelta(days=120))
    people = f.enrol(batch, "yangon", "jakarta", "bangkok")
    venue = Venue.objects.create(name="Centre")
    rooms = [Room.objects.create(venue=venue, name=f"R{n}", seats=40) for n in range(10)]
    speakers = [f.person(f"Speaker {n}") for n in range(20)]
    of = [f.activity(batch, f"Activity {n}") for n in range(10)]
    add_sessions(
        batch,
        [
            Planned(
                of[n % 10],
                f.MONDAY + timedelta(days=n // 40),
                datetime(2027, 1, 1, 9 + 2 * (n // 10 % 4), 30).time(),
                90,
                room=rooms[n % 10],
                people=[speakers[n % 20]],
                title=f"Session number {n} about a part of the city",
            )
            for n in range(count)
        ],
        by=None,
    )
    return batch, people


def quickest(do, times=3):
    took = []
    for _ in range(times):
        begun = process_time()
        do()
        took.append(process_time() - begun)
    return min(took)


def test_a_page_of_240_sessions_is_light_and_quick(f, django_assert_max_num_queries):
    batch, people = fill(f, 240)
    release(batch, by=None, quiet=True)
    client = client_of(people[0].user)
    page = f"/batches/{batch.slug}/timetable/"
    with django_assert_max_num_queries(12):
        answer = client.get(page)
    assert answer.text.count("<li") >= 240
    assert len(gzip.compress(answer.content)) < 30_000
    assert quickest(lambda: client.get(page)) < 0.12  # 60 ms on a quiet machine


def test_2000_sessions_are_shown_a_week_at_a_time_and_checked_in_a_second(f, django_assert_max_num_queries):
    batch, people = fill(f, 2000)
    with django_assert_max_num_queries(80):  # rows go in by the hundred
        release(batch, by=None, quiet=True)
    assert PublicSession.objects.count() == 2000
    client = client_of(people[0].user)
    answer = client.get(f"/batches/{batch.slug}/timetable/?week=2027-07-05")
    assert 'aria-current="true">5 Jul</a>' in answer.text
    assert len(gzip.compress(answer.content)) < 30_000
    assert quickest(lambda: find(board_of(batch)), 2) < 2.0  # with reading; the finder alone takes under 1 s


def test_a_real_conference_is_planned_and_its_clashes_are_those_of_every_pair(f, data):
    folder = data / "programme" / "conference_fossasia_2017"
    rows = json.loads((folder / "sessions").read_text("utf-8"))
    batch = f.make_batch(
        "fossasia",
        starts=datetime(2017, 3, 17).date(),
        ends=datetime(2017, 3, 19).date(),
        tz="Asia/Singapore",
    )
    venue = Venue.objects.create(name="Science Centre", tz="Asia/Singapore")
    rooms = {}
    planned = []
    of = add_activity(batch, kind="course", title="Talks", counts=False, by=None)
    for row in rows:
        begins, ends = (datetime.fromisoformat(row[key]) for key in ("starts-at", "ends-at"))
        name = row["microlocation"]["name"]
        room = rooms.get(name) or rooms.setdefault(name, Room.objects.create(venue=venue, name=name[:80]))
        minutes = int((ends - begins).total_seconds() // 60)
        people = [(one["name"].strip(), "speaker") for one in row["speakers"] if one["name"].strip()]
        planned.append(
            Planned(
                of,
                begins.date(),
                begins.time(),
                max(minutes, 5),
                room=room,
                people=people,
                title=row["title"],
            )
        )
    sessions = add_sessions(batch, planned, by=None)
    assert len(sessions) == 214
    release(batch, by=None, quiet=True, now=datetime(2017, 3, 1, tzinfo=UTC))
    board = board_of(batch)
    rooms_, speakers = set(), set()
    names = {
        s.pk: {str(p).casefold() for p in s.people.all()}
        for s in Session.objects.filter(activity=of).prefetch_related("people__user")
    }
    for a, b in combinations(sessions, 2):
        if a.starts < b.ends and b.starts < a.ends:
            if a.room_id == b.room_id:
                rooms_.add(frozenset((a.pk, b.pk)))
            if names[a.pk] & names[b.pk]:
                speakers.add(frozenset((a.pk, b.pk)))
    assert {frozenset(pair) for pair in sweep.rooms_twice(board)} == rooms_
    assert {frozenset(pair) for pair in sweep.speakers_twice(board)} == speakers
    assert rooms_ or speakers
    kinds = {finding.kind for finding in find(board)}
    assert ("room" in kinds) is bool(rooms_)
    assert ("speaker" in kinds) is bool(speakers)
    client = client_of(f.enrol(batch, "singapore")[0].user)
    assert "Keynote: Protecting privacy with free software" in client.get("/batches/fossasia/timetable/").text
