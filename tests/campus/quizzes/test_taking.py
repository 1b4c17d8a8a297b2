"""Taking a quiz: once begun it runs by the server's clock, saves what comes, and is handed in once."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.utils import timezone

from nagara.campus.audit.models import Event
from nagara.campus.notices.models import Notice
from nagara.campus.people.models import User
from nagara.campus.quizzes.domain import (
    Part,
    close,
    extend,
    regrade,
    save,
    save_item,
    start,
    submit,
    submit_due,
)
from nagara.campus.quizzes.domain.making import change_quiz, publish, set_parts
from nagara.campus.quizzes.domain.regrading import differences
from nagara.campus.quizzes.domain.taking import TooLate, compose, feedback_due, seen_mark
from nagara.campus.quizzes.models import Answer, Attempt, Quiz
from nagara.citylab.errors import CityLabError

from .factories import NUMERIC, SINGLE, fill, make_bank, make_batch, make_quiz, person, teacher

pytestmark = pytest.mark.django_db


def learner(batch) -> User:
    return batch.enrolments.order_by("pk").first().user


def send(attempt, *, now=None, places=None, **fields):
    """Save fields such as q1="4", q1_unit="min"."""

    def get(place, name):
        value = fields.get(f"q{place}_{name}" if name else f"q{place}")
        return [] if value is None else [value]

    return save(attempt, fields=get, places=places, now=now or timezone.now())


def test_an_attempt_is_begun_once_and_gone_on_with(db):
    batch = make_batch()
    quiz = make_quiz(batch)
    user, now = learner(batch), timezone.now()
    attempt = start(quiz, user, now=now)
    assert start(quiz, user, now=now).pk == attempt.pk
    assert attempt.answers.count() == 3
    assert attempt.most == 3
    fill(attempt)
    done = submit(attempt, now=now)
    assert (done.percent, done.marks, done.how) == (100, 3, "person")
    with pytest.raises(CityLabError, match="You have taken it"):
        start(quiz, user, now=now)
    with pytest.raises(CityLabError, match="not in this batch"):
        start(quiz, person("Stranger"), now=now)


def test_drawn_questions_differ_between_people_and_stay_for_one():
    batch = make_batch()
    bank = make_bank("many", **{f"i{n}": {**NUMERIC, "asks": f"{n}: {{n}}"} for n in range(10)})
    quiz = make_quiz(batch, parts=[Part(bank, draw=3)])
    asked = [tuple(a.item.key for a in compose(quiz, str(seed))) for seed in range(12)]
    assert all(len(set(one)) == 3 for one in asked)
    assert len(set(asked)) > 6
    assert asked[0] == tuple(a.item.key for a in compose(quiz, "0"))


def test_each_answer_is_saved_and_an_old_page_overwrites_nothing():
    batch = make_batch()
    attempt = start(make_quiz(batch, shuffle=False), learner(batch), now=timezone.now())
    place = attempt.answers.get(item__key="numeric").place
    text = attempt.answers.get(item__key="text").place
    assert [a.place for a in send(attempt, places=[text], **{f"q{text}": " having "})] == [text]
    blank = seen_mark({})
    everything = {f"q{p}_seen": blank for p in (1, 2, 3)}
    send(attempt, **{**everything, f"q{place}": "7,5", f"q{place}_unit": "min"})
    assert Answer.objects.get(attempt=attempt, place=text).given == {"text": "having"}
    assert Answer.objects.get(attempt=attempt, place=place).given == {"text": "7,5", "unit": "min"}
    assert send(attempt, places=[text], **{f"q{text}": "having"}) == []


def test_when_the_time_is_over_what_was_saved_counts():
    batch = make_batch()
    quiz = make_quiz(batch, minutes=10, grace=60)
    user, now = learner(batch), timezone.now()
    attempt = start(quiz, user, now=now)
    fill(attempt)
    place = attempt.answers.get(item__key="text").place
    send(attempt, now=now + timedelta(minutes=10, seconds=50), places=[place], **{f"q{place}": "zzz"})
    late = now + timedelta(minutes=11, seconds=1)
    with pytest.raises(TooLate):
        send(attempt, now=late, places=[place], **{f"q{place}": "SECRETHAVING"})
    assert submit_due(now + timedelta(minutes=10, seconds=30)) == 0
    assert submit_due(late) == 1
    assert submit_due(late) == 0
    done = Attempt.objects.get()
    assert (done.marks, done.how, done.submitted_at) == (2, "time", attempt.due_at)
    assert submit(done, now=late).marks == 2


def test_an_attempt_ends_with_the_quiz():
    batch = make_batch()
    quiz = make_quiz(batch, minutes=60 * 48)
    attempt = start(quiz, learner(batch), now=timezone.now())
    assert attempt.due_at == quiz.closes_at
    after = quiz.closes_at + timedelta(minutes=5)
    assert submit_due(after) == 1
    other = batch.enrolments.order_by("pk").last().user
    with pytest.raises(CityLabError, match="closed"):
        start(quiz, other, now=after)


def test_an_extension_gives_one_person_more_and_moves_the_open_attempt(crowd):
    batch = make_batch()
    quiz = make_quiz(batch, minutes=10)
    user, now = learner(batch), timezone.now()
    attempt = start(quiz, user, now=now)
    with pytest.raises(CityLabError, match="reason"):
        extend(quiz, user, minutes=5, reason=" ", by=crowd.olga)
    extend(quiz, user, minutes=5, days=1, attempts=1, reason="Power cut", by=crowd.olga)
    attempt.refresh_from_db()
    assert attempt.due_at == now + timedelta(minutes=15)
    fill(attempt)
    submit(attempt, now=now)
    again = start(quiz, user, now=quiz.closes_at + timedelta(hours=1))
    assert (again.number, again.seed == attempt.seed) == (2, False)
    letter = Notice.objects.get(to=user)
    assert "5 more minutes, 1 more day until it closes, 1 more attempt." in letter.body
    assert Event.objects.filter(verb="quiz extended", reason="Power cut").exists()


def test_explanations_wait_until_everyone_is_through():
    batch = make_batch()
    quiz = make_quiz(batch)
    now = timezone.now()
    assert not feedback_due(quiz, now=now)
    assert feedback_due(quiz, now=quiz.closes_at + timedelta(minutes=5))
    extend(quiz, learner(batch), days=2, reason="Ill", by=None)
    assert not feedback_due(quiz, now=quiz.closes_at + timedelta(days=1))
    attempt = start(quiz, learner(batch), now=now)
    close(quiz, by=None, reason="Enough", now=now)
    attempt.refresh_from_db()
    quiz.refresh_from_db()
    assert attempt.how == "time"
    assert feedback_due(quiz, now=now)
    assert feedback_due(make_quiz(batch, make_bank("c"), feedback="at-once"), now=now)
    assert not feedback_due(
        make_quiz(batch, make_bank("d"), feedback="never"), now=quiz.closes_at + timedelta(9)
    )


def test_what_a_quiz_asks_stays_once_somebody_began_and_changes_need_a_reason(crowd):
    batch = make_batch()
    bank = make_bank()
    quiz = make_quiz(batch, bank, state="draft", parts=[])
    with pytest.raises(CityLabError, match="asks nothing"):
        publish(quiz, by=crowd.olga, now=timezone.now())
    set_parts(quiz, [Part(bank, draw=9)], by=crowd.olga)
    with pytest.raises(CityLabError, match="Only 3 questions"):
        publish(quiz, by=crowd.olga, now=timezone.now())
    set_parts(quiz, [Part(bank, draw=2)], by=crowd.olga)
    quiz = publish(quiz, by=crowd.olga, now=timezone.now())
    start(quiz, learner(batch), now=timezone.now())
    with pytest.raises(CityLabError, match="have begun"):
        set_parts(quiz, [Part(bank)], by=crowd.olga)
    with pytest.raises(CityLabError, match="reason"):
        change_quiz(quiz, by=crowd.olga, minutes=30)
    change_quiz(quiz, by=crowd.olga, minutes=30, reason="Said so in class")
    attempt = Attempt.objects.get()
    assert attempt.due_at == attempt.started_at + timedelta(minutes=30)


def test_a_corrected_key_shows_who_changes_then_changes_them_and_tells_them(crowd):
    batch = make_batch(people=3)
    bank = make_bank(single=SINGLE, numeric=NUMERIC)
    quiz = make_quiz(batch, bank)
    right, wrong, _ = (e.user for e in batch.enrolments.order_by("pk"))
    for user, good in ((right, True), (wrong, False)):
        attempt = start(quiz, user, now=timezone.now())
        fill(attempt, good)
        submit(attempt, now=timezone.now())
    item = bank.items.get(key="single")
    moved = [{"id": "a", "text": "stop_times.txt"}, {"id": "b", "text": "trips.txt", "right": True}]
    key = save_item(bank, "single", {**SINGLE, "options": moved}, by=crowd.olga, note="The key was wrong")
    assert {(c.answer.attempt.user, c.was, c.now) for c in differences(item, key)} == {
        (right, D(1), D(0)), (wrong, D(0), D(1)),
    }  # fmt: skip
    assert {a.percent for a in Attempt.objects.all()} == {D(100), D(0)}
    made = regrade(item, key, by=crowd.olga, reason="trips.txt was meant")
    assert len(made.changes) == 2
    assert {a.percent for a in Attempt.objects.all()} == {D(50)}
    assert differences(item, key) == []
    assert Answer.objects.filter(item=item).first().version.number == 1
    assert Notice.objects.filter(template="quizzes/regraded").count() == 2
    assert Event.objects.filter(verb="answers regraded", reason="trips.txt was meant").exists()


def _at_once(*jobs):
    """Run functions in threads of their own at the same time; what each gave or raised."""
    gate, found = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(n, job):
        try:
            gate.wait(10)
            found[n] = job()
        except CityLabError as error:
            found[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, job)) for n, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_begin_one_attempt_and_hand_it_in_once():
    batch = make_batch()
    quiz = make_quiz(batch, attempts=1)
    user, now = learner(batch), timezone.now()
    begun = _at_once(*[lambda: start(quiz, user, now=now)] * 4)
    assert len({a.pk for a in begun}) == 1
    attempt = Attempt.objects.get()
    fill(attempt)
    done = _at_once(*[lambda: submit(attempt, now=timezone.now())] * 4)
    assert {(a.pk, a.percent, a.submitted_at) for a in done} == {
        (attempt.pk, D(100), Attempt.objects.get().submitted_at)
    }


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_handing_in_at_once_leave_marks_that_fit_the_answers():
    batch = make_batch()
    quiz = make_quiz(batch, attempts=1)
    attempt = start(quiz, learner(batch), now=timezone.now())
    fill(attempt)
    place = attempt.answers.get(item__key="text").place
    _at_once(
        lambda: submit(attempt, now=timezone.now()),
        lambda: send(attempt, places=[place], **{f"q{place}": "zzz"}),
    )
    done = Attempt.objects.get()
    kept = Answer.objects.get(attempt=attempt, place=place).given["text"]
    assert done.marks == (3 if kept == "SECRETHAVING" else 2)


def test_no_key_is_on_any_page_before_it_is_due(crowd, client):
    batch = make_batch()
    quiz = make_quiz(batch, layout="all")
    user = learner(batch)
    client = crowd.client(user)
    answer = client.post(f"/quizzes/{quiz.pk}/start/")
    pages = [answer.url, f"{answer.url}?check=1", f"/quizzes/{quiz.pk}/", f"/batches/{batch.slug}/quizzes/"]
    secrets = ("SECRET", "Upside down", "right", "because", "inverted", 'value="a"', 'value="b"')
    attempt = Attempt.objects.get()
    n = attempt.answers.get(item__key="numeric").drawn["values"]["n"]
    for page in pages:
        text = client.get(page).content.decode()
        main = text.partition("<main")[2]
        assert not [s for s in secrets if s in main], page
    assert f"{n} buses an hour" in client.get(answer.url).content.decode()
    fill(attempt, right=False)
    client.post(answer.url, {"say": "hand-in"})
    closed = client.get(answer.url).content.decode()
    assert "0 of 3" in closed
    assert "SECRET" not in closed
    assert "stop_times" not in closed
    Quiz.objects.update(state="closed")
    due = client.get(answer.url).content.decode()
    assert "SECRETHAVING" in due
    assert "SECRET-WHY" in due
    assert "SECRET-EXPLANATION" in due


def test_a_lecturer_makes_a_quiz_on_the_page_and_sees_results(crowd):
    batch = make_batch(people=1)
    bank = make_bank()
    client = crowd.client(teacher(batch))
    make_quiz(batch, bank, title="Other")
    form = client.get(f"/batches/{batch.slug}/quizzes/new/").context["form"]
    data = {name: field.initial if field.initial is not None else "" for name, field in form.fields.items()}
    data |= {
        "title": "Week 1", "opens": "2020-01-01T09:00", "closes": "2039-01-01T09:00", "tz": "Asia/Yangon",
        "purpose": "1", "counts": "best", "layout": "one", "feedback": "at-once",
    }  # fmt: skip
    data = {k: v for k, v in data.items() if v != ""}
    from nagara.campus.quizzes.models import Purpose

    data["purpose"] = Purpose.objects.get(slug="practice").pk
    answer = client.post(f"/batches/{batch.slug}/quizzes/new/", data)
    assert answer.status_code == 302, answer.context["form"].errors
    quiz = Quiz.objects.get(title="Week 1")
    parts = {
        "form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0",
        "form-0-bank": bank.pk, "form-0-item": "numeric", "form-1-bank": "",
    }  # fmt: skip
    assert client.post(f"/quizzes/{quiz.pk}/questions/", parts).status_code == 302
    assert client.post(f"/quizzes/{quiz.pk}/say/", {"say": "publish"}).status_code == 302
    quiz.refresh_from_db()
    assert (quiz.state, str(quiz.parts.get().item.key)) == ("published", "numeric")
    attempt = start(quiz, learner(batch), now=timezone.now())
    n = attempt.answers.get().drawn["values"]["n"]
    send(attempt, q1=str(round(int(n) / 60, 6)), q1_unit="min")
    submit(attempt, now=timezone.now())
    page = client.get(f"/quizzes/{quiz.pk}/results/").content.decode()
    assert "1 × Upside down." in page
    rows = client.get(f"/quizzes/{quiz.pk}/results/?export=csv").content.decode("utf-8-sig")
    assert "Learner 1" in rows


def test_a_lecturer_writes_a_question_looks_at_it_and_corrects_it(crowd):
    bank = make_bank()
    client = crowd.client(teacher(make_batch(people=0)))
    answer = client.post("/quizzes/banks/b/new/", {"key": "sum", "kind": "numeric"})
    address = answer.url
    lines = {"asks": "{n} + 1?", "key": "n + 1", "parameters": "n = 3 .. 9", "marks": "2", "seen": "0"}
    page = client.post(address, {**lines, "say": "look"})
    assert page.status_code == 200
    assert bank.items.count() == 3
    assert "As three people would get it" in page.content.decode()
    assert client.post(address, {**lines, "key": "m + 1", "say": "keep"}).status_code == 422
    assert client.post(address, {**lines, "say": "keep"}).status_code == 302
    item = bank.items.get(key="sum")
    assert item.newest.body["parameters"] == {"n": {"from": "3", "to": "9", "step": "1"}}
    assert client.post(address, {**lines, "key": "n + 2", "seen": "1", "say": "keep"}).status_code == 302
    stale = client.post(address, {**lines, "key": "n + 3", "seen": "1", "say": "keep"})
    assert stale.status_code == 422
    assert "Somebody else" in stale.content.decode()
    assert client.get("/quizzes/banks/b/items/sum/").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_the_database_a_fixed_number_of_times(crowd, count, django_assert_num_queries):
    batch = make_batch(people=count)
    bank = make_bank()
    for n in range(count):
        make_quiz(batch, bank, title=f"Quiz {n}")
    quiz = Quiz.objects.first()
    for enrolment in batch.enrolments.all():
        attempt = start(quiz, enrolment.user, now=timezone.now())
        fill(attempt)
        submit(attempt, now=timezone.now())
    client = crowd.client(teacher(batch))
    with django_assert_num_queries(LIST):
        client.get(f"/batches/{batch.slug}/quizzes/")
    with django_assert_num_queries(RESULTS):
        client.get(f"/quizzes/{quiz.pk}/results/")
    with django_assert_num_queries(GAIN):
        client.get(f"/batches/{batch.slug}/quizzes/gain/")
    with django_assert_num_queries(BANK):
        client.get("/quizzes/banks/b/")


LIST, RESULTS, GAIN, BANK = 8, 12, 8, 7
