"""Pages of the room: forms, lists, what they say and what they keep."""

import csv
import io
import re
from datetime import date, timedelta

import pytest

from nagara.campus.audit.models import Event
from nagara.campus.cities.models import City
from nagara.campus.people.domain import add_person
from nagara.campus.programmes import tabs
from nagara.campus.programmes.domain import enrol, give_role, new_draft
from nagara.campus.programmes.models import Batch, Enrolment, ExtraHoliday, ProgrammeVersion

DRAFT = "/programmes/ascn-short-course/2/"


@pytest.fixture
def olga(crowd):
    return crowd.client("olga")


@pytest.fixture
def draft(version, crowd) -> ProgrammeVersion:
    return new_draft(version.programme, by=crowd.olga)


@pytest.mark.parametrize(
    "part",
    [
        "modules",
        "courses",
        "plan",
        "rubrics",
        "forms",
        "tags",
        "roles",
        "budget",
        "certificate",
        "degree",
        "eligibility",
        "warnings",
        "documents",
        "quotas",
    ],
)
def test_a_part_sent_back_untouched_changes_nothing(part, draft, version, olga, filled_in):
    from nagara.campus.programmes.differences import differences

    page = olga.get(f"{DRAFT}edit/{part}/")
    answer = olga.post(f"{DRAFT}edit/{part}/", filled_in(page))
    assert answer.status_code == 302, [f.errors for f in answer.context["form"]]
    draft.refresh_from_db()
    assert differences(version, draft) == []
    assert draft.rules == version.rules or part == "degree"


def test_a_masters_degree_sent_back_untouched_is_the_same(draft, olga, crowd, filled_in):
    masters = ProgrammeVersion.objects.get(programme__slug="masters-smart-cities")
    copy = new_draft(masters.programme, by=crowd.olga)
    for part in ("degree", "eligibility", "courses"):
        address = f"/programmes/masters-smart-cities/2/edit/{part}/"
        assert olga.post(address, filled_in(olga.get(address))).status_code == 302
    copy.refresh_from_db()
    assert copy.rules == masters.rules


def test_a_rule_is_changed_in_words_and_number(draft, version, olga, filled_in):
    address = f"{DRAFT}edit/certificate/"
    data = filled_in(olga.get(address))
    data |= {"row-0-value": "0.75", "row-0-says": "Attended at least 75 % of the planned minutes"}
    assert olga.post(address, data).status_code == 302
    page = olga.get(f"{DRAFT}changes/").content.decode()
    assert "75 % of the planned minutes" in page
    assert "80 % of the planned minutes" in page
    version.refresh_from_db()
    assert version.rules["certificate"]["rules"][0]["value"] == 0.8


def test_a_variant_and_a_role_are_chosen_from_a_list(draft, olga):
    text = olga.get(f"{DRAFT}edit/modules/").content.decode()
    assert '<option value="standard" selected>Standard</option>' in text
    assert '<option value="advanced">Advanced</option>' in text
    assert (
        '<option value="manager" selected>Manager</option>'
        in olga.get(f"{DRAFT}edit/roles/").content.decode()
    )


def test_the_names_of_the_certificates_are_changed(draft, olga, filled_in):
    address = f"{DRAFT}edit/certificate/"
    page = olga.get(address)
    assert 'value="Completion"' in page.content.decode()
    data = filled_in(page) | {"full": "Completion with honours", "otherwise": ""}
    assert olga.post(address, data).status_code == 302
    draft.refresh_from_db()
    assert draft.rules["certificate"]["full"] == "Completion with honours"
    assert draft.rules["certificate"]["otherwise"] == "Participation"


def test_a_rule_that_makes_no_sense_is_told_where(draft, olga, filled_in):
    address = f"{DRAFT}edit/certificate/"
    data = filled_in(olga.get(address)) | {"row-0-value": "eighty"}
    answer = olga.post(address, data)
    assert answer.status_code == 422
    assert "certificate.rules, rule 1: &gt;= needs a number as value" in answer.content.decode()


def test_a_rule_is_taken_out_and_one_is_added(draft, olga, filled_in):
    address = f"{DRAFT}edit/warnings/"
    data = filled_in(olga.get(address)) | {
        "row-0-DELETE": "on",
        "row-1-id": "pre-test",
        "row-1-says": "Sat the pre-test",
        "row-1-fact": "tests.pre_done",
        "row-1-op": "==",
        "row-1-value": "yes",
    }
    assert olga.post(address, data).status_code == 302
    draft.refresh_from_db()
    assert draft.rules["warnings"] == [
        {"id": "pre-test", "says": "Sat the pre-test", "fact": "tests.pre_done", "op": "==", "value": True}
    ]


def test_a_published_version_cannot_be_edited(version, olga):
    answer = olga.get("/programmes/ascn-short-course/1/edit/certificate/")
    assert answer.status_code == 302
    assert "stays as it is" in olga.get("/programmes/ascn-short-course/1/").content.decode()


def test_a_draft_is_published_or_thrown_away_with_a_reason(draft, olga):
    assert "needs a reason" in olga.post(f"{DRAFT}say/", {"say": "drop"}, follow=True).content.decode()
    olga.post(f"{DRAFT}say/", {"say": "publish"})
    draft.refresh_from_db()
    assert draft.status == "published"


def test_every_rule_is_said_in_words(version, client):
    page = client.get("/programmes/ascn-short-course/1/").content.decode()
    assert "Attended at least 80 % of the planned minutes" in page
    assert "receives a certificate of Completion, else of Participation" in page
    assert "attendance.minutes_share at least 80 %" in page
    assert "Budget lines" not in page
    masters = client.get("/programmes/masters-smart-cities/1/").content.decode()
    assert "At least a quarter of the credits outside the home unit" in masters


def test_copying_takes_one_look_and_one_post(batch, olga):
    page = olga.get(f"/batches/{batch.slug}/copy/")
    text = page.content.decode()
    assert page.context["form"].cleaned_data["name"] == "ASCN Short Course 2027"
    assert page.context["starts"] == date(2027, 3, 1)
    assert "37 activities, with their dates moved by 364 days" in text
    assert "Independence Movement Day" in text  # 1 March at the host
    assert "Ramadan (estimated)" in text
    data = {
        "key": page.context["key"],
        "name": "ASCN Short Course 2027",
        "starts": "2027-03-08",
        "version": page.context["form"].cleaned_data["version"].pk,
    }
    for _ in range(2):  # sent twice
        answer = olga.post(f"/batches/{batch.slug}/copy/", data)
        assert answer.url == "/batches/ascn-short-course-2027/plan/"
    assert Batch.objects.filter(copied_from=batch).count() == 1
    assert "is made from ASCN Short Course 2026" in olga.get(answer.url).content.decode()


def test_another_weekday_is_warned_of(batch, olga):
    text = olga.get(f"/batches/{batch.slug}/copy/?starts=2027-03-03").content.decode()
    assert "another day of the week" in text


def test_a_strange_date_leaves_the_form_with_its_message(batch, olga):
    page = olga.get(f"/batches/{batch.slug}/copy/?starts=soon")
    assert page.status_code == 200
    assert "Enter a valid date" in page.content.decode()
    assert b"Make ASCN" not in page.content


def test_a_batch_moves_with_everything_in_it(batch, olga):
    opening = batch.activities.get(title="Opening and introductions")
    olga.post(f"/batches/{batch.slug}/move/", {"starts": "2026-03-09", "reason": "the room is taken"})
    batch.refresh_from_db()
    opening.refresh_from_db()
    assert (batch.starts, batch.ends, opening.day) == (date(2026, 3, 9), date(2026, 3, 27), date(2026, 3, 9))
    event = Event.objects.get(verb="batch moved")
    assert (event.reason, event.data["days"]) == ("the room is taken", 7)


def test_an_activity_is_changed_added_and_taken_out(batch, olga):
    first = batch.activities.get(title="Pre-test")
    at = f"/batches/{batch.slug}/plan/{first.pk}/"
    kind = first.kind_id
    data = {
        "title": "Pre-test",
        "kind": kind,
        "day": "2026-03-03",
        "at": "10:00",
        "hours": "1",
        "say": "keep",
    }
    assert olga.post(at, data).status_code == 302
    assert olga.post(f"/batches/{batch.slug}/plan/0/", data | {"title": "Excursion"}).status_code == 302
    assert olga.post(at, {"say": "remove", "reason": ""}).status_code == 422
    assert olga.post(at, {"say": "remove", "reason": "not needed"}).status_code == 302
    titles = set(batch.activities.values_list("title", flat=True))
    assert "Excursion" in titles
    assert "Pre-test" not in titles


def test_a_finished_batch_stays_as_it_was(batch, olga):
    Batch.objects.update(state="finished")
    text = olga.post(
        f"/batches/{batch.slug}/move/", {"starts": "2026-03-09", "reason": "x"}, follow=True
    ).content.decode()
    assert "it stays as it was" in text


def test_the_budget_adds_up_and_names_what_has_no_rate(batch, olga):
    page = olga.get(f"/batches/{batch.slug}/budget/")
    total = page.context["sum"]
    assert total.open_lines == ()
    assert total.oldest == date(2026, 9, 30)
    assert total.amount == sum(row[2] for row in page.context["lines"])
    batch.budget_lines.filter(line="Venue").update(rate=None, rate_on=None)
    page = olga.get(f"/batches/{batch.slug}/budget/")
    assert page.context["sum"].open_lines == ("Venue",)
    assert "left out of the sum: Venue" in page.content.decode()


def test_budget_lines_are_kept_and_bad_ones_told(batch, olga, filled_in):
    at = f"/batches/{batch.slug}/budget/"
    data = filled_in(olga.get(at))
    data |= {"row-0-amount": "160000", "row-0-currency": "krw"}
    assert olga.post(at, data).status_code == 302
    assert str(batch.budget_lines.first()) == "Lecturer honoraria: 160000.00 KRW"
    answer = olga.post(at, data | {"row-0-amount": "-5"})
    assert answer.status_code == 422


def test_roles_are_given_by_email_and_ended_with_a_reason(batch, crowd, olga):
    at = f"/batches/{batch.slug}/roles/"
    assert olga.post(at, {"say": "give", "email": "nobody@example.org", "role": "mentor"}).status_code == 422
    assert olga.post(at, {"say": "give", "email": "Alice@example.org", "role": "mentor"}).status_code == 302
    held = batch.roles.get()
    assert olga.post(at, {"say": "end", "held": held.pk, "reason": ""}).status_code == 422
    assert olga.post(at, {"say": "end", "held": held.pk, "reason": "ill"}).status_code == 302
    assert not batch.roles.filter(until=None).exists()


def test_where_a_person_stands_and_a_waiver_with_its_signature(batch, crowd, olga):
    held = enrol(batch, crowd.alice, city=City.objects.get(slug="jakarta"), by=crowd.olga)
    at = f"/batches/{batch.slug}/people/{held.pk}/"
    own = crowd.client("alice").get(at).content.decode()
    assert "0 of 4 met, 4 not known yet" in own
    assert "Waive and sign" not in own
    assert crowd.client("alice").post(at, {"say": "waive"}).status_code == 403
    assert crowd.client("bob").get(at).status_code == 404
    answer = olga.post(at, {"say": "waive", "rule": "post-test", "reason": "ill", "signature": ""})
    assert answer.status_code == 422
    data = {"say": "waive", "rule": "post-test", "reason": "ill that day", "signature": "Olga Office"}
    assert olga.post(at, data).status_code == 302
    text = olga.get(at).content.decode()
    assert "Waived: ill that day (Olga Office)" in text
    assert olga.post(at, {"say": "state", "to": "withdrawn", "reason": "left"}).status_code == 302
    held.refresh_from_db()
    assert held.state == "withdrawn"


def test_holidays_are_added_by_the_office_and_taken_back(seeded, olga, crowd):
    indonesia = City.objects.get(slug="jakarta").state
    data = {"state": indonesia.pk, "day": "2027-04-07", "name": "Ulang tahun", "what": "add"}
    assert crowd.client("alice").post("/holidays/", data).status_code == 403
    assert olga.post("/holidays/", data).url == "/holidays/?start=2027-04-05&weeks=3"
    assert "Indonesia: Ulang tahun" in olga.get("/holidays/?start=2027-04-05").content.decode()
    olga.post(f"/holidays/{ExtraHoliday.objects.get().pk}/remove/")
    assert not ExtraHoliday.objects.exists()


@pytest.mark.parametrize("start", ["", "soon", "0001-01-01", "9999-12-31", "2027-04-08"])
def test_any_start_of_the_calendar_is_answered(start, seeded, client):
    page = client.get("/holidays/", {"start": start})
    assert page.status_code == 200
    assert page.context["start"].weekday() == 0


SAMPLES = [
    "=2+5",
    "Siti Nurhaliza binti Tarudin",
    "Rajesh A/L Muthu",
    "Ong @ Wang",
    "ဒေါ်အောင်ဆန်းစုကြည်",
    "นางสาวสมหญิง",
    "ភួង",
    "Đặng Thị Ánh",
]


def test_names_come_out_of_lists_unharmed(batch, crowd, olga):
    Batch.objects.update(seats=50)
    for number, name in enumerate(SAMPLES):
        person = add_person(f"p{number}@example.org", passport_name=name, password=None)
        person.native_name = name
        person.save()
        enrol(Batch.objects.get(), person, city=None, by=crowd.olga)
    at = f"/batches/{batch.slug}/people/"
    rows = list(csv.DictReader(io.StringIO(olga.get(f"{at}?export=csv").content.decode("utf-8-sig"))))
    assert {row["name"].removeprefix("'") for row in rows} == set(SAMPLES)
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(olga.get(f"{at}?export=xlsx").content))
    cells = [row[0] for row in book.active.iter_rows(min_row=2)]
    assert {cell.value for cell in cells} == set(SAMPLES)
    assert {cell.data_type for cell in cells} == {"s"}
    text = olga.get(at).content.decode()
    assert all(name.replace("'", "&#x27;") in text for name in SAMPLES)
    assert "สมหญิง" in olga.get(at, {"q": "นางสาว"}).content.decode()


def test_a_name_in_any_script_goes_through_the_forms(batch, olga):
    name = "လူထု Đô thị 城市 تاون"
    page = olga.get(f"/batches/{batch.slug}/copy/", {"name": name})
    data = {"key": page.context["key"], "name": name, "starts": "2027-03-01", "version": batch.version_id}
    at = olga.post(f"/batches/{batch.slug}/copy/", data).url
    assert re.fullmatch(r"/batches/[-\w]+/plan/", at)
    assert name in olga.get(at).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_batches_asks_as_often_for_three_as_for_one(
    count, version, crowd, django_assert_num_queries
):
    from nagara.campus.programmes.domain import create_batch

    for n in range(count):
        starts = date(2026, 3, 2) + timedelta(days=28 * n)
        create_batch(version=version, name=f"B{n}", starts=starts, ends=starts, by=None)
    client = crowd.client("olga")
    with django_assert_num_queries(6):  # session, person, office, tracks, count, batches
        client.get("/batches/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_people_asks_as_often_for_three_as_for_one(
    count, batch, crowd, django_assert_num_queries
):
    for user in (crowd.alice, crowd.bob, crowd.charlie)[:count]:
        enrol(batch, user, city=City.objects.get(slug="jakarta"), by=None)
    give_role(batch, crowd.olga, "manager", by=None)
    client = crowd.client("olga")
    with django_assert_num_queries(7):  # session, person, office, batch, states, count, people
        client.get(f"/batches/{batch.slug}/people/")


@pytest.mark.parametrize("count", [1, 3])
def test_one_batch_asks_as_often_for_three_roles_as_for_one(
    count, batch, crowd, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr(tabs, "_registered", {})  # the doors of the rooms ask questions of their own
    for user in (crowd.alice, crowd.bob, crowd.charlie)[:count]:
        give_role(batch, user, "mentor", by=None)
    client = crowd.client("olga")
    with django_assert_num_queries(13):
        client.get(f"/batches/{batch.slug}/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_plan_asks_as_often_for_three_activities_as_for_one(
    count, batch, crowd, django_assert_num_queries
):
    keep = list(batch.activities.values_list("pk", flat=True)[:count])
    batch.activities.exclude(pk__in=keep).delete()
    client = crowd.client("olga")
    with django_assert_num_queries(8):
        client.get(f"/batches/{batch.slug}/plan/")


def test_own_data_and_erasing(batch, crowd):
    from nagara.campus.people import data_port
    from nagara.campus.people.roles import held_by

    enrol(batch, crowd.alice, city=City.objects.get(slug="jakarta"), by=None, application_ref="SC-1")
    give_role(batch, crowd.bob, "lecturer", by=None)
    holder = next(h for h in data_port.all_holders() if h.room == "programmes")
    assert holder.export(crowd.alice)["enrolments"][0]["city"] == "Jakarta"
    assert [h.role for h in held_by(crowd.bob) if h.scope == "batch"] == ["Lecturer"]
    holder.erase(crowd.alice)
    assert Enrolment.objects.get().application_ref == ""
