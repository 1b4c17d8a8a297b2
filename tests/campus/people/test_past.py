"""Earlier batches from a table: read with findings, merged by a person's word, taken whole or not at all."""

from __future__ import annotations

import csv
import io
import time

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nagara.campus.audit.models import Event
from nagara.campus.people import demo_names
from nagara.campus.people.domain import add_person, past
from nagara.campus.people.domain.past_reading import COLUMNS, read
from nagara.campus.people.models import PastParticipation, PeopleImport, User
from nagara.citylab.findings import CityLabError

pytestmark = pytest.mark.django_db
TITLES = [title for title, *_ in COLUMNS.values()]
NAMES = [
    "Suharto",
    "Siti binti Ahmad",
    "Raj A/L Kumar",
    "Tan Mei @ Mary Tan",
    "နော်ဝါး",
    "Nguyễn Thị Ánh",
    "ສົມໃຈ ໄຊຍະວົງ",
    "សុខ វិសាល",
    "ศิริพร ศรีสวัสดิ์",
    "陈美芳",
    "سيتي هاجر",
    "சுரேஷ் ராமன்",
    "=SUM(A1)",
]


def _row(name="Somchai Srisawat", **more) -> dict:
    plain = {"country": "Thailand", "programme_title": "Short course", "batch_title": "SC 2019", "year": 2019}
    return {"email": "", "passport_name": name, **plain, **more}


def _csv(*rows: dict) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(TITLES)
    writer.writerows([[row.get(name, "") for name in COLUMNS] for row in rows])
    return text.getvalue().encode()


def _xlsx(*rows: dict) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(TITLES)
    for row in rows:
        sheet.append([row.get(name, "") for name in COLUMNS])
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("form", [_csv, _xlsx])
def test_names_in_every_script_go_in_and_come_out_unharmed(form, crowd):
    rows = [_row(name, email=f"p{n}@example.org", country="") for n, name in enumerate(NAMES)]
    made = past.examine(form(*rows), "old.csv" if form is _csv else "old.xlsx", by=crowd.olga)
    assert made.findings == []
    past.take(made, answers={}, by=crowd.olga)
    assert [User.objects.get(email=f"p{n}@example.org").passport_name for n in range(len(NAMES))] == NAMES
    answer = crowd.client("olga").get("/people/?export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert set(NAMES) <= {row[1].value for row in sheet.iter_rows()}


def test_each_mistake_says_row_column_and_how_to_mend_it(crowd):
    table = read(
        _csv(
            _row(email="nobody"),
            _row("", email="a@example.org"),
            _row("B", email="b@example.org", country="Atlantis", sex="lady", year="last"),
            _row("C", email="c@example.org", certificate_number="1"),
            _row("D", email="d@example.org", certificate_number="1"),
            _row("C", email="c@example.org"),
            _row("E"),
        ),
        "x.csv",
    )
    said = [(f.row, f.column, f.stops) for f in table.findings]
    assert said == [
        (2, "E-mail", True),
        (3, "Name as in passport", True),
        (4, "Country", True),
        (4, "Sex", True),
        (4, "Year", True),
        (8, "E-mail", False),
        (6, "Certificate number", True),
        (7, "Name as in passport", True),
    ]
    assert all(finding.mend for finding in table.findings)


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"PK\x03\x04broken", "a.xlsx", "cannot be read"),
        (b"", "a.csv", "no rows"),
        (b"name;year\nA;2019", "a.csv", "Columns are missing: Programme, Batch"),
        ("Name,Batch\nÉ,1".encode("latin-1"), "a.csv", "not UTF-8"),
    ],
)
def test_a_file_that_is_no_such_table_says_why(data, name, said):
    with pytest.raises(CityLabError, match=said):
        read(data, name)


def test_a_table_with_mistakes_is_not_taken_at_all(crowd):
    made = past.examine(_csv(_row("Good", email="g@example.org"), _row(email="bad")), "x.csv", by=crowd.olga)
    with pytest.raises(CityLabError, match="mistakes"):
        past.take(made, answers={}, by=crowd.olga)
    assert not User.objects.filter(email="g@example.org").exists()


def test_the_same_e_mail_is_the_same_person_and_what_is_empty_is_filled(crowd):
    row = _row("Other Name", email="ALICE@example.org", native_name="អាលីស")
    made = past.examine(_csv(row), "x.csv", by=crowd.olga)
    past.take(made, answers={}, by=crowd.olga)
    crowd.alice.refresh_from_db()
    assert (crowd.alice.passport_name, crowd.alice.native_name, crowd.alice.country) == (
        "Alice",
        "អាលីស",
        "TH",
    )
    assert crowd.alice.past.get().batch_title == "SC 2019"


def test_an_alike_name_is_merged_only_when_a_person_says_so(crowd):
    known = add_person("s@example.org", passport_name="Nguyễn Thị Ánh", password=None)
    rows = [
        _row("NGUYEN THI ANH", country="VN"),
        _row("Thi Anh Nguyen", country="Viet Nam", batch_title="SC 2020", year=2020),
        _row("Somchai Jaidee", email="new@example.org"),
    ]
    made = past.examine(_csv(*rows), "x.csv", by=crowd.olga)
    asked = past.plan(made.rows).ask
    assert [(a.row, [answer for answer, _ in a.known]) for a in asked] == [
        (2, [f"user:{known.pk}"]),
        (3, [f"user:{known.pk}", "row:2"]),
    ]
    with pytest.raises(CityLabError, match="Row 3"):
        past.take(made, answers={2: f"user:{known.pk}"}, by=crowd.olga)
    past.take(made, answers={2: "new", 3: "row:2"}, by=crowd.olga)
    merged = User.objects.get(passport_name="NGUYEN THI ANH")
    assert (merged.past.count(), known.past.count(), merged.is_active) == (2, 0, False)


def test_the_whole_way_by_the_pages(crowd):
    add_person("s@example.org", passport_name="Somchai Srisawat", password=None)
    client = crowd.client("olga")
    file = SimpleUploadedFile("old.xlsx", _xlsx(_row(), _row("Malee", email="m@example.org")))
    answer = client.post("/people/import/", {"file": file})
    page = client.get(answer.url).content.decode()
    assert "Is this the same person?" in page
    assert "Take all 2 rows" in page
    known = User.objects.get(email="s@example.org")
    client.post(answer.url, {"say": "take", "same-2": f"user:{known.pk}"})
    made = PeopleImport.objects.get()
    assert (made.state, made.rows) == ("taken", [])
    assert made.said == {"rows": 2, "added": 1, "merged": 1, "filled": 1}
    assert client.post(answer.url, {"say": "take"}).status_code == 400
    assert Event.objects.filter(verb="table of people taken", by=crowd.olga).exists()
    assert "SC 2019" in client.get(f"/people/{known.pk}/").content.decode()


def test_a_table_that_is_dropped_is_forgotten(crowd):
    client = crowd.client("olga")
    answer = client.post("/people/import/", {"file": SimpleUploadedFile("o.csv", _csv(_row()))})
    assert client.post(answer.url, {"say": "drop"}).url == "/people/import/"
    assert PeopleImport.objects.get().rows == []
    assert not PastParticipation.objects.exists()


def test_bringing_the_same_table_twice_takes_nothing_the_second_time(crowd):
    data = _csv(_row("Malee", email="m@example.org"), _row("New", email="n@example.org"))
    past.take(past.examine(data, "x.csv", by=crowd.olga), answers={}, by=crowd.olga)
    with pytest.raises(CityLabError, match="already"):
        past.take(past.examine(data, "x.csv", by=crowd.olga), answers={}, by=crowd.olga)
    assert PastParticipation.objects.count() == 2


def test_a_file_that_is_too_large_is_refused(crowd, monkeypatch):
    monkeypatch.setattr("nagara.campus.people.views.past.MOST_BYTES", 10)
    file = SimpleUploadedFile("o.csv", _csv(_row()))
    page = crowd.client("olga").post("/people/import/", {"file": file}).content.decode()
    assert "larger than 10 MB" in page


def test_the_sample_is_read_by_the_reader(crowd):
    data = crowd.client("olga").get("/people/import/sample.xlsx").content
    table = read(data, "sample.xlsx")
    assert table.findings == []
    assert (table.rows[0]["country"], table.rows[0]["native_name"]) == ("LA", "ແກ້ວມະນີ ພົມມະຈັນ")


def test_a_formula_cell_counts_by_its_value_and_a_workbook_may_begin_lower(crowd):
    """The cached value of a formula, as an office program writes it."""
    import zipfile

    book = openpyxl.Workbook()
    book.active.append([])
    book.active.append(TITLES)
    row = _row("Malee", email="m@example.org")
    book.active.append([row.get(name, "") for name in COLUMNS])
    at = list(COLUMNS).index("year") + 1
    book.active.cell(3, at).value = "=2000+19"
    out = io.BytesIO()
    book.save(out)
    patched = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(patched, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("sheet1.xml"):
                text = text.replace(b"<f>2000+19</f><v></v>", b"<f>2000+19</f><v>2019</v>")
                text = text.replace(b"<f>2000+19</f><v />", b"<f>2000+19</f><v>2019</v>")
                assert b"<v>2019</v>" in text
            new.writestr(name, text)
    table = read(patched.getvalue(), "x.xlsx")
    assert (table.rows[0]["year"], table.rows[0]["row"], table.findings) == (2019, 3, [])


def test_hundreds_of_rows_are_taken_quickly(crowd):
    states = ("TH", "KH", "LA", "MM", "VN", "ID", "PH", "MY")
    rows = []
    for code in states:
        for n in range(120):
            person = demo_names.invented(n, code)
            rows.append(_row(person.passport_name, email=person.email, country=code))
    start = time.process_time()
    made = past.examine(_csv(*rows), "x.csv", by=crowd.olga)
    answers = {asked.row: "new" for asked in past.plan(made.rows).ask}
    past.take(made, answers=answers, by=crowd.olga)
    assert PastParticipation.objects.count() == 960
    assert time.process_time() - start < 10
