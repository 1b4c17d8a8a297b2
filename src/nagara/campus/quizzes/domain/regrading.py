"""A corrected key: what would change, and marking anew."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.quizzes.domain import items
from nagara.campus.quizzes.domain.banks import needs_reason
from nagara.campus.quizzes.domain.taking import set_sums
from nagara.campus.quizzes.models import Answer, Attempt, Item, ItemVersion, Regrade
from nagara.citylab.errors import CityLabError


@dataclass(frozen=True, slots=True)
class Change:
    """One answer whose marks would change; `problem` where the new key cannot mark it (it stays as it is)."""

    answer: Answer
    was: Decimal
    now: Decimal
    mistake: str = ""
    remark: str = ""
    problem: str = ""


def _marked(item: Item) -> list[Answer]:
    found = Answer.objects.filter(item=item, attempt__submitted_at__isnull=False)
    return list(
        found.select_related("attempt__quiz__batch", "attempt__user", "version").order_by("attempt", "place")
    )


def differences(item: Item, key: ItemVersion) -> list[Change]:
    """Whose marks would change if every answer to `item` that was handed in were marked by `key`."""
    found = []
    for answer in _marked(item):
        was = answer.marks or Decimal(0)
        try:
            if answer.version.body.get("kind") != key.body.get("kind"):
                raise CityLabError("The kind of the question is another.")
            one = items.pose(key.body, answer.drawn)
            mark = items.mark(one, answer.given)
        except (CityLabError, KeyError, TypeError, ValueError) as error:
            found.append(Change(answer, was, was, problem=f"It cannot be marked by this version: {error}"))
            continue
        now = mark.of(answer.most)
        if now != was:
            found.append(Change(answer, was, now, mark.mistake[:80], mark.remark[:300]))
    return found


@transaction.atomic
def regrade(item: Item, key: ItemVersion, *, by: User, reason: str) -> Regrade:
    """Mark all answers to the item anew by `key`. Attempts get new sums; those whose marks change are told.
    Full marks of a question stay what they were when it was asked."""
    reason = needs_reason(reason)
    if key.item_id != item.pk:
        raise CityLabError("This version belongs to another question.")
    ids = Answer.objects.filter(item=item).values("attempt")
    attempts = {a.pk: a for a in Attempt.objects.select_for_update(of=("self",)).filter(pk__in=ids).done()}
    changes = [c for c in differences(item, key) if not c.problem and c.answer.attempt_id in attempts]
    for change in changes:
        answer = change.answer
        answer.marks, answer.mistake, answer.remark = change.now, change.mistake, change.remark
        answer.marked_by = key
    Answer.objects.bulk_update([c.answer for c in changes], ["marks", "mistake", "remark", "marked_by"])
    _new_sums(attempts, {c.answer.attempt_id for c in changes})
    rows = [
        {"attempt": c.answer.attempt_id, "place": c.answer.place, "was": str(c.was), "now": str(c.now)}
        for c in changes
    ]
    made = Regrade.objects.create(item=item, key=key, reason=reason, changes=rows, by=by)
    record(
        "answers regraded", f"bank/{item.bank.slug}", by=by, reason=reason,
        item=item.key, version=key.number, changed=len(rows),
    )  # fmt: skip
    for change in changes:
        attempt = change.answer.attempt
        queue(
            to=attempt.user,
            template="quizzes/regraded",
            context={
                "quiz": attempt.quiz,
                "attempt": attempts[attempt.pk],
                "change": change,
                "reason": reason,
            },
            about=f"quiz/{attempt.quiz_id}",
            by=by,
        )
    return made


def _new_sums(attempts: dict[int, Attempt], ids: set[int]) -> None:
    answers: dict[int, list[Answer]] = defaultdict(list)
    for answer in Answer.objects.filter(attempt__in=ids):
        answers[answer.attempt_id].append(answer)
    for pk in ids:
        set_sums(attempts[pk], answers[pk])
    Attempt.objects.bulk_update([attempts[pk] for pk in ids], ["marks", "most", "percent"])
