"""A pack goes out, answers come back, twice; others' and changed files are refused."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from nagara.campus.labwork.models import TaskTry
from nagara.campus.labwork.offline.building import at_home, build
from nagara.campus.labwork.offline.returning import bring, merge, preview
from nagara.campus.labwork.offline.signing import ticket_of
from nagara.citylab.labs import pack as packs
from nagara.citylab.labs.pack import BadPack, Entry

from .factories import answer_of, begin, learners, make_batch, make_lab

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]
SITE = "https://site.example/"


@pytest.fixture
def work():
    cache.clear()
    row = make_lab(make_batch())
    return begin(row, learners(row.batch)[0])


def form_of(kind, given):
    """An answer as the fields of the page's form."""
    if kind == "order":
        return urlencode({f"place-{i}": n for n, i in enumerate(given["order"], 1)})
    if kind == "labels":
        return urlencode({f"label-{i}": label for i, label in given["labels"].items()})
    if kind == "fix":
        rows = {f"row-{r}-{c}": text for r, cells in given["rows"].items() for c, text in cells.items()}
        return urlencode({**rows, "duplicates": given.get("duplicates", [])}, doseq=True)
    return urlencode(given, doseq=True)


def file_of(work, answers=None, **changes):
    """A file of answers: right ones to every task, or {task: form}."""
    if answers is None:
        answers = {s.task: form_of(s.kind, answer_of(work, s.task)) for s in work.tasks.all()}
    rows = [
        Entry(task, f"mark-of-{task}", "2026-11-23T02:00:00.000Z", form) for task, form in answers.items()
    ]
    found = {"format": packs.ANSWERS, "ticket": ticket_of(work), "answers": [vars(r) for r in rows], "sum": packs.sum_of(rows)}  # fmt: skip
    return json.dumps({**found, **changes}).encode()


def opened(work):
    made = build(work, site=SITE, now=timezone.now())
    return made, zipfile.ZipFile(io.BytesIO(made))


def test_a_pack_is_signed_and_holds_pages_and_data(work):
    made, zipped = opened(work)
    found = packs.verify(made)
    assert found.ok, found.problems
    assert found.manifest["learner"] == str(work.user)
    assert (found.manifest["run_id"], found.manifest["snapshot"]) == (work.run_id, work.snapshot)
    names = set(zipped.namelist())
    assert {"index.html", "lab.html", "pack.js", "pack.css", "data/README.txt", "data/stop.parquet"} <= names
    assert pq.read_table(io.BytesIO(zipped.read("data/stop.parquet"))).num_rows > 0


def test_a_pack_holds_no_key_and_calls_nobody(work):
    _, zipped = opened(work)
    page = zipped.read("lab.html").decode()
    kept = work.prepared["keys"]
    for task, key in kept.items():
        for said in (key["explains"], *key["hints"], *[m["because"] for m in key["mistakes"]]):
            assert not said or said not in page, task
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert not re.search(r'<(script|link)[^>]*(src|href)="/', page)
    assert page.count("<form>") == work.tasks.count()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_rows_of_a_source_that_may_not_be_passed_on_stay_and_the_pack_says_so(town):
    city = town.city("harbour")
    stops = city.newest().table("stop").column("source_id")[0].as_py()
    rows = city.newest().table("source")
    mine = pc.equal(rows.column("source_id"), stops)
    closed = rows.filter(mine).set_column(
        rows.column_names.index("licence"), "licence", pa.array(["All rights reserved"])
    )
    city.commit(lambda draft: draft.replace("source", closed, source_id=stops))
    row = make_lab(make_batch())
    work = begin(row, learners(row.batch)[0])
    made, zipped = opened(work)
    packed = {name for name in zipped.namelist() if name.startswith("data/")}
    for name in packed - {"data/README.txt", "data/source.parquet"}:
        table = pq.read_table(io.BytesIO(zipped.read(name)))
        if "source_id" in table.column_names:
            assert stops not in table.column("source_id").to_pylist(), name
    title = closed.column("title")[0].as_py()
    says = f"{title}: the licence 'All rights reserved' does not allow passing it on"
    assert packs.verify(made).manifest["stayed_behind"] == [says]
    assert "All rights reserved" in zipped.read("index.html").decode()
    assert "not in this pack" in zipped.read("data/README.txt").decode()


def test_peoples_words_are_in_no_pack(work):
    from nagara.campus.labwork.domain.keys import prepared_of
    from nagara.campus.labwork.offline.tables import carried

    assert not {"post", "rejected"} & set(carried(prepared_of(work)).names)


@pytest.mark.full
def test_a_pack_of_a_shipped_module_holds_its_lessons_with_figures(demo_lake, settings):
    settings.NAGARA_LAKE = str(demo_lake)
    row = make_lab(make_batch(), module="M02")
    work = begin(row, learners(row.batch)[0])
    made, zipped = opened(work)
    assert packs.verify(made).ok
    lessons = [name for name in zipped.namelist() if name.startswith("lessons/")]
    assert len(lessons) >= 3
    assert any(name.startswith("figures/") for name in zipped.namelist())
    for name in lessons:
        page = zipped.read(name).decode()
        for link in re.findall(r'(?:src|href)="([^"#?]+)', page):
            if "://" not in link:
                path = link.removeprefix("../") if link.startswith("../") else f"lessons/{link}"
                assert path in zipped.namelist(), (name, link)


def test_answers_come_back_twice_and_count_once(work):
    data = file_of(work)
    now = timezone.now()
    found, answers = bring(data, user=work.user)
    assert {line.state for line in preview(found, answers, now=now)} == {"new"}
    assert not TaskTry.objects.exists()
    lines = merge(found, answers, by=work.user, now=now)
    assert {line.state for line in lines} == {"counted"}
    work.refresh_from_db()
    assert work.points == work.most - 3  # the text waits for a person
    assert set(TaskTry.objects.values_list("via", flat=True)) == {"pack"}
    again = merge(*bring(data, user=work.user), by=work.user, now=now)
    assert {line.state for line in again} == {"known"}
    assert TaskTry.objects.count() == work.tasks.count()


def test_anothers_forged_or_edited_file_is_refused(work):
    other = learners(work.assignment.batch)[1]
    with pytest.raises(BadPack, match="another person"):
        bring(file_of(work), user=other)
    with pytest.raises(BadPack, match="somebody changed it"):
        bring(file_of(work, ticket=ticket_of(work)[:-2] + "xx"), user=work.user)
    edited = file_of(work).replace(b"2026-11-23T02", b"2026-11-24T02", 1)
    with pytest.raises(BadPack, match="changed after it was saved"):
        bring(edited, user=work.user)


def test_what_cannot_count_is_said_and_the_rest_counts(work):
    value = next(s for s in work.tasks.all() if s.kind == "value")
    answers = {"gone": "text=1", value.task: "text=&unit=", "list": urlencode({"sql": "drop table stop"})}
    choice = next(s for s in work.tasks.all() if s.kind == "choice")
    answers[choice.task] = form_of("choice", answer_of(work, choice.task))
    found, read = bring(file_of(work, answers), user=work.user)
    lines = {line.task: line for line in merge(found, read, by=work.user, now=timezone.now())}
    assert lines["gone"].why == "This lab has no such task."
    assert lines[value.task].why == "Write your answer first."
    assert lines["list"].state == "cannot"
    assert lines[choice.task].state == "counted"
    assert TaskTry.objects.count() == 1


def test_after_the_lab_closed_nothing_counts(work):
    found, answers = bring(file_of(work), user=work.user)
    lines = merge(found, answers, by=work.user, now=timezone.now() + timedelta(days=9))
    assert {line.why for line in lines} == {"This lab is closed: answers do not count any more."}


def test_the_page_shows_first_and_counts_then(work):
    client = Client()
    client.force_login(work.user)
    url = f"/labs/work/{work.pk}/offline/"
    assert "Download the pack" in client.get(url).content.decode()
    answer = client.get(f"/labs/work/{work.pk}/pack.zip")
    assert packs.verify(answer.content).ok
    data = file_of(work)
    upload = SimpleUploadedFile("a.json", data, "application/json")
    page = client.post(f"{url}count/", {"answers": upload}).content.decode()
    assert "Count these" in page
    assert not TaskTry.objects.exists()
    page = client.post(f"{url}count/", {"text": data.decode(), "say": "count"}).content.decode()
    assert "10 answers counted" in page
    page = client.post(f"{url}count/", {"answers": SimpleUploadedFile("a.json", data)}).content.decode()
    assert "Nothing in this file is new" in page
    bad = client.post(f"{url}count/", {"answers": SimpleUploadedFile("a.json", b"PK")})
    assert (bad.status_code, "no file of answers" in bad.content.decode()) == (422, True)


def test_a_pack_belongs_to_one_person(work):
    client = Client()
    client.force_login(learners(work.assignment.batch)[1])
    for path in ("pack.zip", "offline/"):
        assert client.get(f"/labs/work/{work.pk}/{path}").status_code == 404


def test_links_of_lessons_lead_home():
    text = '<a href="/modules/M05/reach/">a</a><a href="/cities/demo/">b</a><a href="https://x.example">c</a>'
    assert at_home(text, "M05", SITE) == (
        '<a href="reach.html">a</a><a href="https://site.example/cities/demo/">b</a><a href="https://x.example">c</a>'
    )
