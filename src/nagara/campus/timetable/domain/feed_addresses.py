"""Verbs about the secret addresses of calendars: make, renew, switch off."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from nagara.campus.audit.domain import record
from nagara.campus.programmes.models import Batch
from nagara.campus.timetable.models import CalendarFeed

_SALT = "nagara.timetable.feeds"


def feed_of(user: Any, batch: Batch | None = None) -> CalendarFeed:
    """The person's feed, made where there is none yet. Of two requests that come at once one makes it."""
    found = CalendarFeed.objects.filter(user=user, batch=batch).first()
    if found is not None:
        return found
    seed = secrets.token_hex(16)
    try:
        with transaction.atomic():
            return CalendarFeed.objects.create(
                user=user, batch=batch, seed=seed, digest=_digest(_token(seed))
            )
    except IntegrityError:
        return CalendarFeed.objects.get(user=user, batch=batch)


def token_of(feed: CalendarFeed) -> str | None:
    """What the address carries; None where it is switched off, or the site's key is another than the one
    it was made with (it then works no more for who has it not yet: renew it)."""
    token = _token(feed.seed)
    return token if feed.revoked_at is None and _digest(token) == feed.digest else None


def find(token: str) -> CalendarFeed | None:
    """The feed of an address: None where it is unknown, switched off, or its person may not sign in."""
    return (
        CalendarFeed.objects.filter(digest=_digest(token), revoked_at=None, user__is_active=True)
        .select_related("user", "batch")
        .first()
    )


@transaction.atomic
def renew(feed: CalendarFeed, *, by: Any, reason: str = "") -> CalendarFeed:
    """Give the feed a new address: the old one stops at once. Also switches it on again."""
    feed = CalendarFeed.objects.select_for_update().get(pk=feed.pk)
    feed.seed = secrets.token_hex(16)
    feed.digest = _digest(_token(feed.seed))
    feed.renewed_at, feed.revoked_at, feed.read_at = timezone.now(), None, None
    feed.save()
    record("calendar address renewed", f"person/{feed.user_id}", by=by, reason=reason, feed=feed.pk)
    return feed


@transaction.atomic
def revoke(feed: CalendarFeed, *, by: Any, reason: str = "") -> None:
    """Switch the address off."""
    if CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record("calendar address switched off", f"person/{feed.user_id}", by=by, reason=reason, feed=feed.pk)


def note_read(feed: CalendarFeed, now: datetime) -> None:
    """Remember, to the hour, that a program reads it, so that a forgotten address can be recognised."""
    if feed.read_at is None or now - feed.read_at > timedelta(hours=1):
        CalendarFeed.objects.filter(pk=feed.pk).update(read_at=now)


def _token(seed: str) -> str:
    return salted_hmac(_SALT, seed, algorithm="sha256").hexdigest()[:40]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
