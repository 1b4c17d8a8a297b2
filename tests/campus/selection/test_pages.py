"""Pages: blind where it is blind, saved on a bad line, nothing lost between two committees, files unharmed."""

from __future__ import annotations

import csv as csv_module
import io
import json
import re
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.campus.people.data_port import all_holders
from nagara.campus.people.roles import held_by
from nagara.campus.selection.domain import change, new_draft, release, seat, share_out
from nagara.campus.selection.domain.rounds import change_state
from nagara.campus.selection.models import Assignment, Draft, Result, Review
from nagara.campus.selection.veil import HIDDEN, veiled

from .factories import apply, make_call, make_round, person, score

pytestmark = pytest.mark.django_db
NAMES = [
    "สมชาย ใจดี",
    "ကိုကို@Ko Ko",
    "សុខ វិសាល",
    "ແກ້ວມະນີ",
    "Nguyễn Thị Ánh",
    "Suharto",
    "=cmd|' /C calc'!A0",
    "محمد بن علي",
    "சுரேஷ் A/L ராமன்",
    "陈美芳",
]

REGION = {"BN", "ID", "KH", "KR", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN", "CN", "IN", "SA"}


@pytest.fixture
def stage(crowd):
    """A round being read: six applications of people with names in many scripts."""
    call = make_call()
    for name, city in zip(
        NAMES, ["bangkok", "yangon", "phnom-penh", "vientiane", "da-nang", "makassar"], strict=False
    ):
        apply(
            call,
            name,
            city,
            sex="woman",
            answers={
                "problem": f"I am {name} of {city.title().replace('-', ' ')}; write to me@mail.example."
            },
        )
    round_ = make_round(call, by=crowd.olga, reviewers=4)
    share_out(round_, by=crowd.olga)
    return round_


def test_a_blind_sheet_shows_no_name_sex_mail_or_city(stage, crowd):
    for sheet in Assignment.objects.select_related("application__user", "application__city"):
        a = sheet.application
        page = crowd.client(sheet.reviewer.user).get(f"/selection/sheets/{sheet.pk}/").content.decode()
        body = page[page.index("<main") : page.index("</main")]
        for hidden in (
            a.user.passport_name,
            a.user.email,
            a.city.name,
            a.department,
            "woman",
            "me@mail.example",
        ):
            assert hidden not in body, hidden
        assert HIDDEN in body


def test_neither_do_the_own_list_its_files_and_letters(stage, crowd):
    reviewer = stage.reviewers.first().user
    for kind in ("", "csv", "csvw", "xlsx"):
        answer = crowd.client(reviewer).get(
            f"/selection/{stage.pk}/reading/", {"export": kind} if kind else {}
        )
        text = answer.content.decode("utf-8", "ignore") + str(answer.headers)
        if kind == "xlsx":
            book = openpyxl.load_workbook(io.BytesIO(answer.content))
            text = str([[c.value for c in row] for row in book.active.rows]) + str(answer.headers)
        for a in stage.call.applications.select_related("user", "city"):
            assert a.user.passport_name not in text
            assert a.city.name not in text


def test_a_reader_who_also_decides_sees_no_names_on_the_board_while_it_is_read(stage, crowd):
    both = stage.reviewers.first().user
    seat(stage, both, role="member", by=crowd.olga)
    page = crowd.client(both).get(f"/selection/{stage.pk}/board/").content.decode()
    assert "names and places are hidden" in page
    assert "สมชาย" not in page
    csv = crowd.client(both).get(f"/selection/{stage.pk}/board/", {"export": "csv"}).content.decode()
    assert "สมชาย" not in csv
    assert "name" not in csv.splitlines()[0]
    draft = new_draft(stage, by=crowd.olga)
    assert crowd.client(both).get(f"/selection/drafts/{draft.pk}/").status_code == 200
    change_state(stage, "reviewing", by=crowd.olga)
    assert crowd.client(both).get(f"/selection/drafts/{draft.pk}/").status_code == 403
    assert crowd.client(both).get(f"/selection/drafts/{draft.pk}/minutes.xlsx").status_code == 403
    assert "สมชาย" in crowd.client("olga").get(f"/selection/{stage.pk}/board/").content.decode()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_what_is_hidden_does_not_show(before, after):
    found = veiled(f"{before} Siti Nurhaliza {after} siti@mail.example", ["Siti Nurhaliza"])
    assert "Siti Nurhaliza" not in found.replace(before, "").replace(after, "")
    assert "mail.example" not in found.replace(before, "").replace(after, "")


def test_the_autosave_answers_in_json_and_says_when_another_window_was_first(stage, crowd):
    sheet = Assignment.objects.first()
    client = crowd.client(sheet.reviewer.user)
    address = f"/selection/sheets/{sheet.pk}/"
    script = {"headers": {"X-Requested-With": "autosave"}}
    one = client.post(address, {"mark-fit": "4", "version": "0", "say": "keep"}, **script)
    assert (one.status_code, one.json()) == (200, {"version": 1})
    two = client.post(address, {"mark-fit": "2", "version": "0", "say": "keep"}, **script)
    assert two.status_code == 409
    assert "another window" in two.json()["problem"]
    assert Review.objects.get().scores == {"fit": 4}


def test_a_sheet_handed_in_half_says_what_lacks_and_is_kept(stage, crowd):
    sheet = Assignment.objects.first()
    client = crowd.client(sheet.reviewer.user)
    answer = client.post(
        f"/selection/sheets/{sheet.pk}/",
        {"mark-fit": "4", "comment": "so so", "version": "0", "say": "hand-in"},
    )
    assert answer.status_code == 422
    assert "No mark yet for: Use at home" in answer.content.decode()
    assert Review.objects.get().comment == "so so"
    form = {"mark-fit": "4", "mark-use": "3", "comment": "so so", "version": "1", "say": "hand-in"}
    done = client.post(f"/selection/sheets/{sheet.pk}/", form)
    assert done.status_code == 302
    assert Assignment.objects.get(pk=sheet.pk).state == "done"
    assert re.fullmatch(r"/selection/sheets/\d+/", done["Location"])  # on to the next one


@pytest.fixture
def decided(crowd):
    """A round of ten people in every script, decided in one draft."""
    call = make_call(seats=4)
    round_ = make_round(call, by=crowd.olga, reserve=2)
    cities = [
        "bangkok",
        "yangon",
        "phnom-penh",
        "vientiane",
        "da-nang",
        "makassar",
        "manila",
        "dili",
        "ipoh",
        "singapore",
    ]
    for i, (name, city) in enumerate(zip(NAMES, cities, strict=True)):
        score(round_, apply(call, name, city, sex="woman" if i % 2 else "man"), 90 - i, 80 - i)
    return new_draft(round_, by=crowd.olga)


def test_of_two_committees_the_second_keeps_what_it_typed(decided, crowd):
    ref = [d.application.reference for d in decided.decisions.order_by("rank")]
    form = {"reference": ref[0], "change": "defer", "reason": "On leave", "version": "1"}
    assert crowd.client("olga").post(f"/selection/drafts/{decided.pk}/change/", form).status_code == 302
    other = {"reference": ref[1], "change": "out", "reason": "Typed with care", "version": "1"}
    answer = crowd.client("olga").post(f"/selection/drafts/{decided.pk}/change/", other)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Someone changed this draft" in page
    assert "On leave" in page
    assert 'value="Typed with care"' in page
    again = re.search(r'name="version" value="(\d+)"', page).group(1)
    sent = crowd.client("olga").post(f"/selection/drafts/{decided.pk}/change/", {**other, "version": again})
    assert sent.status_code == 302
    assert Draft.objects.get().changes.count() == 2


def test_constraints_are_rows_of_a_form(decided, crowd):
    address = f"/selection/drafts/{decided.pk}/terms/"
    form = {
        "version": "1",
        "seats": "4",
        "reserve": "2",
        "reason": "Policy of the ministry",
        "kind-0": "at_least",
        "amount-0": "75",
        "share-0": "on",
        "fact-0": "sex",
        "value-0": "woman",
    }
    assert crowd.client("olga").post(address, form).status_code == 302
    assert Draft.objects.get().constraints == [
        {"kind": "at_least", "fact": "sex", "value": "woman", "amount": 75, "share": True, "note": ""}
    ]
    wrong = crowd.client("olga").post(address, {**form, "version": "2", "amount-0": "many"})
    assert wrong.status_code == 422
    assert (
        "Constraint 1: Its amount is no whole number" in wrong.content.decode()
        or "no number" in wrong.content.decode()
    )
    page = crowd.client("olga").get(f"/selection/drafts/{decided.pk}/").content.decode()
    assert "At least 75 % women" in page


def test_minutes_keep_every_name_score_reason_and_change(decided, crowd):
    gone = decided.decisions.order_by("rank").first().application
    change(decided, gone, "outcome", outcome="defer", reason="=1+1 is a reason", by=crowd.olga, version=1)
    answer = crowd.client("olga").get(f"/selection/drafts/{decided.pk}/minutes.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == [
        "Round",
        "Decisions",
        "Scores",
        "Changes",
        "Constraints",
        "Conflicts of interest",
    ]
    names = {row[2].value for row in book["Decisions"].iter_rows(min_row=2)}
    assert names == set(NAMES)
    scores = list(book["Scores"].iter_rows(min_row=2, values_only=True))
    assert len(scores) == 20
    assert [row[4] for row in scores[:2]] == [90.0, 80.0]
    assert [c.value for c in book["Changes"][2]][3] == "=1+1 is a reason"
    assert {cell.data_type for row in book["Changes"].rows for cell in row} <= {"s", "n"}
    pdf = crowd.client("olga").get(f"/selection/drafts/{decided.pk}/minutes.pdf")
    assert pdf.content.startswith(b"%PDF")
    assert crowd.client("olga").get(f"/selection/drafts/{decided.pk}/minutes.doc").status_code == 404


def test_names_of_the_sample_go_through_page_csv_and_minutes_unharmed(crowd, data):
    file = Path(data) / "programme" / "names" / "common-forenames-by-country.csv"
    if not file.is_file():
        pytest.skip("no sample names")
    of_country: dict[str, list[str]] = {}
    for row in csv_module.DictReader(file.read_text("utf-8-sig").splitlines()):
        if row["Country"] in REGION and row["Localized Name"].strip():
            of_country.setdefault(row["Country"], []).append(row["Localized Name"].strip())
    found = sorted({name for names in of_country.values() for name in names[:6]})
    assert len(found) > 20
    call = make_call(seats=5)
    round_ = make_round(call, by=crowd.olga)
    for i, name in enumerate(found):
        score(round_, apply(call, name, "manila"), 50 + i % 40, 50)
    draft = new_draft(round_, by=crowd.olga)
    csv = (
        crowd.client("olga")
        .get(f"/selection/drafts/{draft.pk}/", {"export": "csv"})
        .content.decode("utf-8-sig")
    )
    book = openpyxl.load_workbook(
        io.BytesIO(crowd.client("olga").get(f"/selection/drafts/{draft.pk}/minutes.xlsx").content)
    )
    kept = {row[2].value for row in book["Decisions"].iter_rows(min_row=2)}
    assert kept == set(found)
    assert all(name.replace('"', '""') in csv for name in found)


def test_an_applicant_sees_the_outcome_after_the_release_only_and_answers(decided, crowd):
    first = decided.decisions.order_by("rank").first().application
    address = f"/selection/outcome/{first.reference}/"
    assert crowd.client(first.user).get(address).status_code == 404
    release(decided, by=crowd.olga, version=1)
    page = crowd.client(first.user).get(address).content.decode()
    assert "Accepted" in page
    assert crowd.client(first.user).post(address, {"say": "confirm"}).status_code == 302
    assert Result.objects.get(application=first).answer == "confirmed"
    crowd.client(first.user).post(address, {"say": "decline", "reason": "A new post"})
    assert Result.objects.get(application=first).answer == "declined"
    assert Result.objects.filter(outcome="accept").exclude(answer="declined").count() == 4


def test_pressed_twice_the_release_says_the_same(decided, crowd):
    client = crowd.client("olga")
    for _ in range(2):
        answer = client.post(f"/selection/drafts/{decided.pk}/release/", {"version": "1"}, follow=True)
        assert "released with 10 letters" in answer.content.decode()
    assert Result.objects.count() == 10


def test_roles_of_reviewers_and_committee_are_told(stage, crowd):
    reviewer = stage.reviewers.first().user
    chair = stage.committee.get().user
    assert [h.role for h in held_by(reviewer) if h.scope == "selection round"] == ["Reviewer"]
    assert [h.role for h in held_by(chair) if h.scope == "selection round"] == ["Chair of the committee"]


def test_an_erased_person_leaves_scores_and_outcomes_without_words(decided, crowd):
    release(decided, by=crowd.olga, version=1)
    result = Result.objects.filter(outcome="accept").first()
    user = result.application.user
    crowd.client(user).post(
        f"/selection/outcome/{result.application.reference}/", {"say": "decline", "reason": "My mother"}
    )
    room = next(h for h in all_holders() if h.room == "selection")
    before = room.export(user)["selection-results"]
    assert before[0]["answer_reason"] == "My mother"
    room.erase(user)
    result.refresh_from_db()
    assert (result.outcome, result.answer, result.answer_reason) == ("accept", "declined", "(erased)")
    assert decided.decisions.count() == 10
    assert json.dumps(room.export(person("Nobody"))) == "{}"


def _scored(crowd, count: int):
    call = make_call()
    round_ = make_round(call, by=crowd.olga)
    cities = ["bangkok", "yangon", "manila"]
    for i in range(count):
        score(round_, apply(call, f"Person {i}", cities[i]), 80, 70 - i)
    return round_


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_asks_as_often_for_three_as_for_one(count, crowd, django_assert_num_queries):
    round_ = _scored(crowd, count)
    client = crowd.client("olga")
    with django_assert_num_queries(7):  # session, person, round, office, reads for it, readings, people
        client.get(f"/selection/{round_.pk}/board/")


@pytest.mark.parametrize("count", [1, 3])
def test_so_does_a_draft(count, crowd, django_assert_num_queries):
    draft = new_draft(_scored(crowd, count), by=crowd.olga)
    client = crowd.client("olga")
    with django_assert_num_queries(12):
        client.get(f"/selection/drafts/{draft.pk}/")


@pytest.mark.parametrize("count", [1, 3])
def test_so_do_the_results(count, crowd, django_assert_num_queries):
    round_ = _scored(crowd, count)
    release(new_draft(round_, by=crowd.olga), by=crowd.olga, version=1)
    client = crowd.client("olga")
    with django_assert_num_queries(11):
        client.get(f"/selection/{round_.pk}/results/")


@pytest.mark.parametrize("count", [1, 3])
def test_so_does_the_own_list_of_a_reviewer(count, crowd, django_assert_num_queries):
    round_ = _scored(crowd, count)
    client = crowd.client(round_.reviewers.first().user)
    with django_assert_num_queries(5):  # session, person, round, reads for it, readings
        client.get(f"/selection/{round_.pk}/reading/")


def test_the_foot_of_each_page_names_the_version_of_the_site_and_not_of_the_thing(stage, crowd):
    from nagara import __version__

    sheet = Assignment.objects.first()
    page = crowd.client(sheet.reviewer.user).get(f"/selection/sheets/{sheet.pk}/").content.decode()
    assert f"Nagara {__version__}." in page


@pytest.mark.parametrize("count", [1, 3])
def test_so_does_the_list_of_rounds(count, crowd, django_assert_num_queries):
    chair = person("Chair of all")
    for i in range(count):
        round_ = make_round(make_call(f"short-{i}"), by=crowd.olga)
        seat(round_, chair, role="member", by=crowd.olga)
        round_.reviewers.create(user=chair)
    client = crowd.client(chair)
    with django_assert_num_queries(6):  # session, person, reading, office, rounds, calls to make one for
        page = client.get("/selection/").content.decode()
    assert page.count("/reading/") == count


@pytest.mark.parametrize("count", [1, 3])
def test_so_do_the_people_of_a_round(count, crowd, django_assert_num_queries):
    round_ = make_round(make_call(), by=crowd.olga, reviewers=count)
    client = crowd.client("olga")
    with django_assert_num_queries(7):  # session, person, round, office, reviewers, committee, conflicts
        client.get(f"/selection/{round_.pk}/people/")


@pytest.mark.parametrize("count", [1, 3])
def test_so_do_the_letters(count, crowd, django_assert_num_queries):
    draft = new_draft(_scored(crowd, count), by=crowd.olga)
    client = crowd.client("olga")
    with django_assert_num_queries(10):
        client.get(f"/selection/drafts/{draft.pk}/letters/")
