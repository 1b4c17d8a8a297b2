"""Verbs: answer a form; add a portion of answers to what is shown.

That a person answered, and what was answered, are kept apart: the first is a row without a time, the second
is added to sums. Nothing is written to the audit log: its time would join the two.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from nagara.campus.evaluation.models import Answered, Occasion
from nagara.campus.evaluation.questions import checked, questions_of
from nagara.campus.evaluation.times import plan_of, shown_from
from nagara.campus.people.models import User
from nagara.citylab.errors import CityLabError


class AlreadyAnswered(CityLabError):
    """The person has answered this form: it counts once."""


@transaction.atomic
def answer(occasion: Occasion, user: User, given: Mapping[str, Any], *, now: datetime) -> Occasion:
    """Count a person's answer. `given`: question -> mark or text. The row of the form is held, so that of two
    posts of one person one counts. Raises AlreadyAnswered, or CityLabError where the form is not open."""
    if not Occasion.objects.asked_of(user).filter(pk=occasion.pk).exists():
        raise CityLabError("This form is not for you.", mend="Open your own forms from the desk.")
    held = Occasion.objects.select_for_update(of=("self",)).select_related("form").get(pk=occasion.pk)
    if not held.opens <= now < held.closes:
        raise CityLabError("This form is not open.", mend="See which forms are open for you.")
    if Answered.objects.filter(occasion=held, user=user).exists():
        raise AlreadyAnswered("You have answered this form already; it counts once.")
    marks, texts = checked(questions_of(held.form), given)
    Answered.objects.create(occasion=held, user=user)
    for key, mark in marks.items():
        column = held.counts.setdefault(key, {})
        column[str(mark)] = column.get(str(mark), 0) + 1
    for key, text in texts.items():
        by_lot(held.texts.setdefault(key, []), text)
    held.n += 1
    _publish(held, now)
    held.save(update_fields=["counts", "texts", "n", "shown"])
    return held


def by_lot(pile: list[str], text: str) -> None:
    """Put a text at a place drawn by lot: every order of the pile is as likely as any other."""
    pile.insert(secrets.randbelow(len(pile) + 1), text)


@transaction.atomic
def publish(occasion: Occasion, *, now: datetime) -> bool:
    """Add what is due to what is shown; says whether something was added."""
    held = Occasion.objects.select_for_update().get(pk=occasion.pk)
    added = _publish(held, now)
    if added:
        held.save(update_fields=["shown"])
    return added


def _publish(held: Occasion, now: datetime) -> bool:
    """From the evening on, whenever at least so many answers have come as are needed to show any."""
    plan = plan_of(held.batch_id)
    if now < shown_from(held, plan):
        return False
    if held.n - (held.shown or {}).get("n", 0) < max(plan.least, 5):
        return False
    held.shown = {"n": held.n, "counts": held.counts, "texts": held.texts}
    return True
