"""A notebook's way to a lab: tables and grades by token, through a real server."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.utils import timezone

import nagara.citylab as lab
from nagara.campus.labwork.models import TaskTry
from nagara.campus.people.domain.tokens import make_token
from nagara.citylab import City
from nagara.citylab.remote import NotConnected, Refused

from .factories import answer_of, begin, learners, make_batch, make_lab, mistake_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("town")]


@pytest.fixture
def work():
    cache.clear()
    row = make_lab(make_batch())
    return begin(row, learners(row.batch)[0])


@pytest.fixture
def site(work, live_server):
    _, token = make_token(work.user, name="n", scopes=["read", "answer"], days=7, now=timezone.now())
    return lab.connect(live_server.url, token=token)


def test_a_notebook_sees_its_labs_and_the_same_tables(site, work, filled):
    assert site.me().startswith("Learner 1")
    assert [row["work"] for row in site.labs()] == [work.pk]
    mine = site.lab("tk-standard")
    assert {t["kind"] for t in mine.tasks()} >= {"value", "query", "choice", "fix", "rule", "cells"}
    assert "keys" not in str(mine.told)
    assert "stop" in mine.tables()
    stops = City(filled.city("harbour")).sql("select count(*) as n from stop")["n"][0].as_py()
    assert mine.table("stop").num_rows == stops
    assert mine.sql("select count(*) as n from stop").to_pylist() == [{"n": stops}]


def test_every_kind_of_answer_is_graded_as_on_the_page(site, work):
    mine = site.lab(work.pk)
    for state in work.tasks.all():
        got = mine.check(state.task, answer_of(work, state.task))
        assert got.right or state.kind == "text", (state.task, str(got))
    assert set(TaskTry.objects.filter(state__work=work).values_list("via", flat=True)) == {"notebook"}
    work.refresh_from_db()
    assert work.points == work.most - 3


def test_answers_may_be_plain_python_or_tables(site, work):
    import pyarrow as pa

    by_kind = {s.kind: s.task for s in work.tasks.all()}
    site.lab(work.pk)
    right = {kind: answer_of(work, task) for kind, task in by_kind.items()}
    assert lab.check(by_kind["query"], right["query"]["sql"]).right
    assert lab.check(by_kind["choice"], right["choice"]["chosen"]).right
    assert lab.check(by_kind["order"], right["order"]["order"]).right
    assert lab.check(by_kind["cells"], pa.table({"h3": [int(c) for c in right["cells"]["cells"]]})).right
    assert lab.check(by_kind["point"], (right["point"]["lon"], right["point"]["lat"])).right
    assert lab.check(by_kind["labels"], right["labels"]["labels"]).right
    assert lab.check(by_kind["text"], "Build it. " * 30).points is None


def test_a_named_mistake_is_explained_and_a_wrong_answer_says_so(site, work):
    got = site.lab(work.pk).check("list", mistake_of(work, "list", ""))
    assert not got.right
    assert "not right yet" in str(got) or "partly right" in str(got)


def test_what_cannot_be_read_is_refused_and_counts_nothing(site, work):
    mine = site.lab(work.pk)
    by_kind = {s.kind: s.task for s in work.tasks.all()}
    with pytest.raises(Refused, match="does not take this"):
        mine.check(by_kind["query"], 12)
    with pytest.raises(Refused, match="no task"):
        mine.check("nothing", 1)
    with pytest.raises(Refused):
        mine.check(by_kind["query"], "drop table stop")
    assert not TaskTry.objects.exists()
    with pytest.raises(Refused, match="no table"):
        mine.table("secrets")


def test_nobody_reaches_the_work_of_another(work, live_server):
    other = learners(work.assignment.batch)[1]
    _, token = make_token(other, name="n", scopes=["read", "answer"], days=7, now=timezone.now())
    with pytest.raises(Refused, match="not yours"):
        lab.connect(live_server.url, token=token).lab(work.pk)


def test_a_token_that_only_reads_hands_nothing_in(work, live_server):
    _, token = make_token(work.user, name="n", scopes=["read"], days=7, now=timezone.now())
    mine = lab.connect(live_server.url, token=token).lab(work.pk)
    with pytest.raises(NotConnected, match="may not hand in"):
        mine.check("list", "select 1")


@pytest.mark.parametrize(
    ("address", "token", "says"),
    [
        ("", "ngr_x", "Which site"),
        ("ftp://a.example", "ngr_x", "Which site"),
        ("http://a.example", "ngr_x", "https only"),
        ("https://a.example", "", "token is needed"),
        ("https://a.example", "two words", "no token"),
        ("http://127.0.0.1:9", "ngr_x", "does not answer"),
    ],
)
def test_what_is_wrong_with_the_address_or_the_token_is_said(address, token, says, monkeypatch):
    monkeypatch.delenv("NAGARA_SITE", raising=False)
    monkeypatch.delenv("NAGARA_TOKEN", raising=False)
    with pytest.raises(NotConnected, match=says):
        lab.connect(address, token=token)


def test_a_bad_token_says_where_to_make_a_new_one(live_server):
    cache.clear()
    with pytest.raises(NotConnected, match="not known here") as caught:
        lab.connect(live_server.url, token="ngr_wrong")
    assert "account page" in caught.value.mend
