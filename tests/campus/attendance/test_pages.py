"""Pages of attendance: complete, quick, and honest about what was changed."""

from __future__ import annotations

import io
import json
import time
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from nagara.campus.attendance.demo import fill
from nagara.campus.attendance.domain.warning import count_below
from nagara.campus.attendance.models import Counting, Presence, Who
from nagara.campus.attendance.queries import minutes, shares
from nagara.campus.audit.models import Event
from nagara.campus.desk.queries import desk_of
from nagara.campus.people.domain.erasing import erase
from nagara.campus.programmes.facts import facts_about_many
from nagara.campus.timetable.models import PublicSession

from .factories import NINE, enrol, give, make_batch, make_session, make_webinar, person, register, stay

LONG_AGO = NINE.replace(year=2020)
RULES = {
    "certificate": {
        "full": "Completion",
        "otherwise": "Participation",
        "rules": [{"id": "a", "fact": "attendance.minutes_share", "op": ">=", "value": 0.8, "says": "80 %"}],
    }
}


def test_a_correction_on_the_page_needs_a_reason_and_shows_the_old_value(crowd):
    session = make_session(make_batch(), LONG_AGO)
    ana = enrol(session.activity.batch, "Ana").user
    stay(session, ana, 0, None)
    client = crowd.client("olga")
    address = f"/sessions/{session.pk}/attendance/u{ana.pk}/"
    form = {"say": "correct", "came": "09:30", "went": "10:00", "key": "one"}
    refused = client.post(address, {**form, "reason": " "})
    assert (refused.status_code, b"needs a reason" in refused.content) == (422, True)
    page = client.post(address, {**form, "reason": "She told me"}, follow=True).content.decode()
    assert minutes(session) == {Who(ana.pk): 30}
    assert "set aside by a correction" in page
    assert "She told me" in page
    correction = Presence.objects.get(way="correction")
    back = {"say": "drop", "presence": correction.pk, "reason": "It was another"}
    client.post(address, back)
    assert minutes(session) == {Who(ana.pk): 90}
    client.post(address, {**back, "say": "again"})
    assert minutes(session) == {Who(ana.pk): 30}
    verbs = Event.objects.filter(subject=f"session/{session.pk}").values_list("verb", "reason")
    assert sorted(verbs) == [
        ("correct attendance", "She told me"),
        ("count presence again", "It was another"),
        ("take back presence", "It was another"),
    ]


def test_the_list_of_a_session_finds_filters_and_exports_names_in_every_script(crowd):
    session = make_session(make_batch(), LONG_AGO)
    names = ["ดารณี ใจดี", "Nguyễn Ánh", "မောင်ကျော်", "=SUM(A1)", "O'Neil, Ann"]
    users = [enrol(session.activity.batch, person(n, native_name=n)).user for n in names]
    stay(session, users[0], 0, 90)
    guest = register(make_webinar(session), "A guest", "guest@example.org")
    client = crowd.client("olga")
    address = f"/sessions/{session.pk}/attendance/"
    page = client.get(address).content.decode()
    assert all(n.replace("'", "&#x27;") in page for n in [*names, guest.name])
    assert "1 of 6" in page
    assert "Nguyễn" not in client.get(address, {"show": "there"}).content.decode()
    assert "ดารณี" not in client.get(address, {"q": "nguyễn"}).content.decode()
    book = openpyxl.load_workbook(io.BytesIO(client.get(address, {"export": "xlsx"}).content))
    assert {row[0] for row in book.active.iter_rows(min_row=2, values_only=True)} == {*names, "A guest"}


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_as_often_for_three_people_as_for_one(count, crowd, django_assert_num_queries):
    batch = make_batch(rules=RULES)
    session = make_session(batch, LONG_AGO)
    other = make_session(batch, LONG_AGO + timedelta(days=1))
    for n in range(count):
        user = enrol(batch, f"P{n}").user
        stay(session, user, 0, 60)
        stay(other, user, 0, 30, "roster", said="left", by=crowd.bob)
    client = crowd.client("olga")
    with django_assert_num_queries(9):
        client.get(f"/sessions/{session.pk}/attendance/")
    with django_assert_num_queries(8):
        client.get(f"/sessions/{session.pk}/roster/")
    with django_assert_num_queries(12):
        client.get(f"/batches/{batch.slug}/attendance/")


def test_the_matrix_shows_weeks_shares_and_who_is_below(crowd):
    batch = make_batch(rules=RULES)
    first = make_session(batch, LONG_AGO)
    make_session(batch, LONG_AGO + timedelta(days=9), 30)
    ana, ben = enrol(batch, "Ana Cruz").user, enrol(batch, "Ben Tan").user
    stay(first, ana, 0, 90)
    client = crowd.client("olga")
    address = f"/batches/{batch.slug}/attendance/"
    page = client.get(address, {"week": "2020-W18"}).content.decode()
    assert "75 %" in page
    assert "The certificate needs 80 %." in page
    below = client.get(address, {"below": "1"}).content.decode()
    assert ("Ben Tan" in below, "Ana Cruz" in below) == (True, False)
    book = openpyxl.load_workbook(io.BytesIO(client.get(address, {"export": "xlsx"}).content))
    rows = {row[0]: row[4:9] for row in book.active.iter_rows(min_row=2, values_only=True)}
    assert rows == {"Ana Cruz": (90, 120, 0.75, 1, 2), "Ben Tan": (0, 120, 0, 2, 2)}
    assert b"Ben" in client.get(f"{address}of/{ben.pk}/").content


def test_a_participant_reads_what_may_still_be_missed(crowd):
    batch = make_batch(rules=RULES)
    past = make_session(batch, LONG_AGO, 100)
    make_session(batch, NINE.replace(year=2090), 100)
    enrol(batch, crowd.alice)
    stay(past, crowd.alice, 0, 82)
    client = crowd.client("alice")
    said = client.get(f"/batches/{batch.slug}/attendance/of/{crowd.alice.pk}/").content.decode()
    assert "82 % so far" in said
    assert "of the 100 minutes still to come you may miss 22" in said.replace("Of the", "of the")
    assert "82 %" in client.get("/attendance/").content.decode()
    Presence.objects.all().delete()
    said = client.get(f"/batches/{batch.slug}/attendance/of/{crowd.alice.pk}/").content.decode()
    assert "60 minutes are missing even if nothing more is missed" in said


def test_how_a_batch_counts_is_changed_with_a_reason(crowd):
    batch = make_batch()
    mona = person("Mona")
    give(batch, mona)
    form = {
        "code_seconds": 30,
        "opens_before": 15,
        "grace": 5,
        "without_check_out": "",
        "bridge_seconds": 120,
        "warn_below": 70,
    }
    client = crowd.client(mona)
    address = f"/batches/{batch.slug}/attendance/counting/"
    assert client.post(address, form).status_code == 422
    assert client.post(address, {**form, "reason": "Queue at the door"}).status_code == 302
    held = Counting.objects.get()
    assert (held.code_seconds, held.grace, held.without_check_out) == (30, 5, None)
    assert Event.objects.get(verb="change counting").data["grace"] == 5


def test_the_desk_says_where_to_check_in_what_to_keep_and_who_falls_behind(crowd):
    batch = make_batch(rules=RULES)
    lena = person("Lena")
    now = timezone.now()
    session = make_session(batch, now - timedelta(minutes=5), lecturer=lena)
    session.public.speakers.add(lena)
    enrol(batch, crowd.alice)
    make_session(batch, LONG_AGO)
    assert [t.title for t in desk_of(crowd.alice, now).do][:1] == ["Check in: Reading a city"]
    assert "Keep the attendance of Reading a city" in [t.title for t in desk_of(lena, now).do]
    assert count_below(now) == 1
    assert count_below(now) == 0
    titles = [t.title for t in desk_of(crowd.olga, now).do]
    assert "Speak with 1 person below 67 % attendance" in titles
    stay(session, crowd.alice, 0, None)
    assert "Check in: Reading a city" not in [t.title for t in desk_of(crowd.alice, now).do]


def test_an_erased_person_leaves_minutes_without_words(crowd):
    session = make_session(make_batch(), LONG_AGO)
    ana = enrol(session.activity.batch, "Ana").user
    stay(session, ana, 0, 45, "correction", note="Her child was ill", said_at=NINE)
    erase(ana, by=crowd.olga, reason="asked")
    assert minutes(session) == {Who(ana.pk): 45}
    assert Presence.objects.get().note == "erased"


def test_all_that_is_held_of_a_person_is_handed_out(crowd):
    from nagara.campus.attendance.holdings import export

    session = make_session(make_batch(), LONG_AGO)
    enrol(session.activity.batch, crowd.alice)
    stay(session, crowd.alice, 0, 45)
    (row,) = export(crowd.alice)["attendance"]
    assert (row["session"], row["how"], row["counts"]) == ("Reading a city", "code", True)
    json.dumps(row)


def test_the_demonstration_is_filled_once_and_is_alive(crowd):
    batch = make_batch(rules=RULES)
    now = timezone.now()
    for day in range(1, 8):
        make_session(batch, now - timedelta(days=day), online=day == 3)
    make_session(batch, now - timedelta(minutes=10))
    for n in range(12):
        enrol(batch, f"P{n}")
    made = fill(batch, now=now)
    assert made > 60
    assert fill(batch, now=now) == 0
    found = shares(batch, [e.user for e in batch.enrolments.all()], now=now)
    assert all(s.share is not None and 0 <= s.share <= 1 for s in found.values())


def test_the_worker_of_the_roster_touches_no_other_page(crowd):
    session = make_session(make_batch())
    answer = crowd.client("olga").get(f"/sessions/{session.pk}/roster/worker.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert "Service-Worker-Allowed" not in answer
    assert b"addEventListener" in answer.content


@pytest.mark.full
def test_a_hundred_thousand_presences_stay_quick(crowd):
    """1,000 people in 100 sessions of one batch: facts of all, the matrix and the list of a session."""
    batch = make_batch(rules=RULES)
    sessions = [make_session(batch, LONG_AGO + timedelta(hours=3 * n)) for n in range(100)]
    users = [enrol(batch, f"Person {n:04}").user for n in range(1000)]
    publics = {p.session_id: p for p in PublicSession.objects.all()}
    Presence.objects.bulk_create(
        (
            Presence(
                session=s,
                user=u,
                way="code",
                began=publics[s.pk].starts + timedelta(minutes=n % 7),
                key=f"many:{u.pk}",
            )
            for s in sessions
            for n, u in enumerate(users)
        ),
        batch_size=2000,
    )
    assert Presence.objects.count() == 100_000
    client = crowd.client("olga")
    took = {}
    for name, ask in {
        "facts of 1,000": lambda: facts_about_many(batch, users, ["attendance.minutes_share"]),
        "matrix": lambda: client.get(f"/batches/{batch.slug}/attendance/"),
        "session": lambda: client.get(f"/sessions/{sessions[0].pk}/attendance/"),
        "own": lambda: client.get(f"/batches/{batch.slug}/attendance/of/{users[0].pk}/"),
    }.items():
        began = time.process_time()
        ask()
        took[name] = time.process_time() - began
    print(took)  # noqa: T201 (the figures, with -s)
    assert took["facts of 1,000"] < 6
    assert max(took["matrix"], took["session"], took["own"]) < 1.5
