"""Rosters merge mark by mark: sent twice, late, out of order or by two lecturers, nothing is lost."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nagara.campus.attendance.domain import check_in, correct
from nagara.campus.attendance.domain.findings import findings
from nagara.campus.attendance.domain.rostering import Mark, last_words, merge, read_marks, wall_instant
from nagara.campus.attendance.models import Counting, Presence, Who
from nagara.campus.attendance.queries import minutes
from nagara.campus.audit.models import Event

from .factories import NINE, enrol, give, make_batch, make_session, person, release, stay

NOW = NINE + timedelta(minutes=45)


@pytest.fixture
def lena(db):
    return person("Lena")


@pytest.fixture
def session(db, lena):
    return make_session(make_batch(), lecturer=lena)


def mark(user, said, came="", went="", *, name="", at=0.0) -> Mark:
    return Mark(
        name or f"mark-{user.pk}-{said}-{came.replace(':', '-')}", f"u{user.pk}", said, came, went, at
    )


def say(session, lena, *marks, now=NOW, sent_at=None):
    return merge(session.public, marks=marks, by=lena, now=now, sent_at=sent_at)


def decide(session):
    held = Presence.objects.filter(session=session).select_related("by", "registration")
    return [(f.who, f.what) for f in findings(session.public, held)]


def test_each_word_counts_its_minutes(session, lena):
    ana, ben, cho, dao = (enrol(session.activity.batch, n).user for n in ("Ana", "Ben", "Cho", "Dao"))
    answers = say(
        session,
        lena,
        mark(ana, "present"),
        mark(ben, "late", "09:20"),
        mark(cho, "left", "", "10:00"),
        mark(dao, "absent"),
    )
    assert all(a.taken for a in answers)
    assert minutes(session) == {Who(ana.pk): 90, Who(ben.pk): 70, Who(cho.pk): 60, Who(dao.pk): 0}


def test_what_makes_no_sense_is_answered_and_the_rest_is_taken(session, lena):
    ana, stranger = enrol(session.activity.batch, "Ana").user, person("Stranger")
    answers = say(
        session,
        lena,
        mark(ana, "present"),
        mark(stranger, "present"),
        mark(ana, "here"),
        mark(ana, "late"),
        mark(ana, "late", "25:00"),
        mark(ana, "left", "", "11:30"),
        Mark("x", f"u{ana.pk}", "present"),
    )
    assert [a.taken for a in answers].count(True) == 1
    said = sorted(a.why for a in answers if not a.taken)
    assert said == [
        "'25:00' is no time of day.",
        "Say present, late, left or absent.",
        "Say when the person came, such as 09:20.",
        "The mark has no name of its own.",
        "The times lie outside the session, or the wrong way round.",
        "This person does not take part in the session any more.",
    ]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_in_whatever_order_and_however_often_marks_come_the_result_is_the_same(session, lena, data):
    Presence.objects.all().delete()
    user = session.activity.batch.enrolments.first()
    ana = (user or enrol(session.activity.batch, "Ana")).user
    base = NOW.timestamp() - 600
    marks = [
        mark(ana, "absent", name="mark-one-1", at=base),
        mark(ana, "late", "09:30", name="mark-two-2", at=base + 5),
        mark(ana, "present", name="mark-three", at=base + 3),
    ]
    sent = data.draw(st.permutations(marks * 2))
    cut = data.draw(st.integers(0, len(sent)))
    say(session, lena, *sent[:cut], sent_at=NOW.timestamp())
    say(session, lena, *sent[cut:], sent_at=NOW.timestamp())
    assert Presence.objects.count() == 3
    assert last_words(session.public, lena)[Who(ana.pk)].said == "late"
    assert minutes(session) == {Who(ana.pk): 60}


def test_the_wrong_clock_of_a_phone_changes_nothing(session, lena):
    ana = enrol(session.activity.batch, "Ana").user
    ahead = NOW.timestamp() + 86_400
    say(session, lena, mark(ana, "absent", at=ahead - 60), sent_at=ahead)
    say(session, lena, mark(ana, "present", at=NOW.timestamp() - 30), sent_at=NOW.timestamp())
    assert last_words(session.public, lena)[Who(ana.pk)].said == "present"


def test_where_two_lecturers_or_a_code_differ_both_stay_and_it_is_to_be_decided(session, lena):
    omar = person("Omar")
    ana, ben, cho = (enrol(session.activity.batch, n).user for n in ("Ana", "Ben", "Cho"))
    say(session, lena, mark(ana, "absent"), mark(ben, "late", "09:40"), mark(cho, "late", "09:03"))
    say(session, omar, mark(ben, "present"), mark(cho, "present"))
    check_in(session, user=ana, seen=NINE, counting=Counting())
    assert [who for who, _ in decide(session)] == [Who(ana.pk), Who(ben.pk)]
    assert minutes(session)[Who(ana.pk)] == minutes(session)[Who(ben.pk)] == 90
    correct(
        session.public,
        Who(ana.pk),
        began=NINE,
        ended=NOW,
        by=omar,
        reason="Saw her leave",
        now=NOW,
        key="k",
    )
    assert [who for who, _ in decide(session)] == [Who(ben.pk)]
    assert minutes(session)[Who(ana.pk)] == 45


def test_a_session_that_is_moved_asks(session, lena):
    ana = enrol(session.activity.batch, "Ana").user
    say(session, lena, mark(ana, "present"))
    assert decide(session) == []
    release(session, NINE + timedelta(hours=2), 90)
    session.refresh_from_db()
    ((who, what),) = decide(session)
    assert who == Who(ana.pk)
    assert "outside the time of the session" in what
    assert minutes(session) == {Who(ana.pk): 0}


def test_a_session_over_midnight_knows_the_next_day(db):
    session = make_session(make_batch(), NINE + timedelta(hours=14, minutes=30), 120)
    assert wall_instant(session.public, "00:30") == NINE + timedelta(hours=15, minutes=30)
    assert wall_instant(session.public, " ") is None


@pytest.mark.parametrize("rows", [None, 3, {}, ["x"], [[]]])
def test_what_is_no_roster_is_refused(rows):
    from nagara.campus.attendance.domain import AttendanceError

    with pytest.raises(AttendanceError, match="list of marks"):
        read_marks(rows)


@given(st.lists(st.dictionaries(st.sampled_from(["id", "who", "said", "at"]), st.integers() | st.text())))
def test_any_json_is_read_without_a_crash(rows):
    assert len(read_marks(rows)) == len(rows)


def test_a_correction_keeps_the_old_value_and_says_why(session, lena):
    ana = enrol(session.activity.batch, "Ana").user
    stay(session, ana, 30, None)
    for _ in range(2):
        correct(
            session.public,
            Who(ana.pk),
            began=None,
            ended=None,
            by=lena,
            reason="Card was lent",
            now=NOW,
            key="same",
        )
    assert minutes(session) == {Who(ana.pk): 0}
    assert Presence.objects.count() == 2
    event = Event.objects.get(verb="correct attendance")
    assert (event.reason, event.data["before"], event.data["after"]) == ("Card was lent", 60, 0)


def test_two_phones_of_one_lecturer_at_once_lose_no_mark_and_double_none(crowd):
    """As the site takes them: through its addresses."""
    session = make_session(make_batch())
    users = [enrol(session.activity.batch, f"P{n}").user for n in range(6)]
    client = crowd.client("olga")
    body = {
        "sent": NOW.timestamp(),
        "marks": [
            {"id": f"mark-{u.pk}-abcdef", "who": f"u{u.pk}", "said": "present", "at": NOW.timestamp()}
            for u in users
        ],
    }
    address = f"/sessions/{session.pk}/roster/marks/"
    for _ in range(2):
        told = client.post(address, json.dumps(body), content_type="application/json").json()
        assert [a["taken"] for a in told["answers"]] == [True] * 6
    assert Presence.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_rosters_merged_at_the_same_moment_keep_every_mark():
    batch = make_batch()
    session = make_session(batch)
    users = [enrol(batch, f"P{n}").user for n in range(10)]
    lecturers = [person(f"L{n}") for n in range(4)]
    public = session.public

    def work(number: int) -> None:
        for _ in range(2):
            merge(
                public,
                marks=[mark(u, "present", name=f"mark-{number}-{u.pk}-x") for u in users],
                by=lecturers[number],
                now=NOW,
            )
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert Presence.objects.count() == 40


def test_without_a_script_the_form_does_the_same(crowd):
    session = make_session(make_batch())
    ana, ben = (enrol(session.activity.batch, n).user for n in ("Ana", "Ben"))
    give(session.activity.batch, crowd.bob, "lecturer", runs=False)
    client = crowd.client("bob")
    form = {
        f"said-u{ana.pk}": "late",
        f"came-u{ana.pk}": "09:30",
        f"said-u{ben.pk}": "left",
        f"went-u{ben.pk}": "08:00",
    }
    address = f"/sessions/{session.pk}/roster/"
    page = client.post(address, form, follow=True).content.decode()
    assert "Taken: 1 change." in page
    assert "Ben: The times lie outside" in page
    assert "Taken: 0 changes." in client.post(address, form, follow=True).content.decode()
    assert minutes(session) == {Who(ana.pk): 60}
