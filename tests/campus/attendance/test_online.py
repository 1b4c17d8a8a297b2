"""Signs of life add up; short gaps are bridged, long ones are not; devices count once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nagara.campus.attendance.domain import AttendanceError, hear
from nagara.campus.attendance.domain.pinging import presence_token, read_presence_token
from nagara.campus.attendance.models import Counting, Presence, Who
from nagara.campus.attendance.queries import minutes

from .factories import NINE, enrol, make_batch, make_session, make_webinar, person, register

COUNTING = Counting()


@pytest.fixture
def session(db):
    return make_session(make_batch(), online=True)


def hears(session, who, *seconds):
    for second in seconds:
        hear(session.public, who, counting=COUNTING, now=NINE + timedelta(seconds=second))


def test_a_gap_of_ninety_seconds_is_bridged_and_a_longer_one_is_not(session):
    ana = enrol(session.activity.batch, "Ana").user
    hears(session, Who(ana.pk), 0, 60, 150, 241, 300)
    spans = [((p.began - NINE).seconds, (p.ended - NINE).seconds) for p in Presence.objects.all()]
    assert spans == [(0, 150), (241, 300)]


def test_two_devices_count_once(session):
    ana = enrol(session.activity.batch, "Ana").user
    hears(session, Who(ana.pk), *sorted([*range(0, 600, 45), *range(20, 600, 45)]))
    assert minutes(session) == {Who(ana.pk): 9}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.integers(0, 2000), min_size=1, max_size=25))
def test_minutes_are_those_between_signs_that_are_near(session, seconds):
    Presence.objects.all().delete()
    found = session.activity.batch.enrolments.first() or enrol(session.activity.batch, "Ana")
    hears(session, Who(found.user_id), *sorted(seconds))
    ordered = sorted(set(seconds))
    expected = sum(b - a for a, b in pairwise(ordered) if b - a <= 90)
    total = sum((p.ended - p.began).total_seconds() for p in Presence.objects.all())
    assert total == expected


def test_early_signs_count_from_the_beginning_and_late_ones_not_at_all(session):
    ana = enrol(session.activity.batch, "Ana").user
    who = Who(ana.pk)

    def at(minute):
        return hear(session.public, who, counting=COUNTING, now=NINE + timedelta(minutes=minute)).state

    assert [at(-31), at(-1), at(0), at(1), at(91)] == ["early", "counted", "counted", "counted", "over"]
    assert minutes(session) == {who: 1}


def test_a_token_is_for_one_person_and_one_session(session):
    ana = enrol(session.activity.batch, "Ana").user
    said = presence_token(session, user=ana)
    assert read_presence_token(said) == (session.pk, Who(ana.pk), None)
    for forged in (said[:-1], "", "x:y:z", said.replace(said[3], "A" if said[3] != "A" else "B", 1)):
        with pytest.raises(AttendanceError):
            read_presence_token(forged)
    with pytest.raises(AttendanceError):
        presence_token(session, user=person("Stranger"))


def test_a_guest_who_is_also_enrolled_is_one_person(session):
    ana = enrol(session.activity.batch, "Ana").user
    webinar = make_webinar(session)
    guest = register(webinar, "Ana", "ana@elsewhere.org", user=ana)
    assert read_presence_token(presence_token(session, registration=guest))[1] == Who(ana.pk)
    stranger = register(webinar, "Guest", "guest@example.org")
    assert read_presence_token(presence_token(session, registration=stranger))[1] == Who(None, stranger.pk)
    stranger.state = "withdrawn"
    stranger.save()
    with pytest.raises(AttendanceError, match="withdrawn"):
        presence_token(session, registration=stranger)


def test_the_address_answers_in_minutes(crowd):
    session = make_session(make_batch(), NINE.replace(year=2020), online=True)
    enrol(session.activity.batch, crowd.alice)
    token = presence_token(session, user=crowd.alice)
    client = crowd.client("nobody")
    told = client.post("/presence/", token, content_type="text/plain")
    assert told.json() == {"state": "over", "minutes": 0, "next": 45.0}
    assert client.post("/presence/", "forged", content_type="text/plain").status_code == 400


@pytest.mark.django_db(transaction=True)
def test_signs_from_many_devices_at_one_moment_never_add_minutes():
    batch = make_batch()
    session = make_session(batch, online=True)
    ana = enrol(batch, "Ana").user
    public = session.public

    def work(number: int) -> None:
        for minute in range(5):
            hear(
                public,
                Who(ana.pk),
                counting=COUNTING,
                now=NINE + timedelta(seconds=60 * minute, microseconds=number),
            )
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert minutes(session) == {Who(ana.pk): 4}
