"""Lists: query counts, filters, files to take away; names of every script in and out unharmed."""

import csv
import html
import io
import json
import re

import pytest
from openpyxl import load_workbook

from applicants import a_call, a_nomination, a_representative, handed_in
from nagara.campus.admissions.domain import applying
from nagara.campus.people.domain import add_person

NAMES = [
    "Nguyễn Thị Ánh Tuyết",
    "สมชาย ใจดี",
    "ສົມສັກ ພົມມະຈັນ",
    "សុខ សុភា",
    "အောင်ဆန်း",
    "陈美芳",
    "முத்து வேல்",
    "نور عقيلة",
    "José Peñaflor-Ñáñez",
    "Muthu A/L Raman @ Ali",
    "Suharto",
    "Nur binti Haji Omar",
    "=HYPERLINK(1)",
    'O\'Neill "Kit" & <b>',
]


def people(count):
    return [
        add_person(f"p{n}@example.org", passport_name=NAMES[n % len(NAMES)], password=None)
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_offices_list_of_applications(count, crowd, django_assert_num_queries):
    call = a_call(needs_nomination=False)
    for person in people(count):
        handed_in(call, person)
    client = crowd.client("olga")
    # session, person, office, call, count, page, states' counts, places, cities
    with django_assert_num_queries(9):
        client.get(f"/calls/{call.slug}/applications/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_nominations(count, crowd, django_assert_num_queries):
    call = a_call()
    for n in range(count):
        a_nomination(call, crowd.alice, email=f"{n}@example.org")
    client = crowd.client("alice")
    # session, person, call, who runs it (3), for whom one nominates (2), what quotas leave (2), count, page, visible (1)
    with django_assert_num_queries(13):
        client.get(f"/calls/{call.slug}/nominations/")


@pytest.mark.parametrize("count", [1, 3])
def test_ones_own_applications(count, crowd, django_assert_num_queries):
    from applicants import a_batch

    for n in range(count):
        handed_in(a_call(batch=a_batch(name=f"Course {n}", year=2031 + n), needs_nomination=False), crowd.bob)
    client = crowd.client("bob")
    # session, person, applications, what was decided, nominations
    with django_assert_num_queries(5):
        client.get("/applications/")


def test_filters_narrow_the_list(crowd):
    call = a_call(needs_nomination=False)
    first, second = (handed_in(call, person) for person in people(2))
    applying.withdraw(second, by=second.user)
    client = crowd.client("olga")
    address = f"/calls/{call.slug}/applications/"

    def shown(**asked):
        page = client.get(address, asked).content.decode()
        return set(re.findall(r">(" + re.escape(call.prefix) + r"-\d{4})<", page))

    assert shown() == {first.reference}
    assert shown(state="withdrawn") == {second.reference}
    assert shown(place="ID", city="jakarta", sex="woman", documents="received") == {first.reference}
    assert (
        shown(place="TH")
        == shown(sex="man")
        == shown(documents="missing")
        == shown(documents="accepted")
        == set()
    )
    assert shown(q="nguyen") == shown(q="Nguyễn") == {first.reference}
    assert shown(q=first.reference.lower()) == {first.reference}


def test_names_come_out_as_they_went_in(crowd):
    call = a_call(needs_nomination=False)
    for person in people(len(NAMES)):
        one = handed_in(call, person, documents=False)
        client = crowd.client(person)
        data = {"passport_name": person.passport_name, "native_name": person.passport_name, "sex": "woman"}
        assert client.post(f"/applications/{one.pk}/you/", data).status_code == 200  # handed in: not changed
    client = crowd.client("olga")
    address = f"/calls/{call.slug}/applications/"
    page = html.unescape(client.get(address).content.decode())
    assert [name for name in NAMES if f">{name}" not in page] == []
    raw = client.get(f"{address}?export=csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(raw)))
    assert {row["name"].removeprefix("'") for row in rows} == set(NAMES)
    described = json.loads(client.get(f"{address}?export=csvw").content)
    assert [c["name"] for c in described["tableSchema"]["columns"]] == list(rows[0])
    sheet = load_workbook(io.BytesIO(client.get(f"{address}?export=xlsx").content)).active
    cells = [row[1] for row in sheet.iter_rows(min_row=2)]
    assert {cell.value for cell in cells} == set(NAMES)
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize("name", NAMES)
def test_a_form_keeps_the_name(name, crowd):
    call = a_call(needs_nomination=False)
    one = applying.start(call, user=crowd.bob)
    data = {
        "passport_name": name,
        "native_name": name,
        "preferred_name": name,
        "sex": "man",
        "phone": "+62 1",
    }
    client = crowd.client("bob")
    assert client.post(f"/applications/{one.pk}/you/", data).status_code == 302
    crowd.bob.refresh_from_db()
    assert (crowd.bob.passport_name, crowd.bob.native_name) == (name, name)
    page = client.get(f"/applications/{one.pk}/submit/").content.decode()
    assert name in html.unescape(page)


def test_sample_texts_of_the_regions_languages_survive_a_question(data, crowd):
    call = a_call(needs_nomination=False)
    one = applying.start(call, user=crowd.bob)
    client = crowd.client("bob")
    for file in sorted((data / "programme" / "udhr").glob("*.html")):
        found = re.findall(r"<p[^>]*>([^<]{20,400})</p>", file.read_text("utf-8"))
        text = " ".join(html.unescape(found[0]).split())[:400]
        answer = client.post(f"/applications/{one.pk}/city-work/", {"problem": text, "data": text})
        assert answer.status_code == 302, file.name
        one.refresh_from_db()
        assert one.answers["problem"] == text.strip(), file.name
        page = html.unescape(client.get(f"/applications/{one.pk}/city-work/").content.decode())
        assert text.strip() in page, file.name


def test_a_representative_sees_the_state_and_changes_only_the_own(crowd):
    call = a_call()
    made = a_nomination(call, crowd.alice)
    nina = a_representative()
    page = crowd.client(nina).get(f"/nominations/{made.pk}/").content.decode()
    assert "Dewi Lestari" in page
    assert "Withdraw the nomination" not in page


def test_a_nominated_person_who_signs_in_finds_the_nomination(crowd):
    call = a_call()
    a_nomination(call, crowd.alice, email="bob@example.org", name="Bob")
    client = crowd.client("bob")
    assert "has nominated you for Short Course 2031" in client.get("/applications/").content.decode()
    client.post(f"/calls/{call.slug}/apply/")
    assert "has nominated you" not in client.get("/applications/").content.decode()
