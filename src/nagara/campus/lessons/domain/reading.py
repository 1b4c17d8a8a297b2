"""Marking a lesson as read, and taking it back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nagara.campus.lessons.models import Reading
from nagara.campus.people.models import User


@transaction.atomic
def mark_read(module: str, lesson: str, *, by: User, variant: str, city: str, now: datetime) -> Reading:
    """Note that a person has read a lesson. The first time stays."""
    found, _ = Reading.objects.get_or_create(
        user=by, module=module, lesson=lesson, defaults={"variant": variant, "city": city, "at": now}
    )
    return found


@transaction.atomic
def mark_unread(module: str, lesson: str, *, by: User) -> None:
    """Take the mark back."""
    Reading.objects.filter(user=by, module=module, lesson=lesson).delete()
