"""Verbs about a quiz of a batch: make, change, publish, close, extend for one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.quizzes.domain.banks import needs_reason
from nagara.campus.quizzes.models import Attempt, Bank, Extension, Item, Purpose, Quiz, QuizPart
from nagara.citylab.errors import CityLabError

FIELDS = (
    *("title", "intro", "purpose", "module", "opens", "closes", "tz", "minutes", "grace", "attempts"),
    *("counts", "shuffle", "layout", "feedback", "pass_percent", "weight"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of a quiz asks: one item, or `draw` of a bank's items (None: all), by tag and level."""

    bank: Bank
    item: Item | None = None
    draw: int | None = None
    tag: str = ""
    level: str = ""


def subject(quiz: Quiz) -> str:
    """The quiz's name in the audit log."""
    return f"quiz/{quiz.pk}"


def locked(quiz: Quiz) -> Quiz:
    """The quiz as it is now, held until the end of the transaction."""
    return Quiz.objects.select_for_update(of=("self",)).select_related("batch", "purpose").get(pk=quiz.pk)


@transaction.atomic
def create_quiz(
    batch: Batch, *, title: str, purpose: Purpose, opens: datetime, closes: datetime, by: User | None,
    tz: str = "", parts: Sequence[Part] = (), **fields: Any
) -> Quiz:  # fmt: skip
    """A new quiz, as a draft. `opens` and `closes` are wall times in `tz` (default: the batch's zone)."""
    quiz = Quiz(
        batch=batch,
        title=title,
        purpose=purpose,
        opens=opens,
        closes=closes,
        tz=tz or batch.tz,
        made_by=by,
        **fields,
    )
    _check_times(quiz)
    quiz.save()
    _set_parts(quiz, parts)
    record("quiz made", subject(quiz), by=by, batch=batch.slug, purpose=purpose.slug)
    return quiz


@transaction.atomic
def change_quiz(quiz: Quiz, *, by: User, reason: str = "", **fields: Any) -> Quiz:
    """Change a quiz. Once it is published its times, limits and what counts need a reason; attempts that are
    open get the new end."""
    quiz = locked(quiz)
    changed = [name for name in FIELDS if name in fields and getattr(quiz, name) != fields[name]]
    if not changed:
        return quiz
    if quiz.state != Quiz.State.DRAFT:
        reason = needs_reason(reason)
    for name in changed:
        setattr(quiz, name, fields[name])
    _check_times(quiz)
    quiz.save(update_fields=changed)
    if {"closes", "tz", "minutes"} & set(changed):
        _move_ends(quiz)
    record("quiz changed", subject(quiz), by=by, reason=reason, fields=changed)
    return quiz


def _check_times(quiz: Quiz) -> None:
    if quiz.closes_at <= quiz.opens_at:
        raise CityLabError("The quiz closes before it opens.", where="closes", mend="Choose a later time.")


def ends_at(quiz: Quiz, more: Extension | None, started: datetime) -> datetime:
    """When the time of an attempt that began at `started` is over."""
    closes = quiz.closes_at + (more.more if more else timedelta())
    if quiz.minutes is None:
        return closes
    return min(closes, started + timedelta(minutes=quiz.minutes + (more.minutes if more else 0)))


def _move_ends(quiz: Quiz, user: User | None = None) -> None:
    """Give open attempts the end that now holds."""
    attempts = Attempt.objects.select_for_update().filter(quiz=quiz, submitted_at=None)
    more = {e.user_id: e for e in quiz.extensions.all()}
    for attempt in attempts.filter(user=user) if user else attempts:
        attempt.due_at = ends_at(quiz, more.get(attempt.user_id), attempt.started_at)
        attempt.save(update_fields=["due_at"])


@transaction.atomic
def set_parts(quiz: Quiz, parts: Sequence[Part], *, by: User) -> None:
    """Say what the quiz asks. Refused once somebody has begun: everyone is asked alike."""
    quiz = locked(quiz)
    if Attempt.objects.filter(quiz=quiz).exists():
        raise CityLabError(
            "People have begun this quiz: what it asks stays.",
            mend="Make another quiz, or correct a key on the page of the question.",
        )
    _set_parts(quiz, parts)
    record("quiz questions set", subject(quiz), by=by, parts=len(parts))


def _set_parts(quiz: Quiz, parts: Sequence[Part]) -> None:
    quiz.parts.all().delete()
    QuizPart.objects.bulk_create(
        QuizPart(
            quiz=quiz,
            bank=p.bank,
            item=p.item,
            draw=None if p.item else p.draw,
            tag=p.tag,
            level=p.level,
            order=n,
        )
        for n, p in enumerate(parts)
    )


def candidates(part: QuizPart) -> list[Item]:
    """The items from which a part draws, in the bank's order. One query."""
    if part.item_id:
        found = Item.objects.filter(pk=part.item_id)
    else:
        found = Item.objects.filter(bank=part.bank_id, retired=False, newest__isnull=False)
        found = found.filter(level=part.level) if part.level else found
    items = list(found.select_related("newest").order_by("order", "pk"))
    return [item for item in items if part.tag in item.tags] if part.tag and not part.item_id else items


def problems(quiz: Quiz) -> list[str]:
    """Why a quiz cannot be published; nothing where it can."""
    parts = list(quiz.parts.select_related("bank", "item"))
    said = [] if parts else ["It asks nothing yet: choose questions."]
    seen: set[int] = set()
    for part in parts:
        found = {item.pk for item in candidates(part)}
        wanted = part.draw if part.draw is not None else len(found)
        if not found or wanted == 0:
            said.append(f"There is no question for: {part}.")
        elif len(found - seen) < wanted:
            said.append(f"Only {len(found - seen)} questions are left for: {part}.")
        if part.item_id or part.draw is None:
            seen |= found
    return said


@transaction.atomic
def publish(quiz: Quiz, *, by: User | None, reason: str = "", now: datetime) -> Quiz:
    """Show the quiz to the batch: from its opening on it can be taken. One that was closed needs a reason."""
    quiz = locked(quiz)
    if quiz.state == Quiz.State.PUBLISHED:
        return quiz
    if quiz.state == Quiz.State.CLOSED:
        reason = needs_reason(reason)
    said = problems(quiz)
    if said:
        raise CityLabError(said[0], mend="Mend it, then publish.")
    quiz.state, quiz.published_at = Quiz.State.PUBLISHED, quiz.published_at or now
    quiz.save(update_fields=["state", "published_at"])
    record("quiz published", subject(quiz), by=by, reason=reason)
    return quiz


@transaction.atomic
def close(quiz: Quiz, *, by: User | None, reason: str, now: datetime) -> int:
    """End a quiz before its time. Open attempts are handed in with what was saved; says how many."""
    from nagara.campus.quizzes.domain.taking import submit

    quiz = locked(quiz)
    reason = needs_reason(reason)
    quiz.state = Quiz.State.CLOSED
    quiz.save(update_fields=["state"])
    attempts = list(Attempt.objects.filter(quiz=quiz, submitted_at=None))
    for attempt in attempts:
        submit(attempt, now=now, how=Attempt.How.TIME)
    record("quiz closed", subject(quiz), by=by, reason=reason, handed_in=len(attempts))
    return len(attempts)


@transaction.atomic
def extend(
    quiz: Quiz,
    user: User,
    *,
    reason: str,
    by: User | None,
    minutes: int = 0,
    days: int = 0,
    attempts: int = 0,
) -> Extension:
    """Give one person more: minutes, days, attempts. It replaces an earlier extension; the person is told."""
    reason = needs_reason(reason)
    if not (minutes or days or attempts) or min(minutes, days, attempts) < 0:
        raise CityLabError("Nothing is extended.", where="minutes", mend="Give minutes, days or attempts.")
    quiz = locked(quiz)
    if not Enrolment.objects.filter(batch=quiz.batch, user=user).exclude(state="withdrawn").exists():
        raise CityLabError(f"{user} is not in this batch.", where="person")
    made, _ = Extension.objects.update_or_create(
        quiz=quiz,
        user=user,
        defaults={"minutes": minutes, "days": days, "attempts": attempts, "reason": reason, "by": by},
    )
    _move_ends(quiz, user)
    record(
        "quiz extended", subject(quiz), by=by, reason=reason, person=user.pk,
        minutes=minutes, days=days, attempts=attempts,
    )  # fmt: skip
    queue(
        to=user,
        template="quizzes/extended",
        context={"quiz": quiz, "extension": made},
        about=subject(quiz),
        by=by,
    )
    return made
