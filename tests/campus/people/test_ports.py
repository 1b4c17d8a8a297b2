"""What the other rooms stand on: roles, personal data, links, secrets, lists, invented names."""

from __future__ import annotations

import csv
import io
import json
import time

import openpyxl
import pytest
from django.db import models
from django.test import RequestFactory
from django.test.utils import isolate_apps

from nagara.campus.audit.models import Event
from nagara.campus.people import data_port, demo_names, links, lists, roles, secrets
from nagara.campus.people.demo_name_lists import BY_COUNTRY
from nagara.campus.people.domain import NewPerson, add_people, add_person
from nagara.campus.people.models import User
from nagara.campus.people.names import searchable
from nagara.citylab.findings import CityLabError

pytestmark = pytest.mark.django_db


def test_the_roles_of_a_person_come_from_every_room_that_registered(crowd):
    assert [(held.role, held.scope) for held in roles.held_by(crowd.olga)] == [("Coordinator", "office")]
    many = roles.held_by_many([crowd.olga.pk, crowd.alice.pk])
    assert [held.role for held in many[crowd.olga.pk]] == ["Coordinator"]
    assert list(roles.holders("office.coordinator")) == [crowd.olga.pk]
    assert list(roles.holders("office.king")) == []


def test_a_personal_link_gives_its_key_for_its_purpose_and_time_only(monkeypatch):
    token = links.make("nomination", "7/abc", days=2)
    assert links.read(token, "nomination") == "7/abc"
    assert links.read(token, "cosign") is None
    assert links.read(token[:-1] + ("A" if token[-1] != "A" else "B"), "nomination") is None
    assert links.read("nonsense", "nomination") is None
    later = time.time() + 2 * 24 * 3600 + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert links.read(token, "nomination") is None


def test_a_single_use_link_works_once():
    token = links.make("invitation", "3", days=1)
    assert links.spend(token, "invitation") == "3"
    assert links.spend(token, "invitation") is None
    assert links.read(token, "invitation") is None


@pytest.fixture
def paper():
    """A model with an encrypted field that the site itself does not know."""
    with isolate_apps("nagara.campus.people"):

        class Paper(models.Model):
            number = secrets.EncryptedTextField(blank=True)

            class Meta:
                app_label = "people"

        yield Paper


def test_an_encrypted_field_is_cipher_in_the_database_and_every_reading_is_written_down(crowd, paper):
    field = paper._meta.get_field("number")
    kept = field.get_prep_value("A1234567 ချို")
    assert "A1234567" not in kept
    page = paper(pk=5, number=field.from_db_value(kept, None, None))
    assert str(page.number) == "(sealed)"
    read = secrets.read_secret(page, "number", by=crowd.olga, reason="visa letter")
    assert read == "A1234567 ချို"
    event = Event.objects.get(kind="read")
    assert (event.verb, event.subject, event.by, event.reason) == (
        "read number",
        "paper/5",
        crowd.olga,
        "visa letter",
    )
    assert field.get_prep_value(page.number) == kept


def test_a_secret_whose_key_is_gone_says_so(settings, crowd, paper):
    sealed = secrets.seal("x")
    settings.NAGARA_FIELD_KEYS = ["A" * 43 + "="]
    secrets._keys.cache_clear()
    try:
        with pytest.raises(CityLabError, match="key is not here"):
            secrets.read_secret(paper(pk=1, number=sealed), "number", by=crowd.olga, reason="r")
    finally:
        secrets._keys.cache_clear()


COLUMNS = [
    lists.Column("name", "Name", lambda row: row[0]),
    lists.Column("score", "Score", lambda row: row[1], "number"),
]
ROWS = [('=HYPERLINK("x")', -2), ("+62 811", None), ("ស្រីមុំ, \u200bជា", 1.5), ("@sum", 0)]


def _asked(kind: str):
    return RequestFactory().get("/x", {"export": kind})


def test_a_list_as_csv_guards_formulas_and_keeps_every_script():
    answer = lists.export(_asked("csv"), COLUMNS, ROWS, "people", "One person a row.")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [
        ["name", "score"],
        ['\'=HYPERLINK("x")', "-2"],
        ["+62 811", ""],
        ["ស្រីមុំ, \u200bជា", "1.5"],
        ["'@sum", "0"],
    ]


def test_a_list_as_a_workbook_has_text_where_there_was_text():
    answer = lists.export(_asked("xlsx"), COLUMNS, ROWS, "people", "One person a row.")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    cells = [[(c.value, c.data_type) for c in row] for row in sheet.iter_rows(min_row=2)]
    assert cells[0] == [('=HYPERLINK("x")', "s"), (-2, "n")]
    assert cells[2][0] == ("ស្រីមុំ, \u200bជា", "s")


def test_a_csv_is_described_beside_it_and_a_page_is_no_file():
    said = json.loads(lists.export(_asked("csvw"), COLUMNS, ROWS, "people", "One person a row.").content)
    assert (said["url"], said["dc:title"]) == ("people.csv", "One person a row.")
    assert said["tableSchema"]["columns"][1]["datatype"] == "decimal"
    assert lists.export(_asked(""), COLUMNS, ROWS, "people", "m") is None


def test_a_page_that_does_not_exist_is_the_last_one():
    request = RequestFactory().get("/x", {"page": "99"})
    assert list(lists.paged(request, [1, 2, 3], per=2)) == [3]


def test_invented_people_are_distinct_and_always_the_same():
    for iso2 in BY_COUNTRY:
        people = [demo_names.invented(n, iso2) for n in range(190)]
        assert people == [demo_names.invented(n, iso2) for n in range(190)]
        assert len({person.passport_name for person in people}) == 190, iso2
        assert len({person.email for person in people}) == 190, iso2
        assert all(person.email.isascii() for person in people), iso2
    assert demo_names.invented(0, "th").native_name == "ศิริพร ศรีสวัสดิ์"


def test_many_people_are_added_in_a_few_queries_and_are_found_by_any_name(django_assert_max_num_queries):
    rows = [
        NewPerson(p.email, p.passport_name, native_name=p.native_name)
        for p in (demo_names.invented(n, "VN") for n in range(100))
    ]
    with django_assert_max_num_queries(8):
        people = add_people(rows, by=None)
    assert [user.email for user in people] == [row.email for row in rows]
    assert User.objects.filter(search_text__contains=searchable("nguyen THI ANH")).count() >= 1
    with pytest.raises(ValueError, match="known already"):
        add_people(rows[:1], by=None)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Nguyễn Thị Ánh", "nguyen thi anh"),
        ("Đỗ Đình Khôi", "do dinh khoi"),
        ("ศิริพร ศรีสวัสดิ์", "ศรีสวัสดิ์"),
        ("ស្រី\u200bមុំ", "ស្រីមុំ"),
        ("နော်ဝါး", "နော်ဝါး"),
        ("ແກ້ວມະນີ", "ແກ້ວ"),
        ("ＴＡＮ　Mei", "tan mei"),
    ],
)
def test_names_are_found_however_they_are_typed(name, asked):
    user = add_person("a@example.org", passport_name="A", password=None)
    user.native_name = name
    user.save(update_fields=["native_name"])
    assert User.objects.filter(search_text__contains=searchable(asked)).exists()


def test_each_room_says_what_it_holds(crowd):
    rooms = {holder.room: holder.export(crowd.olga) for holder in data_port.all_holders()}
    assert rooms["people"]["person"][0]["email"] == "olga@example.org"
    assert rooms["people"]["office_posts"][0]["role"] == "coordinator"
