"""The rotating code: right codes let in, once; everything else is refused with words."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from nagara.campus.attendance.domain import AttendanceError, check_in, check_out
from nagara.campus.attendance.domain.checking import NotYours, read_ticket, ticket
from nagara.campus.attendance.domain.codes import (
    OldCode,
    check_token,
    is_short_code,
    short_code,
    step_at,
    token,
)
from nagara.campus.attendance.models import Counting, Presence, Who
from nagara.campus.attendance.queries import minutes

from .factories import NINE, enrol, make_batch, make_session, person

DEFAULT = Counting()
TICKET = re.compile('name="ticket" value="([^"]+)"')


@pytest.fixture
def session(db):
    return make_session(make_batch())


@given(st.integers(1, 10**9), st.integers(0, 10**6), st.integers(-5, 5))
def test_a_code_holds_for_its_step_and_one_of_grace(pk, seconds, steps):
    made_at = NINE + timedelta(seconds=seconds)
    said = token(pk, step_at(made_at, 20))
    now = made_at + timedelta(seconds=20 * steps)
    if steps in (0, 1):
        check_token(pk, said, now=now, seconds=20)
        assert is_short_code(pk, short_code(pk, step_at(made_at, 20)).lower(), now=now, seconds=20)
    else:
        with pytest.raises(OldCode, match="old"):
            check_token(pk, said, now=now, seconds=20)


@pytest.mark.parametrize(
    "said", ["", "x", "1", "-", "1-", f"{0:x}-00", "1-" + "0" * 24, "é-1", "9" * 40 + "-aa", "-1-aa"]
)
def test_a_forged_code_is_none(said):
    with pytest.raises(AttendanceError, match="no code of this session"):
        check_token(7, said, now=NINE, seconds=20)


def test_the_code_of_another_session_is_none():
    with pytest.raises(AttendanceError, match="no code of this session"):
        check_token(7, token(8, step_at(NINE, 20)), now=NINE, seconds=20)


def test_a_ticket_is_for_one_person_one_session_and_ten_minutes():
    said = ticket(7, 3, NINE)
    later = NINE + timedelta(minutes=9)
    assert read_ticket(said, 7, 3, now=later) == NINE
    for session, user, now, words in [
        (7, 4, later, "somebody else"),
        (8, 3, later, "somebody else"),
        (7, 3, NINE + timedelta(minutes=11), "Too much time"),
        (7, 3, NINE - timedelta(minutes=1), "Too much time"),
    ]:
        with pytest.raises(AttendanceError, match=words):
            read_ticket(said, session, user, now=now)
    with pytest.raises(AttendanceError, match="not from this site"):
        read_ticket(said[:-2], 7, 3, now=later)


def test_who_checks_in_late_counts_from_then_and_a_second_scan_changes_nothing(session):
    ana = enrol(session.activity.batch, "Ana").user
    seen = NINE + timedelta(minutes=20)
    first, fresh = check_in(session, user=ana, seen=seen, counting=DEFAULT)
    again, twice = check_in(session, user=ana, seen=seen + timedelta(minutes=5), counting=DEFAULT)
    assert (first.pk, fresh, twice) == (again.pk, True, False)
    assert minutes(session) == {Who(ana.pk): 70}


def test_going_out_and_coming_back_adds_up_and_an_old_scan_does_not_open_a_stay_again(session):
    ana = enrol(session.activity.batch, "Ana").user
    check_in(session, user=ana, seen=NINE, counting=DEFAULT)
    check_out(session, user=ana, now=NINE + timedelta(minutes=30))
    check_in(session, user=ana, seen=NINE, counting=DEFAULT)
    assert minutes(session) == {Who(ana.pk): 30}
    check_in(session, user=ana, seen=NINE + timedelta(minutes=50), counting=DEFAULT)
    assert minutes(session) == {Who(ana.pk): 70}
    check_out(session, user=ana, now=NINE + timedelta(minutes=80))
    with pytest.raises(AttendanceError, match="not checked in"):
        check_out(session, user=ana, now=NINE + timedelta(minutes=81))


@pytest.mark.parametrize(
    ("minute", "words"), [(-31, "not open yet"), (-3000, "not open yet"), (90, "is over"), (500, "is over")]
)
def test_before_and_after_nobody_checks_in(session, minute, words):
    ana = enrol(session.activity.batch, "Ana").user
    with pytest.raises(AttendanceError, match=words) as caught:
        check_in(session, user=ana, seen=NINE + timedelta(minutes=minute), counting=DEFAULT)
    assert caught.value.mend


def test_a_cancelled_session_and_a_stranger_are_refused(session):
    ana = enrol(session.activity.batch, "Ana").user
    with pytest.raises(NotYours):
        check_in(session, user=person("Stranger"), seen=NINE, counting=DEFAULT)
    session.public.cancelled = True
    session.public.save()
    with pytest.raises(AttendanceError, match="cancelled"):
        check_in(session, user=ana, seen=NINE, counting=DEFAULT)


def now_session(batch=None, **fields):
    start = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=5)
    return make_session(batch or make_batch(), start, **fields)


def path_now(session) -> str:
    return reverse("attendance-scan", args=[session.pk, token(session.pk, step_at(timezone.now(), 20))])


def test_a_scan_takes_one_tap(crowd):
    session = now_session()
    enrol(session.activity.batch, crowd.alice)
    client = crowd.client("alice")
    page = client.get(path_now(session))
    assert b"Check in as Alice" in page.content
    done = client.post(f"/in/{session.pk}/", {"ticket": page.context["ticket"]}, follow=True)
    assert b"You are checked in, " in done.content
    assert client.post(f"/in/{session.pk}/", {"ticket": page.context["ticket"]}).status_code == 302
    assert Presence.objects.count() == 1
    out = client.post(f"/in/{session.pk}/", {"say": "out"}, follow=True)
    assert b"You are not checked in" in out.content


def test_who_must_sign_in_first_counts_from_the_scan(crowd):
    session = now_session()
    enrol(session.activity.batch, crowd.alice)
    client = Client()
    asked = client.get(path_now(session))
    assert asked.status_code == 302
    assert asked["Location"].endswith(f"next=/in/{session.pk}/")
    client.force_login(crowd.alice, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/in/{session.pk}/")
    client.post(f"/in/{session.pk}/", {"ticket": page.context["ticket"]})
    assert Presence.objects.get().user == crowd.alice


def test_anothers_ticket_an_old_code_and_a_stranger_get_clear_words(crowd):
    session = now_session()
    enrol(session.activity.batch, crowd.alice)
    enrol(session.activity.batch, crowd.bob)
    made = crowd.client("alice").get(path_now(session)).context["ticket"]
    answer = crowd.client("bob").post(f"/in/{session.pk}/", {"ticket": made})
    assert answer.status_code == 400
    assert b"belongs to somebody else" in answer.content
    old = token(session.pk, step_at(timezone.now(), 20) - 2)
    answer = crowd.client("alice").get(f"/in/{session.pk}/{old}/")
    assert (answer.status_code, b"This code is old" in answer.content) == (400, True)
    answer = crowd.client("charlie").get(path_now(session))
    assert (answer.status_code, b"does not take part in this session" in answer.content) == (403, True)
    assert not Presence.objects.exists()


def test_six_letters_do_the_same_and_guessing_is_stopped(crowd):
    session = now_session()
    enrol(session.activity.batch, crowd.alice)
    client = crowd.client("alice")
    assert client.post("/in/", {"code": "AAAAAA"}).status_code == 400
    said = short_code(session.pk, step_at(timezone.now(), 20)).lower()
    assert client.post("/in/", {"code": f"{said[:3]} {said[3:]}"}).status_code == 302
    assert Presence.objects.get().way == "code"
    found = [crowd.client("bob").post("/in/", {"code": "BBBBBB"}).status_code for _ in range(31)]
    assert (found[0], found[-1]) == (400, 429)


def test_the_screen_shows_code_and_count_and_no_name_and_no_key(crowd, settings):
    session = now_session()
    enrol(session.activity.batch, crowd.alice)
    Presence.objects.create(
        session=session, user=crowd.alice, way="code", began=timezone.now() - timedelta(minutes=1), key="k"
    )
    answer = crowd.client("olga").get(f"/sessions/{session.pk}/code/now/")
    said = answer.content.decode()
    assert '<span id="count">1</span> of 1 are in' in said
    assert "Alice" not in said
    assert settings.SECRET_KEY not in said
    assert "<svg" in said
    assert answer["Cache-Control"].startswith("max-age=0")


def storm(people: int, workers: int) -> tuple[int, list[int]]:
    """So many people scan and tap, some twice, as fast as the workers can."""
    batch = make_batch()
    session = now_session(batch)
    users = [enrol(batch, f"Person {n}").user for n in range(people)]
    gate = Barrier(workers)
    clients = []
    for user in users:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        clients.append(client)

    def work(number: int) -> list[int]:
        gate.wait()
        statuses = []
        for client in clients[number::workers]:
            made = TICKET.search(client.get(path_now(session)).content.decode())[1]
            statuses += [client.post(f"/in/{session.pk}/", {"ticket": made}).status_code for _ in range(2)]
        connections.close_all()
        return statuses

    with ThreadPoolExecutor(workers) as pool:
        found = [status for part in pool.map(work, range(workers)) for status in part]
    return Presence.objects.filter(session=session, way="code").count(), found


@pytest.mark.django_db(transaction=True)
def test_a_storm_of_check_ins_counts_each_once_and_loses_none():
    count, statuses = storm(24, 6)
    assert count == 24
    assert set(statuses) == {302}


@pytest.mark.django_db(transaction=True)
def test_one_person_scanning_with_many_devices_at_once_is_in_once():
    batch = make_batch()
    session = now_session(batch)
    user = enrol(batch, "Ana").user
    gate = Barrier(8)
    seen = timezone.now()

    def work(number: int) -> None:
        gate.wait()
        check_in(session, user=user, seen=seen - timedelta(seconds=number), counting=DEFAULT)
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert Presence.objects.filter(user=user, ended=None).count() == 1
