"""Opening a lab, answering, hints, tries, drafts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from nagara.campus.labwork.asking import opened_to
from nagara.campus.labwork.domain import open_lab, save_draft, take_hint
from nagara.campus.labwork.domain.answering import NotAnswered, NoTries
from nagara.campus.labwork.domain.opening import NotOpen
from nagara.campus.labwork.domain.regrading import recompute
from nagara.campus.labwork.models import LabWork, TaskState, TaskTry
from nagara.citylab.errors import CityLabError

from .factories import answer, answer_of, begin, learners, make_batch, make_lab, mistake_of, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]


@pytest.fixture
def row():
    return make_lab(make_batch())


def test_a_lab_is_opened_once_and_says_where_it_runs_and_why(row):
    user = learners(row.batch)[0]
    work = begin(row, user)
    assert begin(row, user) == work
    assert (work.city_slug, work.lab) == ("harbour", "tk-standard")
    assert "simulated city" in work.city_why
    assert work.tasks.count() == 10
    assert work.most == 17


def test_neighbours_have_other_numbers(row):
    batch_mates = [begin(row, user) for user in learners(row.batch)]
    batch_mates.append(begin("tk-standard", learners(row.batch)[0]))
    assert len({(w.prepared["params"]["stop_id"], w.prepared["params"]["factor"]) for w in batch_mates}) > 1


def test_every_right_answer_gets_its_points_and_the_evidence_gives_them_again(row):
    work = begin(row, learners(row.batch)[0])
    for state in work.tasks.all():
        made = answer(work, state.task)
        assert made.right or state.kind == "text", (state.task, made.remark)
        assert made.run_id == work.run_id
    work.refresh_from_db()
    assert work.points == work.most - 3  # the text waits for a person
    assert work.done_at is not None
    again = recompute(work)
    assert again.same
    assert len(again.rows) == 9


def test_a_named_mistake_is_explained_and_the_best_try_counts(row):
    work = begin(row, learners(row.batch)[0])
    made = answer(work, "count", mistake_of(work, "count", "routes-not-stops"))
    assert (made.right, made.mistake) == (False, "routes-not-stops")
    assert "A route has many stops" in made.because
    answer(work, "count")
    answer(work, "count", {"text": "1", "unit": "m"})
    state = TaskState.objects.get(work=work, task="count")
    assert (state.points, state.right, state.tries) == (2, True, 3)


def test_a_query_is_run_here_and_what_differs_is_said(row):
    work = begin(row, learners(row.batch)[0])
    made = answer(work, "list", mistake_of(work, "list", "all-stops"))
    assert made.mistake == "all-stops"
    assert made.differs["extra"] > 0
    with pytest.raises(NotAnswered):
        answer(work, "list", {"sql": "drop table stop"})
    forged = {"sql": "select 1 as stop_id", "rows": [["x"]], "columns": [{"name": "stop_id"}]}
    assert not answer(work, "list", forged).right
    assert answer(work, "list").right
    assert TaskState.objects.get(work=work, task="list").tries == 3


def test_the_same_answer_sent_twice_counts_once(row):
    work = begin(row, learners(row.batch)[0])
    first = answer(work, "which", {"chosen": ["trip"]}, key="abc")
    assert answer(work, "which", {"chosen": ["stop"]}, key="abc") == first
    assert TaskTry.objects.count() == 1


def test_what_is_no_answer_costs_no_try(row):
    work = begin(row, learners(row.batch)[0])
    for task, given in (("count", {"text": ""}), ("count", {"text": "abc"}), ("which", {"chosen": []})):
        with pytest.raises(NotAnswered):
            answer(work, task, given)
    assert TaskTry.objects.count() == 0


def test_tries_end_where_the_batch_or_the_lab_says_so(row):
    row.tries = 1
    row.save()
    work = begin(row, learners(row.batch)[0])
    answer(work, "which", {"chosen": ["trip"]})
    with pytest.raises(NoTries):
        answer(work, "which")
    practice = begin("tk-standard", learners(row.batch)[0])
    answer(practice, "which", {"chosen": ["trip"]})
    assert answer(practice, "which").right


def test_the_first_hint_is_free_and_a_second_may_cost(row):
    row.hints_cost = Decimal(10)
    row.save()
    work, now = begin(row, learners(row.batch)[0]), timezone.now()
    take_hint(work, "count", now=now)
    assert answer(work, "count").points == 2
    assert take_hint(work, "count", now=now).hints == 2
    assert take_hint(work, "count", now=now).hints == 2
    assert answer(work, "count").points == Decimal("1.8")
    assert TaskState.objects.get(work=work, task="count").points == 2
    assert recompute(work).same


def test_a_draft_is_kept_and_not_graded(row):
    work = begin(row, learners(row.batch)[0])
    save_draft(work, "count", {"text": "12"}, now=timezone.now())
    state = TaskState.objects.get(work=work, task="count")
    assert (state.draft, state.tries, state.points) == ({"text": "12"}, 0, None)


def test_nothing_is_begun_or_answered_out_of_time(row):
    user = learners(row.batch)[0]
    early, late = row.opens_at - timedelta(minutes=1), row.closes_at + timedelta(minutes=1)
    for now in (early, late):
        with pytest.raises(NotOpen):
            open_lab(user, row, now=now)
    work = begin(row, user)
    with pytest.raises(NotOpen):
        answer(work, "which", now=late)
    with pytest.raises(NotOpen):
        open_lab(person("Stranger"), row, now=timezone.now())


def test_a_lab_of_a_batch_opens_closed_rows_and_peoples_words_only_on_the_own_city(row):
    from nagara.campus.cities.models import City
    from nagara.campus.programmes.models import Enrolment

    user = learners(row.batch)[0]
    work = begin(row, user)
    assert opened_to(work) == {"closed"}
    work.city_slug = "jakarta"
    Enrolment.objects.filter(user=user).update(city=City.objects.get(slug="jakarta"))
    assert opened_to(work) == {"closed", "words"}
    assert opened_to(begin("tk-standard", user)) == frozenset()


def test_practice_on_a_city_with_closed_data_is_for_its_team(row, crowd):
    with pytest.raises(CityLabError, match=r"may not be passed on|does not run"):
        open_lab(crowd.charlie, "tk-standard", now=timezone.now(), city="jakarta")


def test_practice_begins_again_with_other_numbers(row):
    user = person("Solo")
    first = begin("tk-standard", user)
    assert begin("tk-standard", user) == first
    second = open_lab(user, "tk-standard", now=timezone.now(), again=True)
    assert (second.number, second.seed != first.seed) == (2, True)


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_with_one_try_left_count_once():
    from nagara.campus.cities.domain.seeding import seed

    seed()
    row = make_lab(make_batch(), tries=1)
    work = begin(row, learners(row.batch)[0])
    given, failed = answer_of(work, "which"), []

    def hand_in(key):
        try:
            answer(LabWork.objects.get(pk=work.pk), "which", given, key=key)
        except NoTries as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=hand_in, args=(key,)) for key in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failed) == 1
    assert TaskState.objects.get(work=work, task="which").tries == 1
