"""Verbs of those who run webinars: announce, change, give what comes afterwards, write the terms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from nagara.campus.audit.domain import record
from nagara.campus.timetable.models import Session
from nagara.campus.webinars.domain import transcripts
from nagara.campus.webinars.domain.registering import move_up, subject
from nagara.campus.webinars.models import Terms, Webinar
from nagara.citylab.errors import CityLabError

RESERVED = {"series", "place", "join", "terms"}
"""Words of addresses that no webinar may take."""
FIELDS = ("slug", "summary", "open_to", "seats", "announced", "registering")


@transaction.atomic
def make_webinar(session: Session, *, by: Any, slug: str = "", **fields: Any) -> Webinar:
    """Give a session of the timetable a page of its own, for which people register."""
    if Webinar.objects.filter(session=session).exists():
        raise CityLabError(f"{session} is a webinar already.", where="session")
    made = Webinar.objects.create(session=session, slug=_free(slug or slugify(str(session))), **fields)
    record("webinar made", subject(made), by=by, session=session.pk)
    return made


def _free(wanted: str) -> str:
    """The word, or the word with a number where it is taken."""
    base = (wanted or "webinar")[:70]
    word, number = base, 1
    while word in RESERVED or Webinar.objects.filter(slug=word).exists():
        number += 1
        word = f"{base}-{number}"
    return word


@transaction.atomic
def change_webinar(webinar: Webinar, *, by: Any, now: datetime, **changes: Any) -> Webinar:
    """Change what the page says or how many seats there are; with more seats those who wait move up."""
    held = Webinar.objects.select_for_update(of=("self",)).get(pk=webinar.pk)
    if changes.get("slug", held.slug) in RESERVED:
        raise CityLabError("This word is used by another page.", where="slug", mend="Choose another.")
    changed = sorted(name for name in FIELDS if name in changes and getattr(held, name) != changes[name])
    for name in changed:
        setattr(held, name, changes[name])
    if changed:
        held.save(update_fields=changed)
        record("webinar changed", subject(held), by=by, fields=changed)
    if "seats" in changed:
        move_up(held, now=now)
    return held


@transaction.atomic
def give_recording(
    webinar: Webinar, *, by: Any, recording: str, language: str = "", file: tuple[str, bytes] | None = None
) -> Webinar:
    """What comes afterwards: the link to the recording, and its text (`file`: name and bytes)."""
    held = Webinar.objects.select_for_update(of=("self",)).get(pk=webinar.pk)
    held.recording, held.transcript_language = recording.strip(), language.strip()
    if file is not None:
        held.transcript, held.transcript_form = transcripts.checked(*file)
    held.save()
    record("webinar recording given", subject(held), by=by, transcript=bool(held.transcript))
    return held


@transaction.atomic
def take_transcript_away(webinar: Webinar, *, by: Any) -> None:
    """Take the text of the recording off the page."""
    Webinar.objects.filter(pk=webinar.pk).update(transcript="", transcript_form="")
    record("webinar transcript taken away", subject(webinar), by=by)


@transaction.atomic
def publish_terms(*, text: str, news: str, by: Any, reason: str) -> Terms:
    """New words for those who register, as a new version. Those who agreed to older ones keep theirs."""
    last = Terms.objects.select_for_update().order_by("-version").first()
    if last is not None and (last.text, last.news) == (text, news):
        return last
    if last is not None and not reason.strip():
        raise CityLabError("New terms need a reason.", where="reason", mend="Say in a sentence why.")
    made = Terms.objects.create(version=last.version + 1 if last else 1, text=text, news=news, by=by)
    record("webinar terms changed", "webinars/terms", by=by, reason=reason, version=made.version)
    return made
