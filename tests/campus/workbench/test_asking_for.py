"""What a person may ask, how often, and what stays of it."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pytest
from django.core.cache import cache
from django.utils import timezone

from campus.workbench.addresses import small_lake
from nagara.campus.cities.lakes import find_place
from nagara.campus.people import data_port
from nagara.campus.workbench import asking, domain
from nagara.campus.workbench.models import SavedQuery
from nagara.citylab import sandbox

pytestmark = pytest.mark.django_db
SQL = "select stop_id, lon, lat, row_number() over (order by stop_id) as n from stop order by n"
HIDDEN = "select count(*) as n, count_if(source_id = 'closed') as closed from stop"


@pytest.fixture
def place(crowd):
    small_lake()
    return find_place("jakarta")


def _ask(person, place, sql):
    return domain.ask(by=person, place=place, sql=sql, now=timezone.now())


def test_rows_of_closed_sources_are_for_the_team_only(crowd, place):
    assert asking.ask_for(crowd.charlie, place, HIDDEN).rows == [[20, 0]]
    assert asking.ask_for(crowd.bob, place, HIDDEN).rows == [[30, 10]]
    assert asking.ask_for(crowd.olga, place, HIDDEN).rows == [[30, 10]]


def test_words_of_people_and_raw_rows_are_for_the_team_only(crowd, place):
    for table in ("post", "rejected", "finding"):
        sql = f"select count(*) as n from {table}"
        assert asking.ask_for(crowd.charlie, place, sql).problem == f"There is no table {table} here."
        assert asking.ask_for(crowd.alice, place, sql).rows == [[0]]


def test_a_labs_table_with_closed_rows_is_refused_to_strangers_and_not_cut(crowd, place):
    lab = sandbox.catalogue(place.snapshot, extra={"mine": pa.table({"n": [1]})})
    asked = "select count(*) as n from stop"
    assert asking.ask_for(crowd.alice, lab, asked).rows == [[30]]
    refused = asking.ask_for(crowd.charlie, lab, asked)
    assert (refused.status, refused.rows) == ("refused", [])
    assert "only the city's team may see" in refused.problem
    assert "only the city's team" in asking.ask_for(crowd.charlie, lab, "select count(*) from post").problem
    assert asking.ask_for(crowd.charlie, lab, "select count(*) as n from observation").rows == [[48]]
    assert asking.ask_for(crowd.charlie, lab, "select n from mine").rows == [[1]]
    assert asking.ask_for(crowd.charlie, lab, asked, opened={asking.CLOSED}).rows == [[30]]
    words = "select count(*) as n from post"
    assert asking.ask_for(crowd.charlie, lab, words, opened={asking.CLOSED}).status == "refused"
    assert asking.ask_for(crowd.charlie, lab, words, opened={asking.CLOSED, asking.WORDS}).rows == [[0]]


def test_a_person_asks_twenty_times_a_minute_and_twice_at_once(crowd, place, monkeypatch):
    cache.add(f"sql:{crowd.bob.pk}:0", 1), cache.add(f"sql:{crowd.bob.pk}:1", 1)
    assert "still being answered" in asking.ask_for(crowd.bob, place, "select 1").problem
    cache.delete(f"sql:{crowd.bob.pk}:1")
    assert asking.ask_for(crowd.bob, place, "select 1").rows == [[1]]
    monkeypatch.setattr(asking, "A_MINUTE", 2)
    assert "in a minute" in asking.ask_for(crowd.bob, place, "select 1").problem
    assert asking.ask_for(crowd.charlie, place, "select 1").rows == [[1]]


def test_an_answer_is_kept_and_a_refusal_is_not(crowd, place):
    question, answer = _ask(crowd.alice, place, SQL)
    assert question is not None
    assert (question.rows, question.all_rows, question.snapshot) == (30, True, place.snapshot.number)
    assert question.told()["rows"] == answer.rows
    assert _ask(crowd.alice, place, "select nope from stop")[0] is None
    assert SavedQuery.objects.count() == 1


def test_the_same_question_stands_once_and_old_answers_are_let_go(crowd, place, monkeypatch):
    from nagara.campus.workbench.domain import questions

    monkeypatch.setattr(questions, "KEPT", 3)
    monkeypatch.setattr(questions, "KEPT_ANSWERS", 2)
    for sql in ("select 1", "select 2", "select 3", "select 3", "select 4"):
        _ask(crowd.alice, place, sql)
    kept = [(q.sql, q.told() is not None) for q in SavedQuery.objects.visible_to(crowd.alice)]
    assert kept == [("select 4", True), ("select 3", True), ("select 2", False)]


def test_someone_who_left_the_team_no_longer_sees_an_answer_with_closed_rows(crowd, place):
    question, _ = _ask(crowd.bob, place, SQL)
    crowd.bob.city_posts.all().delete()
    page = crowd.client("bob").get(question.get_absolute_url()).content.decode()
    assert "may not see any more" in page
    assert "s003" not in page
    assert crowd.client("bob").get(f"{question.get_absolute_url()}rows.csv").status_code == 404


def test_a_download_is_there_where_every_source_may_be_passed_on(crowd, place):
    question, _ = _ask(crowd.charlie, place, SQL)
    got = crowd.client("charlie").get(f"{question.get_absolute_url()}rows.csv")
    rows = list(csv.reader(io.StringIO(got.content.decode())))
    assert rows[0] == ["stop_id", "lon", "lat", "n"]
    assert len(rows) == 21
    inside, _ = _ask(crowd.alice, place, SQL)
    assert crowd.client("alice").get(f"{inside.get_absolute_url()}rows.csv").status_code == 403


def test_a_shared_question_runs_only_when_pressed_and_with_ones_own_rights(crowd, place):
    question, _ = _ask(crowd.alice, place, HIDDEN)
    token = domain.share(question)
    assert domain.share(question) == token
    page = crowd.client("charlie").get(f"/sql/shared/{token}/").content.decode()
    assert "count_if" in page
    assert "Alice shares this question" in page
    assert SavedQuery.objects.visible_to(crowd.charlie).count() == 0
    domain.unshare(question)
    assert crowd.client("charlie").get(f"/sql/shared/{token}/").status_code == 404


def test_a_refusal_is_shown_beside_what_was_typed(crowd, place):
    got = crowd.client("bob").post("/cities/jakarta/sql/run/", {"sql": "select nam\nfrom stop"})
    page = got.content.decode()
    assert got.status_code == 422
    for words in (
        "There is no column nam here.",
        "Did you mean name?",
        "Line 1, column 8.",
        "select nam\nfrom stop",
    ):
        assert words in page, words
    piece = crowd.client("bob").post(
        "/cities/jakarta/sql/run/", {"sql": "select nam from stop"}, headers={"X-Nagara-Piece": "answer"}
    )
    assert "<html" not in piece.content.decode()


def test_a_kernel_without_landlock_gives_a_page_that_says_so(crowd, place, monkeypatch, settings):
    monkeypatch.setenv("NAGARA_SQL_PRETEND_NO_LANDLOCK", "yes")
    page = crowd.client("bob").get("/cities/jakarta/sql/").content.decode()
    assert "no Landlock" in page
    assert "disabled" in page
    monkeypatch.setenv("NAGARA_SQL_WITHOUT_LANDLOCK", "yes")
    settings.NAGARA_DEMO, settings.ALLOWED_HOSTS = True, ["www.example.org", "testserver"]
    assert "own machine only" in crowd.client("bob").get("/cities/jakarta/sql/").content.decode()
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]
    page = crowd.client("bob").get("/cities/jakarta/sql/").content.decode()
    assert "for a demonstration on your own machine" in page
    assert asking.ask_for(crowd.bob, place, "select 1").rows == [[1]]


@pytest.mark.parametrize(
    ("sql", "kind", "x", "y"),
    [
        ("select ts, value from observation", "line", "ts", "value"),
        ("select name, lon, count(*) as n from stop group by all", "bar", "name", "n"),
        ("select hour(ts) as hour, count(*) as n from observation group by 1 order by 1", "bar", "hour", "n"),
        ("select value, value * value + 0.5 as square from observation", "points", "value", "square"),
        ("select source_id, count(*) from stop group by 1", "bar", "source_id", "count_star()"),
    ],
)
def test_a_chart_suits_the_columns_and_can_be_drawn(crowd, place, sql, kind, x, y):
    from nagara.campus.workbench.drawing import Answered, chart_of, draw_chart

    question, answer = _ask(crowd.alice, place, sql)
    assert question is not None, answer
    kept = Answered.of(question.told())
    chart = chart_of(kept, {})
    assert chart is not None
    assert (chart.kind, chart.x, chart.y) == (kind, x, y)
    assert draw_chart(kept, chart, place.tz).startswith("<svg")


def test_points_and_cells_can_be_put_on_a_map(crowd, place):
    from nagara.campus.workbench.drawing import Answered, draw_map, map_kind

    for sql, kind in (
        (SQL, "points"),
        ("select h3, count(*) as n from stop group by h3", "cells"),
        ("select 1 as n", ""),
    ):
        question, _ = _ask(crowd.alice, place, sql)
        kept = Answered.of(question.told())
        assert map_kind(kept) == kind
        if kind:
            assert draw_map(place, kept).startswith("<svg")


def test_ones_questions_are_exported_and_erased_with_the_person(crowd, place):
    _ask(crowd.bob, place, "select 1")
    holder = next(h for h in data_port.all_holders() if h.room == "workbench")
    assert [row["sql"] for row in holder.export(crowd.bob)["questions"]] == ["select 1"]
    holder.erase(crowd.bob)
    assert SavedQuery.objects.count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_and_the_history_ask_the_database_as_often_for_one_question_as_for_three(
    crowd, place, count, django_assert_max_num_queries
):
    for i in range(count):
        _ask(crowd.alice, place, f"select {i}")
    client = crowd.client("alice")
    client.get("/cities/jakarta/sql/")
    with django_assert_max_num_queries(14):
        client.get("/cities/jakarta/sql/")
    with django_assert_max_num_queries(9):
        client.get("/cities/jakarta/sql/history/")
