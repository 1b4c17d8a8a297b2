"""Two people, two windows, one moment: nothing is lost."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from factories_of_readiness import opened
from nagara.campus.readiness.domain import deciding
from nagara.campus.readiness.domain.answering import Typed, answer
from nagara.campus.readiness.models import Answer, Assessment

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*jobs):
    """Run the jobs in threads that start together; their results, errors as such."""
    barrier = Barrier(len(jobs))

    def run(job):
        try:
            barrier.wait(10)
            return job()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_two_colleagues_answer_at_once_and_both_are_kept(crowd):
    made = opened(crowd)
    deciding.name_answerers(made, [crowd.alice, crowd.bob], by=crowd.alice)
    questions = [f"D{d}.{q}" for d in range(1, 5) for q in range(1, 5)]

    def by(user, score):
        return lambda: answer(made, [Typed(q, score, f"by {user}") for q in questions], side="self", by=user)

    saved = at_once(by(crowd.alice, 1), by(crowd.bob, 4))
    assert [s.conflicts for s in saved] == [[], []]
    assert Answer.objects.filter(by=crowd.alice, score=1).count() == 16
    assert Answer.objects.filter(by=crowd.bob, score=4).count() == 16


def test_a_form_sent_twice_at_once_is_saved_once(crowd):
    made = opened(crowd)
    job = lambda: answer(made, [Typed("D1.1", 3, "same")], side="self", by=crowd.alice)  # noqa: E731
    for saved in at_once(job, job, job):
        assert saved.conflicts == []
        assert saved.versions == {"D1.1": 1}
    assert Answer.objects.count() == 1


def test_of_two_windows_one_is_kept_and_the_other_is_told(crowd):
    made = opened(crowd)
    answer(made, [Typed("D1.1", 1, "")], side="self", by=crowd.alice)

    def window(score):
        return lambda: answer(made, [Typed("D1.1", score, "", seen=1)], side="self", by=crowd.alice)

    saved = at_once(window(3), window(5))
    assert sorted(len(s.conflicts) for s in saved) == [0, 1]
    told = next(s for s in saved if s.conflicts)
    typed, kept = told.conflicts[0]
    assert {typed.score, kept.score} == {3, 5}
    assert Answer.objects.get().score == kept.score


def test_an_assessment_is_opened_once(crowd):
    from nagara.campus.cities.models import City
    from nagara.campus.readiness.domain.seeding import seed

    seed()
    city = City.objects.get(slug="jakarta")
    job = lambda: deciding.open_assessment(city, cycle=2026, by=crowd.alice).pk  # noqa: E731
    assert len(set(at_once(job, job))) == 1
    assert Assessment.objects.count() == 1


def test_an_answer_and_the_sending_do_not_cross(crowd):
    from factories_of_readiness import answered

    made = answered(crowd)
    late = lambda: answer(made, [Typed("D1.1", 5, "", seen=1)], side="self", by=crowd.alice)  # noqa: E731
    send = lambda: deciding.send_to_expert(made, by=crowd.alice, reason="now")  # noqa: E731
    first, second = at_once(late, send)
    assert second.state == "verifying"
    score = Answer.objects.get(question="D1.1").score
    assert score == (2 if isinstance(first, deciding.NotNow) else 5)


def test_two_curricula_made_at_once_are_two_versions(crowd):
    from factories_of_readiness import answered
    from nagara.campus.curricula.domain import making
    from nagara.campus.programmes.domain.seeding import seed as seed_programmes

    seed_programmes()
    city = answered(crowd).city
    made = at_once(*[lambda: making.make(city, hours=30, mode="", by=crowd.alice).version] * 2)
    assert sorted(made) == [1, 2]
