"""The gain between pre- and post-test, and the facts that the rules read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest

from nagara.campus.people.models import User
from nagara.campus.programmes.facts import facts_about_many
from nagara.campus.programmes.models import Batch, Programme, ProgrammeVersion, Track
from nagara.campus.quizzes.domain.gains import class_gain, gain
from nagara.campus.quizzes.models import Attempt, Purpose, Quiz
from nagara.campus.quizzes.queries import scores

AT = datetime(2027, 5, 3, 2, tzinfo=UTC)


def test_the_gain_is_the_share_of_what_was_left_to_gain():
    assert gain(D(40), D(70)) == D("0.500")
    assert gain(D(70), D(40)) == D("-1.000")
    assert gain(D(100), D(100)) is None
    assert gain(D(0), D(0)) == 0


def test_a_class_counts_only_those_who_took_both_and_says_how_many_did_not():
    found = class_gain({1: D(40), 2: D(100), 3: D(10)}, {1: D(70), 2: D(100), 4: D(90)})
    assert (found.matched, found.defined, found.only_pre, found.only_post) == (2, 1, 1, 1)
    assert (found.mean_pre, found.mean_post, found.mean_gain) == (D(70), D(85), D("0.500"))
    nobody = class_gain({1: D(40)}, {})
    assert (nobody.matched, nobody.mean_gain) == (0, None)


@pytest.fixture
def batch(db):
    track, _ = Track.objects.get_or_create(slug="short-term", defaults={"name": "Short-term track"})
    programme, _ = Programme.objects.get_or_create(slug="short", defaults={"name": "Short", "track": track})
    version, _ = ProgrammeVersion.objects.get_or_create(programme=programme, number=1)
    return Batch.objects.create(
        version=version, slug="b", name="B", starts=date(2027, 5, 3), ends=date(2027, 5, 21)
    )


def _quiz(batch, side, **fields):
    purpose, _ = Purpose.objects.get_or_create(
        slug=f"{side}-test", defaults={"name": side, "side": side, "graded": side == "post"}
    )
    return Quiz.objects.create(
        batch=batch,
        title=f"{side}-test",
        purpose=purpose,
        state="published",
        opens=datetime(2027, 5, 3, 9),
        closes=datetime(2027, 5, 3, 18),
        tz="Asia/Seoul",
        attempts=3,
        **fields,
    )


def _took(quiz, user, *percents):
    for number, percent in enumerate(percents, 1):
        Attempt.objects.create(
            quiz=quiz,
            user=user,
            number=number,
            seed="s",
            started_at=AT,
            due_at=AT,
            submitted_at=AT,
            marks=D(percent) / 10,
            most=D(10),
            percent=D(percent),
        )


def test_facts_take_the_attempt_that_counts_and_say_why_they_know_nothing(batch, django_assert_num_queries):
    ann, ben, cho = (User.objects.create(email=f"{n}@example.org", passport_name=n) for n in "abc")
    pre, post = _quiz(batch, "pre"), _quiz(batch, "post")
    _took(pre, ann, 40)
    _took(post, ann, 55, 70, 60)
    _took(pre, ben, 100)
    _took(post, ben, 100)
    names = ["tests.pre_percent", "tests.post_percent", "tests.gain"]
    with django_assert_num_queries(8):
        facts = facts_about_many(batch, [ann, ben, cho], names)
    assert [facts[ann.pk][n].value for n in names] == [40.0, 70.0, 0.5]
    assert facts[ann.pk]["tests.post_percent"].evidence == "7 of 10 marks"
    assert facts[ben.pk]["tests.gain"].value is None
    assert "full marks" in facts[ben.pk]["tests.gain"].reason
    assert [facts[cho.pk][n].value for n in names] == [None, None, None]
    assert facts[cho.pk]["tests.gain"].reason == "neither test was handed in"
    assert [(s.quiz, s.user_id, s.percent) for s in scores(batch)] == [
        (post, ann.pk, 70),
        (post, ben.pk, 100),
    ]
    Quiz.objects.filter(pk=post.pk).update(counts="last")
    assert facts_about_many(batch, [ann], names)[ann.pk]["tests.post_percent"].value == 60.0
