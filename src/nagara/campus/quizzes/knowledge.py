"""Facts that quizzes know about a person in a batch: pre-test, post-test, gain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nagara.campus.programmes.facts import Fact, provides_many
from nagara.campus.programmes.models import Batch
from nagara.campus.quizzes.domain.gains import gain
from nagara.campus.quizzes.queries import Score, test_percents


def _fact(name: str, score: Score | None, what: str) -> Fact:
    if score is None:
        return Fact(name, None, unit="%", reason=f"the {what} has not been handed in")
    return Fact(
        name,
        float(score.percent),
        unit="%",
        period=str(score.quiz),
        evidence=f"{score.marks.normalize():f} of {score.most.normalize():f} marks",
    )


@provides_many("tests.pre_percent", unit="%", meaning="marks in the pre-test / full marks, times 100")
def _pre(batch: Batch, users: Sequence[Any]) -> Mapping[int, Fact]:
    found = test_percents(batch, "pre", users)
    return {u.pk: _fact("tests.pre_percent", found.get(u.pk), "pre-test") for u in users}


@provides_many(
    "tests.post_percent",
    unit="%",
    meaning="marks in the post-test / full marks, times 100: the attempt that counts by the quiz's rule",
)
def _post(batch: Batch, users: Sequence[Any]) -> Mapping[int, Fact]:
    found = test_percents(batch, "post", users)
    return {u.pk: _fact("tests.post_percent", found.get(u.pk), "post-test") for u in users}


@provides_many("tests.gain", unit="1", meaning="(post - pre) / (100 - pre); undefined at pre = 100")
def _gain(batch: Batch, users: Sequence[Any]) -> Mapping[int, Fact]:
    pre, post = test_percents(batch, "pre", users), test_percents(batch, "post", users)
    return {u.pk: _gain_fact(pre.get(u.pk), post.get(u.pk)) for u in users}


def _gain_fact(pre: Score | None, post: Score | None) -> Fact:
    name = "tests.gain"
    if pre is None or post is None:
        missing = "neither test was" if pre is post else "the pre-test was not" if pre is None else ""
        return Fact(name, None, unit="1", reason=f"{missing or 'the post-test was not'} handed in")
    value = gain(pre.percent, post.percent)
    if value is None:
        return Fact(name, None, unit="1", reason="undefined: full marks in the pre-test")
    return Fact(
        name,
        float(value),
        unit="1",
        period=f"{pre.quiz} to {post.quiz}",
        evidence=f"{pre.percent} % before, {post.percent} % after",
    )
