"""Releasing the draft: what becomes public, who is told, and what is kept of it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from nagara.campus.audit.domain import record
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch
from nagara.campus.timetable.differences import (
    ADDED,
    CANCELLED,
    Shown,
    draft_of,
    released_of,
    said,
    values_of,
    what_of,
)
from nagara.campus.timetable.models import PublicSession, Release, Session
from nagara.campus.timetable.telling import Change, Letter, letters_for
from nagara.citylab.errors import CityLabError


def changes_of(batch: Batch) -> list[Change]:
    """What the draft has that the last release has not, by time. A fixed number of queries."""
    public = {
        row.session_id: row
        for row in PublicSession.objects.filter(batch=batch)
        .select_related("group")
        .prefetch_related("speakers")
    }
    drafted = (
        Session.objects.filter(activity__batch=batch)
        .select_related("activity__kind", "activity__group", "room__venue")
        .prefetch_related("people__user")
        .order_by("day", "at", "pk")
    )
    found = []
    for session in drafted:
        was = released_of(public[session.pk]) if session.pk in public else None
        now = draft_of(session)
        what = what_of(was, now)
        if what:
            found.append(Change(session, what, _said(what, was, now), was, now))
    return found


def _said(what: str, was: Shown | None, now: Shown) -> list[str]:
    if was is None:
        return [f"{now.when}."]
    if what == CANCELLED:
        return [f"{was.when} does not take place: {now.cancel_reason}"]
    return said(was, now)


def fingerprint(changes: list[Change]) -> str:
    """A name for exactly these changes: what was previewed is what is released."""
    text = json.dumps([[c.session.pk, c.session.version, c.what, c.said] for c in changes])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def letters(
    batch: Batch, *, note: str = "", now: datetime | None = None, changes: list[Change] | None = None
) -> list[Letter]:
    """Every letter that a release would send, written and not sent: the preview."""
    found = changes_of(batch) if changes is None else changes
    first = not Release.objects.filter(batch=batch).exists()
    return letters_for(batch, found, first=first, note=note, now=now or timezone.now())


@transaction.atomic
def release(
    batch: Batch,
    *,
    by: User | None,
    note: str = "",
    quiet: bool = False,
    now: datetime | None = None,
    seen: str = "",
) -> Release:
    """Make the draft public and tell those concerned, and only them; `quiet`: tell nobody.

    `seen` is the fingerprint of the preview that the person saw. Raises CityLabError where the draft has
    changed since, or where nothing is to be released.
    """
    now = now or timezone.now()
    held = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    changes = changes_of(held)
    if not changes:
        raise CityLabError("Nothing has changed since the last release.", mend="Change something first.")
    if seen and seen != fingerprint(changes):
        raise CityLabError(
            "The draft has changed since you looked at the preview.", mend="Look at the new preview."
        )
    told = [] if quiet else letters(held, note=note, now=now, changes=changes)
    last = Release.objects.filter(batch=held).order_by("-number").first()
    made = Release.objects.create(
        batch=held,
        number=last.number + 1 if last else 1,
        by=by if by is not None and by.pk else None,
        note=note.strip(),
        changes=[_kept(change) for change in changes],
        told=len(told),
    )
    Release.objects.filter(pk=made.pk).update(at=now)
    made.at = now
    _publish(held, changes, now)
    for one in told:
        queue(to=one.to, template=one.template, context=one.context, about=f"batch/{held.slug}", by=by)
    record(
        "timetable released",
        f"batch/{held.slug}",
        by=by,
        reason=note.strip(),
        number=made.number,
        changes=len(changes),
        letters=len(told),
    )
    return made


def _kept(change: Change) -> dict[str, Any]:
    return {
        "session": change.session.pk,
        "uid": change.session.uid,
        "title": change.now.title,
        "what": change.what,
        "said": change.said,
        "day": change.now.day.isoformat(),
    }


def _publish(batch: Batch, changes: list[Change], now: datetime) -> None:
    """Write what is public: new rows at once, changed rows with the next sequence number."""
    fresh, altered = [], []
    there = {
        row.session_id: row
        for row in PublicSession.objects.filter(session__in=[c.session.pk for c in changes if c.was])
    }
    for change in changes:
        values = values_of(change.now)
        if change.what == ADDED:
            fresh.append(
                PublicSession(
                    session=change.session, batch=batch, first_released=now, changed_at=now, **values
                )
            )
            continue
        row = there[change.session.pk]
        if change.what == CANCELLED:  # what was told stays; it does not take place
            values = {name: values[name] for name in ("cancelled", "cancel_reason")}
        for name, value in values.items():
            setattr(row, name, value)
        row.sequence, row.changed_at = row.sequence + 1, now
        altered.append(row)
    made = PublicSession.objects.bulk_create(fresh)
    if altered:
        fields = [f.name for f in PublicSession._meta.concrete_fields if not f.primary_key]
        PublicSession.objects.bulk_update(
            altered, [name for name in fields if name not in ("session", "batch")], batch_size=100
        )
    _speak(changes, {row.session_id: row for row in (*made, *altered)})


def _speak(changes: list[Change], rows: dict[int, PublicSession]) -> None:
    """Those with an account who speak at each."""
    between = PublicSession.speakers.through
    open_ = [change for change in changes if change.what != CANCELLED]
    between.objects.filter(publicsession__in=[rows[c.session.pk].pk for c in open_ if c.was]).delete()
    between.objects.bulk_create(
        between(publicsession_id=rows[change.session.pk].pk, user_id=user)
        for change in open_
        for user in sorted(change.now.speakers)
    )
