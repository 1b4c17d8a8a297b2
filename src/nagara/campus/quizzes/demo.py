"""The demonstration's quizzes: pre-test and two daily quizzes of the running batch, whose post-test opens on
its last day; both tests of last year's. All answers are invented; each is marked by the real key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.db import transaction
from django.utils import timezone

from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, Enrolment, Module
from nagara.campus.quizzes.domain import Part, create_quiz, publish
from nagara.campus.quizzes.domain.items import seed_for
from nagara.campus.quizzes.domain.kinds import KINDS
from nagara.campus.quizzes.domain.kinds.shape import Given, Posed
from nagara.campus.quizzes.domain.taking import compose, mark_answer, posed, set_sums
from nagara.campus.quizzes.models import Answer, Attempt, Bank, Extension, Purpose, Quiz

NOW, PAST = "ascn-short-course-now", "ascn-short-course-2026"
TESTS = "programme-test"
ABSENT = 2
HARD = {"local-to-utc", "uneven-wait", "convenient-access", "filter-groups", "b-m07", "a-m07"}
"""Where the class is stuck."""
TO_TAKE = "participant@demo.example"


@transaction.atomic
def load() -> None:
    """Add the quizzes where their batch is there and they are missing."""
    bank = Bank.objects.filter(slug=TESTS).first()
    if bank is None:
        return
    running, last = (Batch.objects.filter(slug=slug).first() for slug in (NOW, PAST))
    if running is not None and not running.quizzes.exists():
        _running(running, bank)
    if last is not None and not last.quizzes.exists():
        _test(last, bank, "pre", last.starts, last.starts, chance=(0.25, 0.5), absent=1)
        _test(last, bank, "post", last.ends - timedelta(days=1), last.ends, chance=(0.74, 0.98), absent=1)


def _running(batch: Batch, tests: Bank) -> None:
    now = timezone.now()
    _test(batch, tests, "pre", batch.starts, batch.starts, chance=(0.25, 0.55), absent=ABSENT)
    first = _daily(batch, "m02-city-data", "M02", batch.starts + timedelta(days=3), "Daily quiz: city data")
    _taken(first, _people(batch)[:44], (0.55, 0.9), now)
    today = timezone.localdate()
    second = _daily(batch, "m05-mobility", "M05", today - timedelta(days=1), "Daily quiz: mobility", days=2)
    # the account that visitors sign in as has this one still to take
    _taken(second, [u for u in _people(batch) if u.email != TO_TAKE][3:29], (0.45, 0.85), now)
    _practice(batch, today)
    post = _test(batch, tests, "post", batch.ends, batch.ends, chance=None, absent=0)
    late = next((u for u in _people(batch) if u.email != TO_TAKE), None)
    office = User.objects.filter(email="office@demo.example").first()
    if late is not None:
        Extension.objects.create(
            quiz=post,
            user=late,
            minutes=15,
            reason="Reads with a screen reader: more time in every test.",
            by=office,
        )


def _people(batch: Batch) -> list[User]:
    inside = Enrolment.objects.filter(batch=batch).exclude(state="withdrawn").select_related("user")
    return [e.user for e in inside.order_by("pk")]


def _test(
    batch: Batch,
    bank: Bank,
    side: str,
    opens: date,
    closes: date,
    *,
    chance: tuple[float, float] | None,
    absent: int,
) -> Quiz:
    quiz = create_quiz(
        batch,
        title="Pre-test" if side == "pre" else "Post-test",
        intro="Twelve questions, one of each module. "
        + (
            "What you do not know yet is what the course is for."
            if side == "pre"
            else "You may use your notes."
        ),
        purpose=Purpose.objects.get(slug=f"{side}-test"),
        opens=datetime.combine(opens, time(9)),
        closes=datetime.combine(closes, time(18)),
        minutes=45,
        attempts=1 if side == "pre" else 2,
        pass_percent=Decimal(60) if side == "post" else None,
        feedback="never" if side == "pre" else "after-close",
        layout="one",
        parts=[Part(bank, tag="form-a" if side == "pre" else "form-b")],
        by=_lecturer(),
    )
    publish(quiz, by=_lecturer(), now=timezone.now())
    if chance is not None:
        people = [u for u in _people(batch) if u.email != TO_TAKE]
        taking = [*people[: len(people) - absent], *(u for u in _people(batch) if u.email == TO_TAKE)]
        _taken(quiz, taking, chance, timezone.now())
    return quiz


def _daily(batch: Batch, bank: str, module: str, day: date, title: str, days: int = 0) -> Quiz:
    quiz = create_quiz(
        batch,
        title=title,
        intro="Eight questions on what was done today.",
        purpose=Purpose.objects.get(slug="graded"),
        module=Module.objects.filter(code=module).first(),
        opens=datetime.combine(day, time(16)),
        closes=datetime.combine(day + timedelta(days=days), time(23, 59)),
        minutes=20,
        attempts=2,
        pass_percent=Decimal(50),
        parts=[Part(Bank.objects.get(slug=bank), draw=8)],
        by=_lecturer(),
    )
    return publish(quiz, by=_lecturer(), now=timezone.now())


def _practice(batch: Batch, today: date) -> None:
    quiz = create_quiz(
        batch,
        title="Practice: mobility, as often as you like",
        intro="Other numbers each time. It counts for nothing but yourself.",
        purpose=Purpose.objects.get(slug="practice"),
        module=Module.objects.filter(code="M05").first(),
        opens=datetime.combine(batch.starts, time(9)),
        closes=datetime.combine(max(batch.ends, today), time(23, 59)),
        attempts=None,
        feedback="at-once",
        parts=[Part(Bank.objects.get(slug="m05-mobility"), draw=5)],
        by=_lecturer(),
    )
    publish(quiz, by=_lecturer(), now=timezone.now())


def _lecturer() -> User | None:
    return User.objects.filter(email="lecturer@demo.example").first()


def _taken(quiz: Quiz, people: Sequence[User], able: tuple[float, float], now: datetime) -> None:
    """Attempts of people, in bulk: each answer is invented by how able the person is, and marked."""
    chance = Random(quiz.title + quiz.batch.slug)  # noqa: S311 (invented answers)
    opens, ends = quiz.opens_at, min(quiz.closes_at, now)
    if ends <= opens:
        return
    room = max(1, int((ends - opens).total_seconds()) - 1800)
    attempts, answers = [], []
    for user in people:
        begun = opens + timedelta(seconds=chance.randrange(min(room, 7200)))
        seed = seed_for(user.pk, quiz.pk, 1)
        skill = chance.uniform(*able)
        attempt = Attempt(quiz=quiz, user=user, number=1, seed=seed, started_at=begun)
        attempt.due_at = min(quiz.closes_at, begun + timedelta(minutes=quiz.minutes or 30))
        attempt.submitted_at = min(attempt.due_at, begun + timedelta(seconds=chance.randrange(400, 1100)))
        attempt.how = Attempt.How.PERSON
        mine = compose(quiz, seed)
        for answer in mine:
            answer.attempt = attempt
            one = posed(answer)
            knows = skill - (0.35 if answer.item.key in HARD else 0)
            answer.given = _invented(one, chance.random() < knows, chance)
            answer.saved_at = attempt.submitted_at.astimezone(UTC)
            mark_answer(answer)
        set_sums(attempt, mine)
        attempts.append(attempt)
        answers += mine
    Attempt.objects.bulk_create(attempts)
    Answer.objects.bulk_create(answers)


def _invented(one: Posed, right: bool, chance: Random) -> Given:
    """An answer: the key, a named mistake, something else, or none."""
    kind = KINDS[str(one.body["kind"])]
    key = kind.key(one)
    if right:
        return key
    if kind.name in ("single", "multiple"):
        wrong = [str(o["id"]) for o in one.body["options"] if not o.get("right")]
        return (
            {"choice": chance.choice(wrong)} if kind.name == "single" else {"choices": [chance.choice(wrong)]}
        )
    if kind.name in ("numeric", "text"):
        named = [str(m["answer"]) for m in one.body.get("mistakes") or []]
        text = named[0] if named and chance.random() < 0.7 else chance.choice(["1", "17", "250"])
        return {**key, "text": f"{Decimal(text):f}"[:12] if kind.name == "numeric" else text}
    if kind.name == "ordering":
        places = list(key["places"].values())
        chance.shuffle(places)
        return {"places": dict(zip(key["places"], places, strict=True))}
    if kind.name == "matching":
        rights = list(key["pairs"].values())
        chance.shuffle(rights)
        return {"pairs": dict(zip(key["pairs"], rights, strict=True))}
    return {"lat": "13.750000", "lon": "100.510000"}
