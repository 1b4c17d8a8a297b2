"""A batch with people and quizzes, as the tests need them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

from django.utils import timezone

from nagara.campus.people.models import User
from nagara.campus.programmes.domain import give_role
from nagara.campus.programmes.models import Batch, Enrolment, Programme, ProgrammeVersion, RoleKind, Track
from nagara.campus.quizzes.domain import Part, create_bank, create_quiz, publish, save_item
from nagara.campus.quizzes.domain.kinds import KINDS
from nagara.campus.quizzes.domain.seeding import seed
from nagara.campus.quizzes.domain.taking import posed
from nagara.campus.quizzes.models import Attempt, Bank, Purpose, Quiz

NUMBERS = count(1)
ROLES = ("manager", "coordinator", "lecturer", "mentor", "observer")

SINGLE = {
    "kind": "single",
    "asks": "Which file holds the times?",
    "options": [
        {"id": "a", "text": "stop_times.txt", "right": True},
        {"id": "b", "text": "trips.txt", "because": "It names trips, SECRET-WHY."},
    ],
    "explains": "SECRET-EXPLANATION",
}
NUMERIC = {
    "kind": "numeric",
    "asks": "{n} buses an hour. Which headway?",
    "parameters": {"n": {"values": [4, 5, 6, 10, 12]}},
    "answer": "60 / n",
    "unit": "min",
    "units": ["min", "s"],
    "mistakes": [{"key": "inverted", "answer": "n / 60", "because": "Upside down."}],
}
TEXT = {"kind": "text", "asks": "Which clause filters groups?", "accepts": ["SECRETHAVING"]}


def person(name: str, **fields) -> User:
    mail = f"q{next(NUMBERS)}@example.org"
    return User.objects.create(email=mail, passport_name=name, sort_key=name.casefold(), **fields)


def make_batch(slug: str = "short-27", *, people: int = 2, state: str = "running") -> Batch:
    track, _ = Track.objects.get_or_create(slug="short-term", defaults={"name": "Short-term track"})
    programme, _ = Programme.objects.get_or_create(slug="short", defaults={"name": "Short", "track": track})
    version, _ = ProgrammeVersion.objects.get_or_create(programme=programme, number=1)
    for order, role in enumerate(ROLES):
        RoleKind.objects.get_or_create(
            slug=role, defaults={"name": role.title(), "runs": order < 2, "order": order}
        )
    today = date.today()
    batch = Batch.objects.create(
        version=version,
        slug=slug,
        name=f"Batch {slug}",
        starts=today - timedelta(days=7),
        ends=today + timedelta(days=14),
        state=state,
        tz="Asia/Seoul",
    )
    for n in range(people):
        enrol(batch, person(f"Learner {n + 1}"))
    return batch


def enrol(batch: Batch, user: User) -> User:
    Enrolment.objects.create(batch=batch, user=user)
    return user


def teacher(batch: Batch, role: str = "lecturer", name: str = "Lee") -> User:
    user = person(name)
    give_role(batch, user, role=role, by=None)
    return user


def make_bank(slug: str = "b", **items) -> Bank:
    bank = create_bank(slug=slug, title=f"Bank {slug}", by=None)
    for key, body in (items or {"single": SINGLE, "numeric": NUMERIC, "text": TEXT}).items():
        save_item(bank, key, body, by=None)
    return bank


def make_quiz(
    batch: Batch, bank: Bank | None = None, *, side: str = "", state: str = "published", **fields
) -> Quiz:
    """Open since an hour, for a day."""
    if not Purpose.objects.exists():
        seed()
    purpose = Purpose.objects.get(slug=f"{side}-test" if side else "graded")
    now = datetime.now(UTC).replace(tzinfo=None)
    given = {
        "title": f"{side}-test" if side else "Daily quiz",
        "purpose": purpose,
        "opens": now - timedelta(hours=1),
        "closes": now + timedelta(days=1),
        "tz": "UTC",
        "parts": [Part(bank or make_bank())],
        **fields,
    }
    quiz = create_quiz(batch, by=None, **given)
    return publish(quiz, by=None, now=timezone.now()) if state == "published" else quiz


def fill(attempt: Attempt, right: bool = True) -> None:
    """Answer everything rightly (or with something wrong), without going through a form."""
    for answer in attempt.answers.select_related("version"):
        one = posed(answer)
        key = KINDS[one.body["kind"]].key(one)
        wrong = {"choice": "b", "text": "zzz", "unit": "min"}
        answer.given = key if right else {k: wrong[k] for k in key if k in wrong}
        answer.save()
