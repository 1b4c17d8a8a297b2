"""Minutes are the union of stays: no order, doubling or way of knowing changes them."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nagara.campus.attendance.domain import AttendanceError, record
from nagara.campus.attendance.intervals import Evidence, Terms, seconds_present, union_seconds
from nagara.campus.attendance.models import Counting, Presence, Who
from nagara.campus.attendance.queries import minutes, shares
from nagara.campus.programmes.facts import facts_about, facts_about_many
from nagara.campus.timetable.models import Group, PublicSession

from .factories import (
    NINE,
    enrol,
    make_batch,
    make_session,
    make_webinar,
    person,
    register,
    release,
    stay,
)

END = NINE + timedelta(minutes=90)
SECONDS = st.integers(-3600, 9000)


@st.composite
def stays(draw):
    began = draw(SECONDS)
    length = draw(st.integers(0, 7000) | st.none())
    way = draw(st.sampled_from(["code", "roster", "online", "import", "correction"]))
    return Evidence(
        way,
        NINE + timedelta(seconds=began),
        None if length is None else NINE + timedelta(seconds=began + length),
        draw(st.sampled_from([None, 1, 2])),
        NINE + timedelta(seconds=draw(SECONDS)),
        str(draw(st.integers(0, 10**6))),
    )


TERMS = st.builds(Terms, grace=st.integers(0, 20), without_check_out=st.none() | st.integers(0, 120))


@given(st.lists(stays(), max_size=8, unique_by=lambda e: e.key), TERMS, st.randoms())
def test_no_order_and_no_doubling_matters_and_nobody_is_longer_there_than_the_session(
    evidence, terms, chance: Random
):
    found = seconds_present(evidence, NINE, END, terms)
    mixed = evidence * 2
    chance.shuffle(mixed)
    assert seconds_present(mixed, NINE, END, terms) == found
    assert 0 <= found <= 90 * 60


@given(st.lists(st.tuples(st.integers(-50, 150), st.integers(0, 100)), max_size=10))
def test_the_union_counts_each_minute_once(pieces):
    spans = [(NINE + timedelta(minutes=a), NINE + timedelta(minutes=a + n)) for a, n in pieces]
    covered = {m for a, n in pieces for m in range(a, a + n) if 0 <= m < 90}
    assert union_seconds(spans, NINE, END) == 60 * len(covered)


@given(st.lists(stays(), max_size=6, unique_by=lambda e: e.key), stays())
def test_more_evidence_of_presence_never_takes_minutes_away(evidence, more):
    plain = [e for e in evidence if e.way not in {"correction", "roster"}]
    if more.way in {"correction", "roster"}:
        return
    terms = Terms()
    assert seconds_present([*plain, more], NINE, END, terms) >= seconds_present(plain, NINE, END, terms)


def test_the_last_correction_stands_for_everything_else():
    def at(minute: int):
        return NINE + timedelta(minutes=minute)

    found = [
        Evidence("code", at(0), None, None, at(0), "a"),
        Evidence("correction", at(0), at(10), 1, at(200), "b"),
        Evidence("correction", at(0), at(30), 1, at(300), "c"),
    ]
    assert seconds_present(found, NINE, END, Terms()) == 30 * 60


def test_a_stay_that_was_not_closed_counts_as_the_batch_says(db):
    session = make_session(make_batch())
    ana = enrol(session.activity.batch, "Ana").user
    stay(session, ana, 10, None)
    assert minutes(session) == {Who(ana.pk): 80}
    counting = Counting.objects.create(batch=session.activity.batch, without_check_out=30)
    assert minutes(session) == {Who(ana.pk): 30}
    counting.without_check_out, counting.grace = None, 10
    counting.save()
    assert minutes(session) == {Who(ana.pk): 90}


def test_while_a_session_runs_nothing_is_counted_ahead(db):
    session = make_session(make_batch())
    ana = enrol(session.activity.batch, "Ana").user
    stay(session, ana, 0, None)
    assert minutes(session, now=NINE + timedelta(minutes=40)) == {Who(ana.pk): 40}


def test_a_moved_session_keeps_what_was_recorded_and_counts_by_its_new_time(db):
    session = make_session(make_batch())
    ana = enrol(session.activity.batch, "Ana").user
    stay(session, ana, 0, 90)
    release(session, NINE + timedelta(minutes=60), 90)
    assert minutes(session) == {Who(ana.pk): 30}
    assert Presence.objects.count() == 1
    PublicSession.objects.update(cancelled=True)
    assert minutes(session) == {}


def test_the_same_evidence_twice_is_one_stay(db):
    session = make_session(make_batch())
    ana = enrol(session.activity.batch, "Ana").user
    times = {"began": NINE, "ended": END, "way": "import", "key": "row 1"}
    first = record(session, user=ana, **times)
    assert record(session, user=ana, **times) == first
    assert Presence.objects.count() == 1


def test_who_does_not_take_part_is_refused_and_a_registered_guest_is_not(db):
    session = make_session(make_batch())
    times = {"began": NINE, "ended": END, "way": "online", "key": "x"}
    with pytest.raises(AttendanceError, match="does not take part"):
        record(session, user=person("Stranger"), **times)
    guest = register(make_webinar(session), "Guest", "guest@example.org")
    record(session, registration=guest, **times)
    assert minutes(session) == {Who(None, guest.pk): 90}
    user = person("Guest")
    guest.user = user
    guest.save()
    assert minutes(session) == {Who(user.pk): 90}


def test_facts_count_what_has_ended_and_is_for_the_person(db):
    batch = make_batch()
    ana, ben = enrol(batch, "Ana"), enrol(batch, "Ben")
    group = Group.objects.create(batch=batch, name="A")
    group.members.add(ana)
    first = make_session(batch)
    second = make_session(batch, NINE + timedelta(hours=3), 60)
    only_a = make_session(batch, NINE + timedelta(hours=5), 30, group=group)
    make_session(batch, NINE + timedelta(hours=6), 45, counts=False)
    cancelled = make_session(batch, NINE + timedelta(hours=7), 45)
    PublicSession.objects.filter(session=cancelled).update(cancelled=True)
    make_session(batch, NINE + timedelta(hours=8), released=False)
    make_session(batch, NINE + timedelta(days=3), 120)
    stay(first, ana.user, 0, 90)
    stay(second, ana.user, 0, 30, "roster")
    stay(only_a, ana.user, 0, 30)
    stay(only_a, ben.user, 0, 30)
    now = NINE + timedelta(days=1)
    found = shares(batch, [ana.user, ben.user], now=now)
    a, b = found[ana.user.pk], found[ben.user.pk]
    assert (a.minutes, a.planned, a.sessions, a.missed, a.to_come) == (150, 180, 3, 0, 120)
    assert (b.minutes, b.planned, b.sessions, b.missed, b.to_come) == (0, 150, 2, 2, 120)
    assert a.may_miss(0.8) == 150 + 120 - 240
    assert shares(batch, [ana.user], now=NINE)[ana.user.pk].share is None


def test_facts_come_with_period_and_evidence_and_are_unknown_before_anything_ended(db, monkeypatch):
    batch = make_batch()
    ana = enrol(batch, "Ana").user
    past = make_session(batch, NINE.replace(year=2020), 100)
    stay(past, ana, 0, 82)
    fact = facts_about(batch, ana, ["attendance.minutes_share"])["attendance.minutes_share"]
    assert (fact.value, fact.unit) == (0.82, "1")
    assert fact.period == "3 May 2020 to 3 May 2020"
    assert fact.evidence == "1 session ended: 1 by code"
    other = make_batch("later")
    make_session(other, NINE.replace(year=2040))
    ana2 = enrol(other, ana).user
    fact = facts_about(other, ana2, ["attendance.minutes"])["attendance.minutes"]
    assert (fact.value, fact.reason) == (None, "no session that counts has ended yet")


@pytest.mark.parametrize("count", [1, 48, 300])
def test_facts_about_any_number_of_people_take_four_questions(count, db, django_assert_num_queries):
    batch = make_batch()
    users = [enrol(batch, f"P{n}").user for n in range(count)]
    group = Group.objects.create(batch=batch, name="A")
    for n in range(3):
        session = make_session(batch, NINE.replace(year=2020, day=3 + n), group=group if n == 2 else None)
        for user in users:
            stay(session, user, 0, 90)
    with django_assert_num_queries(4):
        facts_about_many(batch, users, ["attendance.minutes_share"])
