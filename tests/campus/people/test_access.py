"""Consents, the why page, the list of people, the audit log, the queue of letters."""

from __future__ import annotations

import pytest
import rules
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rules.permissions import permissions

from nagara.campus.audit.domain import record, record_read
from nagara.campus.cities.models import City, CityMember
from nagara.campus.notices.domain import sending
from nagara.campus.notices.models import Notice
from nagara.campus.people import demo_names, why
from nagara.campus.people.domain import NewPerson, add_people
from nagara.campus.people.domain.consents import answer_all, has_given, publish, standing, who_gave
from nagara.campus.people.domain.seeding import seed
from nagara.campus.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def words():
    seed()


def test_a_consent_is_given_withdrawn_and_both_stay_in_the_history(crowd, words):
    client = crowd.client("alice")
    client.post("/me/consents/", {"given": ["photo", "alumni"]})
    assert has_given(crowd.alice, "photo")
    assert list(who_gave("alumni")) == [crowd.alice]
    client.post("/me/consents/", {"given": ["alumni"]})
    assert not has_given(crowd.alice, "photo")
    history = crowd.alice.consents.values_list("purpose", "given")
    assert sorted(history) == [("alumni", True), ("photo", False), ("photo", True)]
    assert "withdrawn" in client.get("/me/consents/").content.decode()


def test_new_words_ask_again_and_the_old_answer_stays(crowd, words):
    answer_all(crowd.alice, given=["photo"], by=crowd.alice)
    publish("photo", title="Photos", text="New words.", by=crowd.olga, reason="clearer")
    now = next(s for s in standing(crowd.alice) if s.text.purpose == "photo")
    assert (now.given, now.older_words, now.version, now.text.version) == (None, True, 1, 2)
    assert list(who_gave("photo")) == []
    assert "new words" in crowd.client("alice").get("/me/consents/").content.decode()
    answer_all(crowd.alice, given=["photo"], by=crowd.alice)
    assert list(who_gave("photo")) == [crowd.alice]


def test_the_office_changes_the_words_with_a_reason(crowd, words):
    client = crowd.client("olga")
    form = {"purpose": "photo", "title": "Photos", "text": "Other words.", "reason": "law"}
    assert client.post("/people/consents/", form).status_code == 302
    assert "Other words." in client.get("/people/consents/").content.decode()
    assert client.post("/people/consents/", {**form, "reason": ""}).status_code == 400


@pytest.mark.parametrize("person", ["alice", "charlie", "olga"])
def test_every_permission_is_explained_as_it_is_answered(person, crowd):
    user, city = getattr(crowd, person), City.objects.get(slug="jakarta")
    for name in permissions:
        for thing in (None, city):
            try:
                truth = bool(rules.has_perm(name, user, thing))
            except (AttributeError, TypeError, ValueError):
                continue
            tree = why.explain(user, name, thing)
            assert tree.holds == truth, name
            assert all(part.words for _, part in why.lines(tree)), name


def test_a_rule_is_shown_as_a_tree_with_each_part_in_words(crowd):
    tree = why.explain(crowd.charlie, "cities.change_data", City.objects.get(slug="jakarta"))
    said = [(depth, part.words, part.holds) for depth, part in why.lines(tree)]
    assert said[0] == (0, "All of these", False)
    assert (1, "Anyone who has signed in and may do so.", True) in said
    assert (1, "At least one of these", False) in said
    assert (2, "A member of the office today.", False) in said
    assert said[-1][1].startswith("A member of the city's team today.")


def test_the_why_page_answers_for_a_thing_and_hides_what_one_may_not_see(crowd):
    address = f"/people/{crowd.alice.pk}/why/?permission=cities.change_data&thing="
    page = crowd.client("alice").get(f"{address}city/jakarta").content.decode()
    assert "cities.change_data for Jakarta" in page
    assert "There is no user/" in crowd.client("alice").get(f"{address}user/{crowd.bob.pk}").content.decode()
    assert "for Bob" in crowd.client("olga").get(f"{address}user/{crowd.bob.pk}").content.decode()


def _fill(count: int) -> list[User]:
    people = [(n, code) for code in ("TH", "KH", "LA", "MM", "VN", "ID") for n in range(60)][:count]
    invented = [(code, demo_names.invented(n, code)) for n, code in people]
    return add_people(
        [NewPerson(p.email, p.passport_name, native_name=p.native_name, country=c) for c, p in invented],
        by=None,
    )


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("ศรีสวัสดิ์", "Siriporn"),
        ("ជា", "Chea"),
        ("ແກ້ວມະນີ", "Keomany"),
        ("သီတာ", "Khin Thida"),
        ("anh nguyen", "Ánh"),
    ],
)
def test_people_are_found_in_any_script(asked, name, crowd):
    _fill(300)
    page = crowd.client("olga").get("/people/", {"q": asked}).content.decode()
    assert name in page
    assert "Olga" not in page.split("<tbody>")[1].split("</tbody>")[0]


def test_the_list_is_narrowed_by_role_and_country(crowd):
    _fill(70)
    client = crowd.client("olga")
    page = client.get("/people/?role=cities.csco").content.decode()
    assert "alice@example.org" in page
    assert "bob@example.org" not in page
    assert client.get("/people/?country=KH").content.decode().count("@kh.example") == 10


def test_the_list_of_people_asks_as_often_for_many(crowd):
    """Each room that says roles adds its queries: a fixed number, whatever the number of people."""
    asked = {}
    client = crowd.client("olga")
    for count in (1, 3, 60):
        User.objects.filter(email__endswith=".example").delete()
        for user in _fill(count):
            CityMember.objects.create(city=City.objects.get(slug="da-nang"), user=user, role="staff")
        with CaptureQueriesContext(connection) as queries:
            client.get("/people/")
        asked[count] = len(queries)
    assert asked[1] == asked[3] == asked[60]
    assert asked[60] <= 24, "session, person, office, count, people, then a few for each room"


@pytest.mark.parametrize("kind", ["csv", "xlsx", "csvw"])
def test_the_list_is_taken_out_as_a_file_with_every_script(kind, crowd):
    _fill(100)
    answer = crowd.client("olga").get(f"/people/?export={kind}")
    assert f'filename="people.{kind}"' in answer["Content-Disposition"] or kind == "csvw"
    if kind == "csv":
        assert "ศิริพร ศรีสวัสดิ์" in answer.content.decode("utf-8-sig")


def test_the_audit_log_is_narrowed_by_thing_person_verb_and_kind(crowd):
    record("city changed", "city/jakarta", by=crowd.alice, reason="a typing error")
    record_read("passport_number", "person/7", by=crowd.olga, reason="visa letter")
    client = crowd.client("olga")
    for asked, seen in {
        "subject=city/jakarta": ("a typing error", "visa letter"),
        "subject=person": ("visa letter", "a typing error"),
        "who=alice@example.org": ("a typing error", "visa letter"),
        f"who={crowd.olga.pk}": ("visa letter", "a typing error"),
        "kind=read": ("read passport_number", "a typing error"),
        "verb=city+changed": ("a typing error", "visa letter"),
        "since=2020-01-01": ("a typing error", "nothing like this"),
    }.items():
        rows = client.get(f"/audit/?{asked}").content.decode().split("<tbody>")[1]
        assert seen[0] in rows, asked
        assert seen[1] not in rows, asked
    assert "No event matches" in client.get("/audit/?until=2020-01-01").content.decode()
    assert "visa letter" in client.get("/audit/?export=csv&kind=read").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_audit_log_asks_as_often_for_many(count, crowd, django_assert_num_queries):
    for number in range(count):
        record("done", f"city/{number}", by=crowd.alice)
    client = crowd.client("olga")
    with django_assert_num_queries(6):  # session, person, office, verbs, count, events
        client.get("/audit/")


def _letter(crowd, **more) -> Notice:
    plain = {
        "to": crowd.alice,
        "address": "alice@example.org",
        "template": "x/y",
        "subject": "S",
        "body": "B",
    }
    return Notice.objects.create(**{**plain, "state": "held", **more})


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_asks_as_often_for_many(count, crowd, django_assert_num_queries):
    for _ in range(count):
        _letter(crowd)
    client = crowd.client("olga")
    with django_assert_num_queries(7):  # session, person, office, counts, kinds, count, letters
        client.get("/notices/")


def test_held_letters_are_looked_at_whole_and_then_released_together(crowd):
    letters = [_letter(crowd, body=f"Dear {n}") for n in range(60)]
    _letter(crowd, state="sent", body="an old one")
    client = crowd.client("olga")
    look = client.post("/notices/act/", {"verb": "release", "all": "yes", "state": "held"}).content.decode()
    assert "Release 60 letters?" in look
    assert all(f"Dear {n}<" in look for n in range(60))
    assert (sending.send_due(), mail.outbox) == (0, [])
    ids = ",".join(str(letter.pk) for letter in letters)
    client.post("/notices/act/", {"verb": "release", "ids": ids, "sure": "yes"})
    assert sending.send_due() == 60


def test_letters_are_stopped_with_a_reason_only_and_failed_ones_tried_again(crowd):
    letter = _letter(crowd, state="queued")
    client = crowd.client("olga")
    stop = {"verb": "cancel", "id": [letter.pk], "sure": "yes"}
    assert client.post("/notices/act/", {**stop, "reason": ""}).status_code == 400
    assert client.post("/notices/act/", {**stop, "reason": "wrong date"}).status_code == 302
    letter.refresh_from_db()
    assert (letter.state, letter.error) == ("cancelled", "wrong date")
    failed = _letter(crowd, state="failed", attempts=5)
    client.post("/notices/act/", {"verb": "again", "id": [failed.pk], "sure": "yes"})
    assert sending.send_due() == 1


def test_a_person_reads_own_letters_but_not_those_held_back(crowd):
    _letter(crowd, subject="Not yet")
    _letter(crowd, subject="It is done", state="sent")
    _letter(crowd, subject="Of Bob", to=crowd.bob, state="sent")
    page = crowd.client("alice").get("/me/letters/").content.decode()
    assert "It is done" in page
    assert "Not yet" not in page
    assert "Of Bob" not in page
