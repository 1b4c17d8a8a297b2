"""Travel facts: only what is needed is asked, only who needs it sees it, and it is deleted after travel."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nagara.campus.audit.models import Event
from nagara.campus.notices.models import Notice
from nagara.campus.people.data_port import all_holders
from nagara.campus.people.domain.consents import answer
from nagara.campus.timetable.domain import cancel_session, change_session, release
from nagara.campus.visits import domain, sheets
from nagara.campus.visits.domain.forgetting import deleted_on
from nagara.campus.visits.domain.telling import remind_due
from nagara.campus.visits.missing import asked_of, missing_of_visit, own_missing
from nagara.campus.visits.models import Leg, Seat, TravelFacts, Visit
from nagara.citylab.errors import CityLabError

from .factories import BEFORE, enrol, make_batch, make_visit, person

pytestmark = pytest.mark.django_db
ALL = ["diet", "access", "emergency", "passport", "medical"]
FACTS = {
    "diet": ["halal"],
    "diet_note": "no onions",
    "access": [],
    "access_note": "",
    "emergency_name": "Siti",
    "emergency_relation": "sister",
    "emergency_phone": "+62 811 000",
    "passport_number": "X1234567",
    "medical_note": "Asthma, spray in the bag",
}
QUERIES = {"roster": 17, "sheet": 15, "visits": 7}
BOTH = {"visits": True, "photo": False}


@pytest.fixture
def batch(seeded):
    return make_batch()


def test_only_what_the_visits_need_is_asked_and_once_for_all_of_them(batch):
    (ana,) = enrol(batch, "Ana")
    visit = make_visit(batch, asks=["diet"])
    assert asked_of(ana, BEFORE) == ["diet"]
    assert own_missing(ana, BEFORE) == ["dietary needs", "terms of visits", "photos: yes or no"]
    domain.keep_facts(ana, by=ana.user, facts={"diet": [], "diet_note": ""}, consents=BOTH)
    assert own_missing(ana, BEFORE) == []
    Visit.objects.filter(pk=visit.pk).update(asks=["diet", "medical"])
    assert own_missing(ana, BEFORE) == ["medical note"]
    domain.keep_facts(ana, by=ana.user, facts={"medical_note": ""})
    assert own_missing(ana, BEFORE) == []
    assert own_missing(ana, BEFORE + timedelta(days=30)) == []  # over: nothing is asked any more


def test_the_form_asks_only_that_and_keeps_a_sealed_answer_that_is_not_written_anew(batch, crowd):
    (ana,) = enrol(batch, "Ana", city="bandar-seri-begawan")
    make_visit(batch, asks=["emergency", "passport", "medical"], now=BEFORE)
    client = crowd.client(ana.user)
    page = client.get(f"/batches/{batch.slug}/travel/").content.decode()
    assert 'name="passport_number"' in page
    assert 'name="diet"' not in page
    sent = {**FACTS, "consent-visits": "yes", "consent-photo": "no"}
    sent.pop("diet")
    assert client.post(f"/batches/{batch.slug}/travel/", sent).status_code == 302
    held = TravelFacts.objects.get()
    assert str(held.passport_number) == "(sealed)"
    page = client.get(f"/batches/{batch.slug}/travel/").content.decode()
    assert "X1234567" not in page
    client.post(f"/batches/{batch.slug}/travel/", {"emergency_name": "Siti", "emergency_phone": "1"})
    assert domain.read_fact(Seat.objects.get(), "passport", by=ana.user, reason="test") == "X1234567"
    wrong = {"medical_none": "on", "medical_note": "x"}
    assert client.post(f"/batches/{batch.slug}/travel/", wrong).status_code == 422


def test_a_sealed_fact_is_read_with_a_reason_that_is_written_down(batch, crowd):
    (ana,) = enrol(batch, "Ana")
    visit = make_visit(batch, asks=ALL)
    domain.keep_facts(ana, by=ana.user, facts=FACTS)
    leader = person("Leo")
    visit.leaders.add(leader)
    client, seat = crowd.client(leader), Seat.objects.get()
    address = f"/visits/{visit.pk}/roster/{seat.pk}/sealed/"
    assert "Asthma" not in client.get(address).content.decode()
    assert client.post(address, {"reason": " "}).status_code == 422
    page = client.post(address, {"reason": "She feels unwell"})
    assert "Asthma" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    reads = Event.objects.filter(kind=Event.READ).values_list("verb", "by", "subject")
    assert set(reads) == {
        ("read medical_note", leader.pk, f"person/{ana.user_id}"),
        ("read passport_number", leader.pk, f"person/{ana.user_id}"),
    }
    Visit.objects.filter(pk=visit.pk).update(asks=["diet"])
    with pytest.raises(CityLabError, match="does not ask"):
        domain.read_fact(Seat.objects.select_related("visit").get(), "medical", by=leader, reason="x")


def test_the_sheet_of_the_host_has_names_as_agreed_and_no_medical_note(batch):
    ana, budi = enrol(batch, "Ana Cruz", "Budi Santoso")
    visit = make_visit(batch, asks=ALL, host="Metro")
    domain.keep_facts(ana, by=ana.user, facts=FACTS, consents=BOTH)
    domain.keep_facts(budi, by=budi.user, facts=FACTS, consents={"visits": False})
    visit = Visit.objects.get(pk=visit.pk)
    host = str(sheets.sheet(visit, "host", BEFORE))
    assert "Ana Cruz" in host
    assert "['Halal', 2]" in host
    for private in ("Budi", "Asthma", "X1234567", "Siti", "medical"):
        assert private not in host
    leader = str(sheets.sheet(visit, "leader", BEFORE))
    assert "Budi Santoso" in leader
    assert "Siti (sister), +62 811 000" in leader
    assert "medical note on file" in leader
    assert "Asthma" not in leader
    assert "X1234567" not in leader
    assert "Ana" not in str(sheets.sheet(visit, "day", BEFORE))
    answer(budi.user, purpose="visits", given=True, by=budi.user)
    assert "Budi" in str(sheets.sheet(visit, "host", BEFORE))


def test_facts_are_deleted_ninety_days_after_the_last_visit(batch, django_assert_num_queries):
    (ana,) = enrol(batch, "Ana")
    visit = make_visit(batch, asks=ALL)
    domain.keep_facts(ana, by=ana.user, facts=FACTS)
    assert deleted_on(batch).isoformat() == "2027-09-15"  # 16 June and 90 days are 14 September
    assert domain.forget_old(datetime(2027, 9, 14, 14, 59, tzinfo=UTC)) == 0
    assert domain.forget_old(datetime(2027, 9, 14, 15, 0, tzinfo=UTC)) == 1  # midnight in Seoul
    assert TravelFacts.objects.count() == 0
    assert domain.forget_old(datetime(2027, 9, 15, tzinfo=UTC)) == 0
    assert Event.objects.get(verb="travel facts deleted").data == {"people": 1}
    cancel_session(visit.session, by=None, reason="flood")
    assert deleted_on(batch).isoformat() == "2027-10-01"  # no visit: the last day of the batch counts


def test_those_whose_facts_are_missing_are_reminded_once_a_day_and_by_itself_once(batch):
    ana, budi = enrol(batch, "Ana", "Budi")
    visit = make_visit(batch)
    domain.keep_facts(ana, by=ana.user, facts=FACTS, consents=BOTH)
    assert [bool(lacks) for _, lacks in missing_of_visit(visit)] == [False, True]
    assert remind_due(BEFORE) == 0  # six days before
    soon = datetime(2027, 6, 13, 17, 0, tzinfo=UTC)  # 02:00 in Seoul, two days before
    assert remind_due(soon) == 0
    assert remind_due(soon + timedelta(hours=8)) == 1
    assert remind_due(soon + timedelta(hours=9)) == 0
    assert domain.remind(visit, by=None, now=soon + timedelta(hours=9)) == 0
    assert domain.remind(visit, by=None, now=soon + timedelta(hours=32)) == 1
    letters = Notice.objects.filter(template="visits/missing")
    assert {letter.to for letter in letters} == {budi.user}
    assert f"/batches/{batch.slug}/travel/" in letters[0].body


def test_changes_are_told_to_those_with_a_seat_and_each_only_what_is_new(batch):
    ana, budi, citra = enrol(batch, "Ana", "Budi", "Citra")
    visit = make_visit(batch, whom="sign-up", seats=2, host="Metro", meeting_point="Main gate")
    for one in (ana, budi, citra):
        domain.take_seat(visit, one, by=one.user, now=BEFORE)
    assert domain.tell(visit, by=None) == 2
    assert domain.tell(visit, by=None) == 0
    assert {n.to.passport_name for n in Notice.objects.filter(template="visits/briefing")} == {"Ana", "Budi"}
    domain.change_visit(
        Visit.objects.get(pk=visit.pk), version=1, by=None, meeting_point="South gate", meeting_at=time(8, 15)
    )
    domain.give_back(Seat.objects.get(enrolment=budi), by=budi.user, now=BEFORE)  # Citra moves up
    assert domain.tell(visit, by=None, note="Sorry.") == 2
    changed = Notice.objects.get(template="visits/changed")
    assert changed.to == ana.user
    assert "Meeting point: 08:15, South gate (was: Main gate)" in changed.body
    assert Notice.objects.filter(template="visits/briefing", to=citra.user).count() == 1
    leg = Leg.objects.create(visit=visit, start="Gate", goal="Metro", departs=time(9), seats=1)
    domain.assign(leg, [Seat.objects.get(enrolment=ana)], by=None)
    assert domain.tell(visit, by=None) == 1  # only Ana rides on it
    assert "09:00 Gate to Metro by bus" in Notice.objects.filter(to=ana.user).first().body


def test_nobody_hears_of_a_draft(batch):
    enrol(batch, "Ana")
    visit = make_visit(batch, released=False)
    with pytest.raises(CityLabError, match="not released"):
        domain.tell(visit, by=None)
    assert domain.remind(visit, by=None, now=BEFORE) == 0
    assert Notice.objects.count() == 0


def test_a_leader_from_outside_is_told_when_the_session_moves(batch):
    enrol(batch, "Ana")
    visit = make_visit(batch)
    visit.leaders.add(person("Leo from outside"))
    change_session(visit.session, version=visit.session.version, by=None, at=time(11))
    release(batch, by=None, now=BEFORE)
    assert {n.to.passport_name for n in Notice.objects.all()} == {"Ana", "Leo from outside"}


def test_own_data_can_be_taken_out_and_erased(batch):
    (ana,) = enrol(batch, "Ana")
    make_visit(batch)
    domain.keep_facts(ana, by=ana.user, facts=FACTS)
    holder = next(h for h in all_holders() if h.room == "visits")
    files = holder.export(ana.user)
    assert files["travel_facts"][0]["medical_note"] == "Asthma, spray in the bag"
    assert files["visit_seats"][0]["state"] == "seated"
    holder.erase(ana.user)
    assert TravelFacts.objects.count() == 0
    assert Seat.objects.count() == 1


def test_a_copy_takes_hosts_and_rides_along_and_no_people(batch):
    from nagara.campus.timetable.models import Activity, Session
    from nagara.campus.visits.copies import copy

    enrol(batch, "Ana")
    visit = make_visit(batch, host="Metro")
    Leg.objects.create(visit=visit, start="Gate", goal="Metro", departs=time(9), operator="12 가 3456")
    new = make_batch("next", starts=batch.starts + timedelta(days=364), ends=batch.ends + timedelta(days=364))
    old = visit.session
    activity = Activity.objects.create(batch=new, kind=old.activity.kind, title=old.activity.title)
    session = Session.objects.create(
        activity=activity, day=old.day + timedelta(days=364), at=old.at, minutes=120, tz=old.tz
    )
    assert copy(batch, new, days=364, by=None) == ["1 visits with their rides, without people"]
    made = session.visit
    assert (made.host, made.legs.get().operator, made.places.count()) == ("Metro", "", 0)
    other = make_batch("third")
    assert "not copied" in copy(batch, other, days=1, by=None)[0]


def test_of_a_visit_by_sign_up_only_those_with_a_seat_are_told_when_it_moves(batch):
    ana, *_ = enrol(batch, "Ana", "Budi", "Citra")
    visit = make_visit(batch, whom="sign-up", seats=2)
    domain.take_seat(visit, ana, by=ana.user, now=BEFORE)
    change_session(visit.session, version=visit.session.version, by=None, at=time(11))
    release(batch, by=None, now=BEFORE)
    assert [n.to.passport_name for n in Notice.objects.all()] == ["Ana"]


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_the_database_as_often_for_three_people_as_for_one(count, batch, crowd):
    people = enrol(batch, *(f"Person {n}" for n in range(count)))
    visit = make_visit(batch, asks=ALL)
    for one in people:
        domain.keep_facts(one, by=one.user, facts=FACTS, consents=BOTH)
    leg = Leg.objects.create(visit=visit, start="Gate", goal="Metro", departs=time(9))
    domain.assign(leg, visit.places.all(), by=None)
    client = crowd.client("olga")
    found = {}
    for name, address in (
        ("roster", f"/visits/{visit.pk}/roster/"),
        ("sheet", f"/visits/{visit.pk}/sheets/leader/"),
        ("visits", f"/batches/{batch.slug}/visits/"),
    ):
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        found[name] = len(seen)
    assert found == QUERIES
