"""Export and erasing: everything comes out; then nothing of the person is left in any table."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from nagara.campus.audit.domain import record
from nagara.campus.audit.models import Event
from nagara.campus.cities.domain import join_team
from nagara.campus.cities.models import City
from nagara.campus.notices.models import Notice
from nagara.campus.people.domain import add_person, inviting
from nagara.campus.people.domain.consents import answer_all
from nagara.campus.people.domain.erasing import erase, preview
from nagara.campus.people.domain.seeding import seed
from nagara.campus.people.domain.traces import found, marks_of
from nagara.campus.people.models import PastParticipation, User
from nagara.citylab.findings import CityLabError

pytestmark = pytest.mark.django_db
FACTS = {
    "passport_name": "Nguyễn Thị Ánh Tuyết",
    "preferred_name": "Ánh Tuyết",
    "native_name": "ศิริพร ศรีสวัสดิ์",
    "certificate_name": "Dr. Nguyễn Ánh Tuyết",
    "phone": "+84 912 345 678",
    "country": "VN",
    "sex": "woman",
}
EMAIL = "anh.tuyet@danang.example"


@pytest.fixture
def anh(crowd) -> User:
    """A person with something in every table of these rooms."""
    seed()
    user = add_person(EMAIL, passport_name=FACTS["passport_name"], password="correct horse battery")
    for name, value in FACTS.items():
        setattr(user, name, value)
    user.save()
    join_team(City.objects.get(slug="da-nang"), user, role="csco", by=crowd.olga)
    answer_all(user, given=["photo"], by=user)
    inviting.send(user, by=crowd.olga)
    Notice.objects.create(
        to=crowd.alice,
        address="alice@example.org",
        template="x/y",
        subject="About Nguyễn Thị Ánh Tuyết",
        body=f"{FACTS['passport_name']} ({FACTS['native_name']}, {EMAIL.upper()}) has applied.",
        state="sent",
    )
    record("remark", "city/da-nang", by=crowd.olga, reason=f"Call {FACTS['phone']} ({EMAIL})", said=[EMAIL])
    PastParticipation.objects.create(user=user, programme_title="Short course", batch_title="B", year=2019)
    return user


def _everything() -> str:
    """All text of all tables, as the database has it."""
    said = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed:
                cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
                said += [str(value) for row in cursor.fetchall() for value in row]
    text = "\n".join(said)
    return text + "\n" + text.encode().decode("unicode_escape", errors="ignore")


def _marks(text: str) -> list[str]:
    names = [FACTS[name] for name in ("passport_name", "preferred_name", "native_name", "certificate_name")]
    names += [name.casefold() for name in names]
    marks = [EMAIL, FACTS["phone"], *names, *(json.dumps(name)[1:-1] for name in names)]
    return [mark for mark in marks if mark.lower() in text.lower()]


def test_the_zip_holds_what_every_room_knows(crowd, anh):
    answer = crowd.client(anh).get(f"/people/{anh.pk}/data.zip")
    box = zipfile.ZipFile(io.BytesIO(answer.content))
    person = json.loads(box.read("people/person.json"))[0]
    assert (person["email"], person["native_name"]) == (EMAIL, FACTS["native_name"])
    assert FACTS["native_name"] in box.read("people/person.csv").decode("utf-8-sig")
    assert {"cities/city_teams.json", "letters/letters.json", "people/consents.csv"} <= set(box.namelist())
    assert Event.objects.filter(verb="data taken out", by=anh).exists()


def test_the_preview_says_what_goes_and_what_stays(crowd, anh):
    page = crowd.client(anh).get(f"/people/{anh.pk}/erase/").content.decode()
    assert "City teams 1" in page
    assert "country, sex and the years of past programmes" in page
    assert {room.room for room in preview(anh)} >= {"people", "letters", "audit", "cities"}


def test_nothing_of_the_person_is_left_in_any_table(crowd, anh):
    assert len(_marks(_everything())) > 4
    erase(anh, by=crowd.olga, reason=f"asked by {FACTS['passport_name']}")
    assert _marks(_everything()) == []
    letter = Notice.objects.get(to=crowd.alice)
    assert letter.body == "Erased person (Erased person, (erased)) has applied."
    anh.refresh_from_db()
    assert (str(anh), anh.country, anh.sex, anh.past.count()) == ("Erased person", "VN", "woman", 1)


def test_erasing_goes_by_the_page_with_the_e_mail_typed_in_and_ends_signing_in(crowd, anh, client):
    anhs = crowd.client(anh)
    address = f"/people/{anh.pk}/erase/"
    assert anhs.post(address, {"reason": "I leave", "email": "wrong@example.org"}).status_code == 200
    other_device = crowd.client(anh)
    assert anhs.post(address, {"reason": "I leave", "email": EMAIL}).url == "/"
    assert other_device.get("/me/").status_code == 302
    signing_in = {"login": EMAIL, "password": "correct horse battery"}
    assert client.post("/account/login/", signing_in).status_code == 200
    add_person(EMAIL, passport_name="Someone New", password=None)
    assert Event.objects.get(verb="person erased").subject == f"person/{anh.pk}"


def test_the_name_of_two_people_is_not_taken_from_the_other(crowd, anh):
    other = add_person("other@example.org", passport_name=FACTS["passport_name"], password=None)
    Notice.objects.create(
        to=other, address=other.email, template="x/y", subject="S", body=f"Dear {other}", state="sent"
    )
    erase(anh, by=crowd.olga, reason="asked")
    assert Notice.objects.get(to=other).body == f"Dear {FACTS['passport_name']}"


def test_an_address_that_ends_like_the_persons_is_left_alone(crowd, anh):
    other = add_person(f"staff.{EMAIL}", passport_name="Other", password=None)
    text = f"{other.email}, {EMAIL}.org, {EMAIL}. +{FACTS['phone'][1:]}1"
    letter = Notice.objects.create(to=other, address=other.email, template="x/y", subject="S", body=text)
    erase(anh, by=crowd.olga, reason="asked")
    letter.refresh_from_db()
    assert letter.address == other.email
    assert letter.body == text.replace(f", {EMAIL}. ", ", (erased). ")


def test_the_only_manager_is_not_erased_and_nobody_twice(crowd, anh):
    manager = add_person("m@example.org", passport_name="M", password=None, office="manager")
    with pytest.raises(CityLabError, match="only programme manager"):
        erase(manager, by=manager, reason="r")
    erase(anh, by=crowd.olga, reason="r")
    with pytest.raises(CityLabError, match="already"):
        erase(anh, by=crowd.olga, reason="r")


def test_an_erased_person_is_in_no_list(crowd, anh):
    erase(anh, by=crowd.olga, reason="r")
    assert "Erased person" not in crowd.client("olga").get("/people/").content.decode()


def test_a_single_short_name_goes_from_letters_and_reasons(crowd):
    user = add_person("suharto@example.org", passport_name="Suharto", password=None)
    Notice.objects.create(
        to=crowd.alice,
        address="a@b.c",
        template="x/y",
        subject="Suharto",
        body="Suharto applied.",
        state="sent",
    )
    erase(user, by=crowd.olga, reason="Suharto asked")
    assert Notice.objects.get().body == "Erased person applied."
    assert Event.objects.get(verb="person erased").reason == "Erased person asked"


@pytest.mark.full
@pytest.mark.parametrize("who", ["applicant", "jakarta", "reviewer1", "chair", "nr.indonesia", "lecturer"])
def test_nothing_of_a_person_with_a_part_in_every_room_is_left(who, settings):
    """The whole demonstration: every room erases what it holds."""
    settings.NAGARA_DEMO = True
    call_command("prepare")
    user = User.objects.get(email=f"{who}@demo.example")
    marks = marks_of(user)
    erase(user, by=User.objects.get(email="office@demo.example"), reason="asked")
    left = [(m._meta.label, f.name, pk) for m, f, pk, _ in found(marks)]
    assert left == []
