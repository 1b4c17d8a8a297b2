"""Verbs of taking a quiz: start, save, hand in; and handing in by itself when the time is over.

The server's clock decides. A person has one open attempt at most; handing in twice counts once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from django.db import transaction

from nagara.campus.people.models import User
from nagara.campus.programmes.models import Enrolment
from nagara.campus.quizzes.domain import items
from nagara.campus.quizzes.domain.kinds import KINDS
from nagara.campus.quizzes.domain.kinds.shape import Posed
from nagara.campus.quizzes.domain.making import candidates, ends_at
from nagara.campus.quizzes.models import Answer, Attempt, Extension, Item, Quiz
from nagara.citylab.errors import CityLabError

Given = dict[str, Any]


class TooLate(CityLabError):
    """The attempt takes no answers any more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands with a quiz: what stands open, how often it was taken, whether it can be begun
    now, and if not why."""

    closes_at: datetime
    minutes: int | None
    allowed: int | None
    done: int
    open: Attempt | None
    why_not: str

    @property
    def may_start(self) -> bool:
        return not self.why_not


def standing(quiz: Quiz, user: User, *, now: datetime) -> Standing:
    """See Standing. Two queries."""
    more = Extension.objects.filter(quiz=quiz, user=user).first()
    attempts = list(Attempt.objects.filter(quiz=quiz, user=user))
    return standing_from(quiz, more, attempts, now=now)


def standing_from(
    quiz: Quiz, more: Extension | None, attempts: Sequence[Attempt], *, now: datetime
) -> Standing:
    """The same from what is known already. An open attempt whose time is over counts as handed in."""
    for attempt in attempts:
        attempt.quiz = quiz
    running = next((a for a in attempts if a.is_open and not a.over(now)), None)
    done = len(attempts) - (1 if running else 0)
    closes = quiz.closes_at + (more.more if more else timedelta())
    allowed = None if quiz.attempts is None else quiz.attempts + (more.attempts if more else 0)
    why = ""
    if quiz.state == Quiz.State.CLOSED or now >= closes:
        why = "It is closed."
    elif quiz.state == Quiz.State.DRAFT or now < quiz.opens_at:
        why = "It is not open yet."
    elif allowed is not None and done >= allowed:
        why = "You have used all your attempts." if allowed > 1 else "You have taken it."
    minutes = None if quiz.minutes is None else quiz.minutes + (more.minutes if more else 0)
    return Standing(closes, minutes, allowed, done, running, "" if running else why)


@transaction.atomic
def start(quiz: Quiz, user: User, *, now: datetime) -> Attempt:
    """Begin an attempt, or go on with the one that is open. The enrolment is locked: two presses at once
    begin one. Raises CityLabError where it cannot be begun."""
    enrolment = (
        Enrolment.objects.select_for_update()
        .filter(batch=quiz.batch_id, user=user)
        .exclude(state="withdrawn")
    )
    if enrolment.first() is None:
        raise CityLabError("You are not in this batch.")
    late = [a for a in Attempt.objects.filter(quiz=quiz, user=user, submitted_at=None) if a.over(now)]
    for attempt in late:
        submit(attempt, now=now, how=Attempt.How.TIME)
    stands = standing(quiz, user, now=now)
    if stands.open is not None:
        return stands.open
    if not stands.may_start:
        raise CityLabError(stands.why_not, mend="Ask your lecturer where this is a mistake.")
    number = stands.done + 1
    seed = items.seed_for(user.pk, quiz.pk, number)
    more = Extension.objects.filter(quiz=quiz, user=user).first()
    answers = compose(quiz, seed)
    attempt = Attempt.objects.create(
        quiz=quiz,
        user=user,
        number=number,
        seed=seed,
        started_at=now,
        due_at=ends_at(quiz, more, now),
        most=sum((a.most for a in answers), Decimal(0)),
    )
    for answer in answers:
        answer.attempt = attempt
    Answer.objects.bulk_create(answers)
    return attempt


def compose(quiz: Quiz, seed: str) -> list[Answer]:
    """The questions of an attempt by its seed, not saved. Each item once. Raises CityLabError where nothing
    is left to ask."""
    chance = Random(seed)  # noqa: S311 (which questions a learner gets, no secret)
    chosen: list[Item] = []
    for part in quiz.parts.select_related("bank"):
        found = [item for item in candidates(part) if item not in chosen]
        if part.draw is not None and part.draw < len(found):
            keep = set(chance.sample(range(len(found)), part.draw))
            found = [item for at, item in enumerate(found) if at in keep]
        chosen += found
    if not chosen:
        raise CityLabError("This quiz has no questions.", mend="Tell your lecturer.")
    if quiz.shuffle:
        chance.shuffle(chosen)
    answers = []
    for place, item in enumerate(chosen, 1):
        assert item.newest is not None
        body = item.newest.body
        drawn = items.draw(body, f"{seed}/{item.bank_id}/{item.key}", shuffle=quiz.shuffle)
        most = Decimal(str(body.get("marks", 1)))
        answers.append(Answer(place=place, item=item, version=item.newest, drawn=drawn, most=most))
    return answers


def posed(answer: Answer) -> Posed:
    """The question of an answer as it was asked."""
    return items.pose(answer.version.body, answer.drawn)


def seen_mark(given: Mapping[str, Any]) -> str:
    """A short mark of an answer: a page sends it back, so that an old page on another device does not
    overwrite what it never showed."""
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:12]


@transaction.atomic
def save(
    attempt: Attempt,
    *,
    fields: Callable[[int, str], Sequence[str]],
    places: Sequence[int] | None,
    now: datetime,
) -> list[Answer]:
    """Keep answers of an open attempt: those of `places` (None: all). `fields(place, name)` gives the values
    that were sent. Answers that the page sends back as it got them (`seen`) are left alone. Gives those kept.

    Raises TooLate where time and grace are over, or where the attempt was handed in.
    """
    held = Attempt.objects.select_for_update(of=("self",)).select_related("quiz").get(pk=attempt.pk)
    if not held.is_open:
        raise TooLate("This attempt is handed in: answers no longer change.")
    if held.over(now):
        raise TooLate("The time is over: what was saved before counts.")
    answers = Answer.objects.filter(attempt=held).select_related("version")
    kept = []
    for answer in answers.filter(place__in=places) if places is not None else answers:
        seen = fields(answer.place, "seen")
        one = posed(answer)
        given = KINDS[str(one.body["kind"])].read(one, _field(fields, answer.place))
        if given == answer.given or (seen and seen[0] == seen_mark(given)):
            continue
        answer.given, answer.saved_at = given, now
        kept.append(answer)
    Answer.objects.bulk_update(kept, ["given", "saved_at"])
    return kept


def _field(fields: Callable[[int, str], Sequence[str]], place: int) -> Callable[[str], Sequence[str]]:
    return lambda name: fields(place, name)


@transaction.atomic
def submit(attempt: Attempt, *, now: datetime, how: str = Attempt.How.PERSON) -> Attempt:
    """Hand in: mark what was saved. Handed in before: the same attempt, unchanged."""
    held = Attempt.objects.select_for_update(of=("self",)).select_related("quiz").get(pk=attempt.pk)
    if not held.is_open:
        return held
    late = held.over(now)
    answers = list(Answer.objects.filter(attempt=held).select_related("version"))
    for answer in answers:
        mark_answer(answer)
    Answer.objects.bulk_update(answers, ["marks", "marked_by", "mistake", "remark"])
    held.how = Attempt.How.TIME if late else how
    held.submitted_at = min(now, held.due_at) if held.how == Attempt.How.TIME else now
    held.submitted_at = max(held.submitted_at, held.started_at)
    set_sums(held, answers)
    held.save(update_fields=["how", "submitted_at", "marks", "most", "percent"])
    return held


def mark_answer(answer: Answer) -> None:
    """Set marks, mistake and remark by the key of the version that was asked."""
    one = posed(answer)
    found = items.mark(one, answer.given)
    answer.marks, answer.most = found.of(one.most), one.most
    answer.mistake, answer.remark = found.mistake[:80], found.remark[:300]
    answer.marked_by = answer.version


def set_sums(attempt: Attempt, answers: Sequence[Answer]) -> None:
    """Marks and per cent of an attempt from its answers."""
    attempt.marks = sum((a.marks or Decimal(0) for a in answers), Decimal(0))
    attempt.most = sum((a.most for a in answers), Decimal(0))
    share = 100 * attempt.marks / attempt.most if attempt.most else Decimal(0)
    attempt.percent = share.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def overdue(now: datetime) -> list[int]:
    """Ids of open attempts whose time and grace are over."""
    late = Attempt.objects.filter(submitted_at=None, due_at__lt=now).select_related("quiz")
    return [attempt.pk for attempt in late if attempt.over(now)]


def submit_due(now: datetime) -> int:
    """Hand in every attempt whose time is over, each in its own transaction; says how many."""
    ids = overdue(now)
    for pk in ids:
        submit(Attempt(pk=pk), now=now, how=Attempt.How.TIME)
    return len(ids)


def finish_if_over(attempt: Attempt, *, now: datetime) -> Attempt:
    """The attempt, handed in where its time is over."""
    return (
        submit(attempt, now=now, how=Attempt.How.TIME) if attempt.is_open and attempt.over(now) else attempt
    )


def feedback_due(quiz: Quiz, *, now: datetime) -> bool:
    """True where explanations and keys may be shown for handed-in attempts."""
    if quiz.feedback == Quiz.Feedback.AT_ONCE:
        return True
    if quiz.feedback == Quiz.Feedback.NEVER:
        return False
    longest = max((e.more for e in quiz.extensions.all()), default=timedelta())
    ended = quiz.state == Quiz.State.CLOSED or now >= quiz.closes_at + longest + timedelta(seconds=quiz.grace)
    return ended and not Attempt.objects.filter(quiz=quiz, submitted_at=None, due_at__gt=now).exists()
