"""What lecturers see of a quiz and of the tests: people, questions, gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from nagara.campus.people.lists import Column
from nagara.campus.people.names import searchable
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.quizzes.domain import items
from nagara.campus.quizzes.domain.gains import ClassGain, class_gain, gain
from nagara.campus.quizzes.domain.kinds import KINDS
from nagara.campus.quizzes.domain.statistics import ItemStatistics, Row, item_statistics
from nagara.campus.quizzes.models import Answer, Attempt, Item, Quiz
from nagara.campus.quizzes.queries import counted, counting_attempts, test_percents


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the batch in one quiz."""

    enrolment: Enrolment
    attempts: Sequence[Attempt]
    counts: Attempt | None

    @property
    def user(self) -> Any:
        return self.enrolment.user

    @property
    def running(self) -> bool:
        return any(a.is_open for a in self.attempts)

    @property
    def percent(self) -> Decimal | None:
        return self.counts.percent if self.counts else None


def people(quiz: Quiz, *, q: str = "", which: str = "") -> list[Person]:
    """Those in the batch with their attempts, narrowed. Two queries."""
    inside = Enrolment.objects.filter(batch=quiz.batch_id).exclude(state="withdrawn")
    inside = inside.select_related("user", "city").order_by("user__sort_key", "id")
    for word in searchable(q).split():
        inside = inside.filter(user__search_text__contains=word)
    by_user: dict[int, list[Attempt]] = {}
    for attempt in Attempt.objects.filter(quiz=quiz).order_by("number"):
        attempt.quiz = quiz
        by_user.setdefault(attempt.user_id, []).append(attempt)
    found = []
    for enrolment in inside:
        attempts = by_user.get(enrolment.user_id, [])
        found.append(Person(enrolment, attempts, counted(attempts, quiz.counts)))
    least = quiz.pass_percent
    keep = {
        "done": lambda p: p.counts is not None,
        "open": lambda p: p.running,
        "not": lambda p: not p.attempts,
        "failed": lambda p: least is not None and p.percent is not None and p.percent < least,
    }.get(which)
    return [p for p in found if keep(p)] if keep else found


PEOPLE = (
    Column("person", "Person", lambda p: str(p.user)),
    Column("city", "City", lambda p: p.enrolment.city.name if p.enrolment.city else ""),
    Column("attempts", "Attempts", lambda p: len(p.attempts), "whole"),
    Column("handed_in", "Handed in", lambda p: p.counts.submitted_at if p.counts else None, "time"),
    Column("marks", "Marks", lambda p: float(p.counts.marks) if p.counts else None, "number"),
    Column("full_marks", "Full marks", lambda p: float(p.counts.most) if p.counts else None, "number"),
    Column("percent", "Per cent", lambda p: float(p.percent) if p.percent is not None else None, "number"),
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its statistics; `quiz` where several stand in one list."""

    item: Item
    numbers: ItemStatistics
    quiz: Quiz | None = None


def questions(quiz: Quiz) -> list[Question]:
    """The questions of a quiz over the attempts that count, the hardest first. Three queries."""
    return _statistics([quiz])


def _statistics(quizzes: Sequence[Quiz]) -> list[Question]:
    """Of each quiz its questions, the hardest first, in three queries for all."""
    attempts = {a.pk: a for a in counting_attempts(quizzes)}
    answers = Answer.objects.filter(attempt__in=attempts).select_related("version", "item__bank")
    rows: dict[int, list[Row]] = {quiz.pk: [] for quiz in quizzes}
    known = {}
    for answer in answers:
        known[answer.item_id] = answer.item
        share = float((answer.marks or Decimal(0)) / answer.most) if answer.most else 0.0
        wrong = "" if share == 1 else _wrong(answer)
        attempt = attempts[answer.attempt_id]
        rows[attempt.quiz_id].append(Row(attempt.user_id, answer.item_id, share, wrong))
    return [
        Question(known[numbers.item], numbers, quiz)
        for quiz in quizzes
        for numbers in item_statistics(rows[quiz.pk])
    ]


def _wrong(answer: Answer) -> str:
    """How a wrong answer is grouped: by the mistake that it shows, else by its words, of several parts the
    first wrong one."""
    if not answer.given:
        return "no answer"
    one = items.pose(answer.version.body, answer.drawn)
    kind = KINDS[str(one.body["kind"])]
    for named in answer.version.body.get("mistakes") or []:
        if named.get("key") == answer.mistake:
            return items.SLOT.sub("…", str(named.get("because", "")))
    if kind.name in ("numeric", "map") and answer.remark:
        return answer.remark
    for name in ("pairs", "places"):
        right = kind.key(one).get(name, {})
        for thing, given in answer.given.get(name, {}).items():
            if right.get(thing) != given:
                return f"{thing}: {given}"[:160]
    return kind.words(one, answer.given)[:160]


def stuck(batch: Batch, *, now: datetime, most: int = 12) -> list[Question]:
    """Where the class is stuck: over all quizzes of the batch but the pre-test, the questions with half of
    the marks or less, the hardest first."""
    quizzes = Quiz.objects.filter(batch=batch).exclude(state=Quiz.State.DRAFT).exclude(purpose__side="pre")
    found = [q for q in _statistics(list(quizzes.select_related("purpose"))) if q.numbers.stuck]
    return sorted(found, key=lambda f: f.numbers.facility)[:most]


@dataclass(frozen=True, slots=True)
class Pair:
    """A learner's two tests; None where one was not handed in."""

    enrolment: Enrolment
    pre: Decimal | None
    post: Decimal | None

    @property
    def user(self) -> Any:
        return self.enrolment.user

    @property
    def gain(self) -> Decimal | None:
        return gain(self.pre, self.post) if self.pre is not None and self.post is not None else None

    @property
    def why(self) -> str:
        """Why there is no gain."""
        if self.pre is None and self.post is None:
            return "neither test"
        if self.pre is None or self.post is None:
            return "no pre-test" if self.pre is None else "no post-test"
        return "undefined: full marks before" if self.gain is None else ""


def pairs(batch: Batch) -> tuple[list[Pair], ClassGain]:
    """Pre- and post-test matched by learner, and the class over the matched. Five queries."""
    inside = list(
        Enrolment.objects.filter(batch=batch)
        .exclude(state="withdrawn")
        .select_related("user", "city")
        .order_by("user__sort_key", "id")
    )
    ids = {e.user_id for e in inside}
    pre = {k: s.percent for k, s in test_percents(batch, "pre").items() if k in ids}
    post = {k: s.percent for k, s in test_percents(batch, "post").items() if k in ids}
    rows = [Pair(e, pre.get(e.user_id), post.get(e.user_id)) for e in inside]
    return rows, class_gain(pre, post)


GAINS = (
    Column("person", "Person", lambda p: str(p.user)),
    Column("city", "City", lambda p: p.enrolment.city.name if p.enrolment.city else ""),
    Column("pre_percent", "Pre-test, %", lambda p: float(p.pre) if p.pre is not None else None, "number"),
    Column("post_percent", "Post-test, %", lambda p: float(p.post) if p.post is not None else None, "number"),
    Column(
        "gain",
        "Gain (post - pre) / (100 - pre)",
        lambda p: float(p.gain) if p.gain is not None else None,
        "number",
    ),
    Column("why_none", "Why there is no gain", lambda p: p.why),
)
