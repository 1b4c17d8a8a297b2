"""Real names and texts in all scripts go through every form, list and file of the room unharmed."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile

import openpyxl
import pytest

from nagara.campus.notices.models import Notice
from nagara.campus.people.domain import inviting, past
from nagara.campus.people.lists import Column, xlsx_bytes
from nagara.campus.people.models import User
from nagara.campus.people.names import searchable
from nagara.campus.people.queries import people_list

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def names(data) -> list[str]:
    """Forenames with a family name of the same country, and a line of the declaration in each language."""
    folder = data / "programme" / "names"
    families: dict[str, str] = {}
    for row in csv.DictReader((folder / "common-surnames-by-country.csv").open(encoding="utf-8-sig")):
        families.setdefault(row["Country"], row["Localized Name"])
    found: dict[str, None] = {}
    for row in csv.DictReader((folder / "common-forenames-by-country.csv").open(encoding="utf-8-sig")):
        found.setdefault(f"{row['Localized Name']} {families.get(row['Country'], '')}".strip())
    lines = []
    for path in sorted((data / "programme" / "udhr").glob("*.html")):
        text = html.unescape(re.sub(r"<[^>]+>", " ", path.read_text("utf-8")))
        words = " ".join(text.split())
        lines.append(words[len(words) // 2 :][:60].strip())
    kept = [" ".join(name.split()) for name in [*list(found)[::4], *lines]]
    return [name for name in dict.fromkeys(kept) if name]


def test_a_workbook_brings_them_and_every_file_gives_them_back(names, crowd):
    assert len(names) > 400
    columns = [
        Column(title, title, lambda row, at=at: row[at])
        for at, title in enumerate(["E-mail", "Name", "Name in own script", "Programme", "Batch", "Year"])
    ]
    rows = [(f"p{n}@example.org", name, name, "P", "B", 2019) for n, name in enumerate(names)]
    made = past.examine(xlsx_bytes(columns, rows), "world.xlsx", by=crowd.olga)
    assert made.findings == []
    past.take(made, answers={asked.row: "new" for asked in past.plan(made.rows).ask}, by=crowd.olga)
    kept = dict(User.objects.values_list("email", "passport_name"))
    assert [kept[f"p{n}@example.org"] for n in range(len(names))] == names

    client = crowd.client("olga")
    text = client.get("/people/?export=csv").content.decode("utf-8-sig")
    read = {row["email"]: row for row in csv.DictReader(io.StringIO(text))}
    assert [read[f"p{n}@example.org"]["native_name"].removeprefix("'") for n in range(len(names))] == names
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/people/?export=xlsx").content)).active
    cells = {row[4].value: row[1].value for row in sheet.iter_rows()}
    assert [cells[f"p{n}@example.org"] for n in range(len(names))] == names

    for n in range(0, len(names), 40):
        assert people_list(crowd.olga, q=names[n]).filter(email=f"p{n}@example.org").exists(), names[n]


def test_forms_pages_letters_and_the_zip_keep_them(names, crowd):
    client = crowd.client("alice")
    for name in names[:: len(names) // 12]:
        client.post("/me/", {"passport_name": name, "native_name": name})
        User.objects.update(last_login=None)  # only who never signed in is invited
        crowd.alice.refresh_from_db()
        assert crowd.alice.passport_name == name
        assert html.escape(name) in client.get(f"/people/{crowd.alice.pk}/").content.decode().replace(
            "&#39;", "&#x27;"
        )
        inviting.send(crowd.alice, by=crowd.olga)
        assert Notice.objects.latest("id").body.startswith(f"Dear {name},")
        box = zipfile.ZipFile(io.BytesIO(client.get(f"/people/{crowd.alice.pk}/data.zip").content))
        assert json.loads(box.read("people/person.json"))[0]["native_name"] == name
        assert searchable(name) in crowd.alice.search_text
