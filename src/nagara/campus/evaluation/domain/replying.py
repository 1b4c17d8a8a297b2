"""Verbs of the team: say what was changed, take a text out that names somebody."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.evaluation.models import Occasion, Reply
from nagara.campus.evaluation.times import today
from nagara.campus.people.models import User
from nagara.citylab.errors import CityLabError


def subject(occasion: Occasion) -> str:
    return f"evaluation/{occasion.pk}"


@transaction.atomic
def reply(occasion: Occasion, *, said: str, changed: str, by: User, now: datetime) -> Reply:
    """What people said and what was changed; they see it from the next day on. Written again, it replaces."""
    if not said.strip() or not changed.strip():
        raise CityLabError("Both parts are needed.", mend="Say what people said, and what follows from it.")
    held = Occasion.objects.select_for_update(of=("self",)).select_related("batch").get(pk=occasion.pk)
    there = Reply.objects.filter(occasion=held).first()
    first = max(held.day + timedelta(days=1), today(held.batch, now))
    made, _ = Reply.objects.update_or_create(
        occasion=held,
        defaults={
            "said": said.strip(),
            "changed": changed.strip(),
            "by": by,
            "shown_from": there.shown_from if there else first,
        },
    )
    record("reply to evaluation", subject(held), by=by)
    return made


def name_of(text: str) -> str:
    """A short name for a text in a form."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@transaction.atomic
def remove_text(occasion: Occasion, *, question: str, name: str, by: User, reason: str) -> None:
    """Take a text out that names a person or hurts one. The log keeps the reason, not the text."""
    if not reason.strip():
        raise CityLabError("A reason is missing.", where="reason", mend="Say why this text goes.")
    held = Occasion.objects.select_for_update().get(pk=occasion.pk)
    gone = 0
    for pile in (held.texts.get(question, []), ((held.shown or {}).get("texts") or {}).get(question, [])):
        for text in [text for text in pile if name_of(text) == name]:
            pile.remove(text)
            gone += 1
    if not gone:
        raise CityLabError("This text is not there any more.", mend="Load the page again.")
    held.save(update_fields=["texts", "shown"])
    record("text of an evaluation taken out", subject(held), by=by, reason=reason, question=question)
