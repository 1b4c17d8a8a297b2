"""Applications: begin, save, eligibility, hand in, grace, desk, privacy."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from applicants import a_batch, a_call, a_nomination, an_application, filled_in, hand_over, handed_in, wall
from nagara.campus.admissions.domain import applying, citizenship, documents, eligibility, judging
from nagara.campus.admissions.models import Application, Call, Citizenship, Nomination
from nagara.campus.audit.models import Event
from nagara.campus.notices.models import Notice
from nagara.campus.people import data_port
from nagara.campus.people.models import PastParticipation
from nagara.campus.people.roles import held_by
from nagara.campus.programmes.domain import enrol
from nagara.citylab.errors import CityLabError


@pytest.fixture
def call(crowd) -> Call:
    return a_call(needs_nomination=False)


def told(application, sealed=None):
    return {one.rule: one for one in eligibility.tell(application, sealed)}


def test_an_application_is_begun_once_with_a_row_for_each_document(call, crowd):
    one = an_application(call, crowd.bob)
    assert an_application(call, crowd.bob) == one
    assert list(one.documents.values_list("kind", "state")) == [
        (kind, "missing") for kind in ("cv", "employment", "statement", "english")
    ]


def test_a_call_for_nominated_people_needs_a_nomination_that_stands(crowd):
    call = a_call()
    with pytest.raises(CityLabError, match="for nominated people"):
        an_application(call, crowd.bob)
    made = a_nomination(call, crowd.alice, email="bob@example.org", name="Bob")
    one = an_application(call, crowd.bob)
    assert (one.nomination, one.position, one.city.slug) == (made, "Planner", "jakarta")
    filled_in(call, crowd.bob)
    Nomination.objects.update(state="withdrawn")
    with pytest.raises(CityLabError, match="does not stand any more"):
        applying.submit(one, by=crowd.bob, anyway=True)


def test_the_next_application_begins_with_what_was_said_last_time(call, crowd):
    handed_in(call, crowd.bob)
    later = a_call(batch=a_batch(name="Short Course 2033", year=2033), needs_nomination=False)
    one = an_application(later, crowd.bob)
    assert (one.position, one.city.slug, one.years_in_field) == ("Planner", "jakarta", 7)  # two years on
    assert one.answers["problem"] == "An answer"
    assert set(one.documents.values_list("state", flat=True)) == {"missing"}


def test_an_imported_participation_fills_in_the_city(call, crowd):
    PastParticipation.objects.create(
        user=crowd.bob, programme_title="Other", batch_title="B", year=2020, city_slug="bangkok"
    )
    assert an_application(call, crowd.bob).city.slug == "bangkok"


def test_rules_say_why_before_anything_is_handed_in(call, crowd):
    one = an_application(call, crowd.bob)
    assert told(one)["years"].met is None
    assert "not said yet" in told(one)["years"].said
    applying.save_work(one, by=crowd.bob, years_in_field=2)
    one.refresh_from_db()
    assert told(one)["years"].met is False
    assert told(one)["years"].said == "At least 3 years of work in the field: 2 years"
    assert "Apply to a later batch" in told(one)["years"].mend
    assert told(one)["again"].met is True


@pytest.mark.parametrize(("year", "met"), [(2029, False), (2028, True), (2020, True)])
def test_the_same_programme_again_only_after_three_years(year, met, call, crowd):
    one = an_application(call, crowd.bob)
    batch = a_batch(name=f"Short Course {year}", year=year)
    enrol(batch, crowd.bob, city=None, by=crowd.olga)
    assert told(one)["again"].met is met


def test_an_imported_earlier_course_counts_like_an_enrolment(call, crowd):
    name = call.batch.version.programme.name
    PastParticipation.objects.create(user=crowd.bob, programme_title=name.upper(), batch_title="B", year=2030)
    assert told(an_application(call, crowd.bob))["again"].met is False


def test_what_is_missing_is_said_page_by_page(call, crowd):
    one = an_application(call, crowd.bob)
    missing = applying.missing(one)
    assert [m.what for m in missing if m.page == "work"] == [
        "your state",
        "your position",
        "your office",
        "your years in the field",
    ]
    assert [m.what for m in missing if m.later] == [
        "Curriculum vitae",
        "Letter of employment",
        "Statement of purpose",
    ]
    with pytest.raises(CityLabError, match="Still missing: your sex, your state"):
        applying.submit(one, by=crowd.bob)


def test_documents_may_follow_where_the_person_says_so(call, crowd):
    one = filled_in(call, crowd.bob)
    with pytest.raises(CityLabError, match="Documents are missing"):
        applying.submit(one, by=crowd.bob)
    done = applying.submit(one, by=crowd.bob, anyway=True)
    assert (done.state, done.reference) == ("submitted", f"{call.prefix}-0001")
    letter = Notice.objects.get(template="admissions/received")
    assert "- Curriculum vitae" in letter.body
    assert letter.to == crowd.bob


def test_handing_in_twice_makes_one(call, crowd):
    one = filled_in(call, crowd.bob)
    first = applying.submit(one, by=crowd.bob, anyway=True)
    again = applying.submit(one, by=crowd.bob, anyway=True)
    assert first.reference == again.reference
    assert Event.objects.filter(verb="application submitted").count() == 1
    assert Notice.objects.filter(template="admissions/received").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_time_get_two_numbers_and_one_person_gets_one(crowd):
    call = a_call(needs_nomination=False)
    ones = [filled_in(call, user) for user in (crowd.bob, crowd.charlie)]
    start, got = threading.Barrier(4), []

    def go(application):
        try:
            start.wait()
            got.append(applying.submit(application, by=application.user, anyway=True).reference)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(one,)) for one in ones * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [f"{call.prefix}-0001"] * 2 + [f"{call.prefix}-0002"] * 2


def test_after_the_deadline_it_says_so_in_both_clocks_and_a_grace_helps(call, crowd):
    one = filled_in(call, crowd.bob)
    Call.objects.update(closes=wall(-0.1))
    crowd.bob.tz = "Asia/Jakarta"
    one.refresh_from_db()
    with pytest.raises(
        CityLabError, match=r"This call closed on .*\(Asia/Seoul, UTC\+9\).*\(Asia/Jakarta, UTC\+7\)"
    ):
        applying.submit(one, by=crowd.bob, anyway=True)
    with pytest.raises(CityLabError, match="Say why"):
        applying.give_grace(one, until=wall(2), reason=" ", by=crowd.olga)
    with pytest.raises(CityLabError, match="must lie after"):
        applying.give_grace(one, until=wall(-0.01), reason="flood", by=crowd.olga)
    applying.give_grace(one, until=wall(2), reason="flood", by=crowd.olga)
    assert applying.submit(one, by=crowd.bob, anyway=True).state == "submitted"
    assert Event.objects.get(verb="grace given").reason == "flood"
    assert Notice.objects.filter(to=crowd.bob, template="admissions/grace").exists()


def test_what_is_handed_in_changes_no_more(call, crowd):
    one = handed_in(call, crowd.bob)
    with pytest.raises(CityLabError, match="is handed in"):
        applying.save_work(one, by=crowd.bob, position="Mayor")


def test_the_state_follows_the_documents(call, crowd):
    one = handed_in(call, crowd.bob)
    assert one.state == "submitted"
    papers = list(one.documents.all())
    documents.judge(papers, accept=True, by=crowd.olga)
    one.refresh_from_db()
    assert one.state == "complete"
    documents.judge(papers[:1], accept=False, remark="Not signed.", by=crowd.olga)
    one.refresh_from_db()
    assert one.state == "returned"
    Call.objects.update(closes=wall(-1))  # what was returned may come after the deadline
    hand_over(one.documents.get(kind="cv"))
    one.refresh_from_db()
    assert one.state == "submitted"
    with pytest.raises(CityLabError, match="accepted already"):
        hand_over(one.documents.get(kind="statement"))


def test_many_at_once_are_shown_first_with_every_letter(call, crowd):
    with_papers, without = handed_in(call, crowd.bob), handed_in(call, crowd.charlie, documents=False)
    rows = list(Application.objects.select_related("call", "user").prefetch_related("documents"))
    planned = judging.plan(rows, "remind")
    assert [one.application for one in planned] == [without]
    assert "- Letter of employment" in planned[0].body
    assert not Notice.objects.filter(template="admissions/missing").exists()
    assert judging.carry_out(rows, "remind", by=crowd.olga) == 1
    assert Notice.objects.get(template="admissions/missing").body == planned[0].body
    without.refresh_from_db()
    assert without.state == "returned"
    Call.objects.update(closes=wall(-1))
    hand_over(without.documents.get(kind="cv"))  # asked for: still taken
    rows = list(Application.objects.select_related("call", "user").prefetch_related("documents"))
    with pytest.raises(CityLabError, match="with a remark"):
        judging.plan(rows, "return")
    judging.carry_out(rows, "return", kind="cv", remark="Too dark.", by=crowd.olga)
    assert Notice.objects.filter(template="admissions/returned").count() == 2
    rows = list(Application.objects.select_related("call", "user").prefetch_related("documents"))
    assert judging.carry_out(rows, "accept", by=crowd.olga) == 2
    with_papers.refresh_from_db()
    assert with_papers.state == "complete"


def test_answers_about_citizenship_are_sealed_and_readings_written_down(crowd):
    call = a_call(batch=a_batch("masters-smart-cities", "Master's 2031"))
    assert (call.asks_citizenship, call.needs_nomination) == (True, False)
    one = filled_in(call, crowd.bob)
    assert b"first_parent" not in repr(Citizenship.objects.get().answers.text).encode()
    assert told(one)["parents"].sealed
    opened = citizenship.read(one, by=crowd.bob, reason="own")
    assert told(one, opened)["parents"].met is True
    applying.save_citizenship(one, {"self": "no", "first_parent": "yes", "second_parent": "no"}, by=crowd.bob)
    done = applying.submit(one, by=crowd.bob, anyway=True)
    kept = {row["rule"]: row for row in done.eligibility}
    assert (kept["parents"]["met"], kept["parents"]["sealed"]) == (None, True)
    Event.objects.all().delete()
    page = crowd.client("olga").get(one.get_absolute_url()).content.decode()
    assert "sealed" in page
    assert not Event.objects.exists()
    address = f"/applications/{one.pk}/citizenship/open/"
    assert crowd.client("olga").post(address, {"reason": ""}).status_code == 302
    page = crowd.client("olga").post(address, {"reason": "scholarship list"}).content.decode()
    assert "not met" in page
    assert Event.objects.get().reason == "scholarship list"


def test_a_person_takes_out_everything_and_is_forgotten(call, crowd, settings):
    one = handed_in(call, crowd.bob)
    path = one.documents.get(kind="cv").path
    taken = {holder.room: holder for holder in data_port.all_holders()}["admissions"].export(crowd.bob)
    assert taken["applications"][0]["number"] == one.reference
    assert taken["applications"][0]["answers"]["problem"] == "An answer"
    assert len(taken["application_documents"]) == 4
    holder = {holder.room: holder for holder in data_port.all_holders()}["admissions"]
    from django.db import transaction

    with transaction.atomic():
        holder.erase(crowd.bob)
    one.refresh_from_db()
    assert (one.position, one.answers, one.city.slug, one.sex) == ("", {}, "jakarta", "woman")
    assert one.reference
    assert path.exists()  # goes when the transaction does (a test's never ends)


def test_roles_say_who_nominates_and_who_applies(call, crowd):
    a_nomination(call, crowd.alice, email="bob@example.org")
    an_application(call, crowd.bob)
    assert [h.role for h in held_by(crowd.alice) if h.scope == "call"] == [
        "Nominator (Chief Smart City Officer)"
    ]
    assert [h.role for h in held_by(crowd.bob) if h.scope == "call"] == ["Applicant"]


def test_a_withdrawn_application_is_taken_up_again_under_its_number(call, crowd):
    one = handed_in(call, crowd.bob)
    applying.withdraw(one, by=crowd.bob)
    again = applying.take_up(one, by=crowd.bob)
    assert again.state == "draft"
    done = applying.submit(one, by=crowd.bob, anyway=True)
    assert done.reference == one.reference


def test_a_published_call_closes_by_itself(call):
    at = call.closes_at
    assert call.standing(at - timedelta(seconds=1)) == "open"
    assert call.standing(at) == "closed"
    assert call.standing(call.opens_at - timedelta(seconds=1)) == "upcoming"
