"""Verbs about calls: make, edit, publish, close; copy with a batch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from nagara.campus.admissions.domain import booklets, documents, questions, quotas
from nagara.campus.admissions.domain.references import prefix_for
from nagara.campus.admissions.models import Call
from nagara.campus.audit.domain import record
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch
from nagara.citylab.errors import CityLabError

FIELDS = (
    "title",
    "summary",
    "opens",
    "closes",
    "tz",
    "sections",
    "documents",
    "questions",
    "eligibility",
    "quotas",
    "needs_nomination",
    "needs_cosign",
    "asks_citizenship",
)
OPEN_FOR = timedelta(days=60)
BEFORE_START = timedelta(days=120)


@transaction.atomic
def make_call(batch: Batch, *, by: User | None, **given: Any) -> Call:
    """A draft call for a batch, from what its programme version and track bring. `given` overrides FIELDS."""
    closes = datetime.combine(batch.starts - BEFORE_START, datetime.min.time()).replace(hour=23, minute=59)
    fields = {
        "title": batch.name,
        "opens": (closes - OPEN_FOR).replace(hour=9, minute=0),
        "closes": closes,
        "tz": batch.tz,
        **booklets.defaults(batch),
        **given,
    }
    slug = batch.slug
    number = 1
    while Call.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{batch.slug}-{number}"
    call = Call(batch=batch, slug=slug, prefix=prefix_for(slug), **fields)
    check(call)
    call.save()
    record("call made", f"call/{call.slug}", by=by, batch=batch.slug)
    return call


def check(call: Call) -> None:
    """Bring the call's data into good order. Raises CityLabError: what is wrong, where."""
    try:
        ZoneInfo(call.tz)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CityLabError(
            f"{call.tz!r} is no time zone.", where="time zone", mend="Use a name such as Asia/Seoul."
        ) from error
    if call.closes <= call.opens:
        raise CityLabError("The call closes before it opens.", where="dates")
    call.sections = booklets.check(call.sections)
    call.documents = documents.check(call.documents)
    call.questions = questions.check(call.questions)
    call.quotas = quotas.check(call.quotas)
    call.eligibility = questions.check_rules(call.eligibility)


@transaction.atomic
def edit_call(call: Call, *, by: User, reason: str = "", **fields: Any) -> Call:
    """Change what the call says. A published call is changed with a reason."""
    call = Call.objects.select_for_update().get(pk=call.pk)
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise ValueError(f"no fields of a call: {sorted(unknown)}")
    if call.state != Call.State.DRAFT and not reason.strip():
        raise CityLabError("People may have read this call already: say why it is changed.", where="reason")
    changed = [name for name, value in fields.items() if getattr(call, name) != value]
    for name in changed:
        setattr(call, name, fields[name])
    check(call)
    call.save()
    if "documents" in changed:
        documents.lay_out_all(call)
    if changed:
        record("call changed", f"call/{call.slug}", by=by, reason=reason.strip(), fields=changed)
    return call


@transaction.atomic
def publish_call(call: Call, *, by: User, reason: str, at: datetime | None = None) -> Call:
    """Put the call before the public. From its opening on people nominate and apply."""
    call = _locked(call, reason)
    if call.state == Call.State.PUBLISHED:
        return call
    if call.closes_at <= (at or datetime.now(UTC)):
        raise CityLabError("The closing time has passed.", where="closes", mend="Set a later one first.")
    check(call)
    call.state = Call.State.PUBLISHED
    call.published_at = call.published_at or datetime.now(UTC)
    call.save(update_fields=["state", "published_at"])
    record("call published", f"call/{call.slug}", by=by, reason=reason.strip())
    return call


@transaction.atomic
def close_call(call: Call, *, by: User, reason: str) -> Call:
    """Close a call before its time. (At its time it closes by itself.)"""
    call = _locked(call, reason)
    if call.state != Call.State.PUBLISHED:
        raise CityLabError("Only a published call can be closed.", where="state")
    call.state = Call.State.CLOSED
    call.save(update_fields=["state"])
    record("call closed", f"call/{call.slug}", by=by, reason=reason.strip())
    return call


def _locked(call: Call, reason: str) -> Call:
    if not reason.strip():
        raise CityLabError("Say why.", where="reason")
    return Call.objects.select_for_update().get(pk=call.pk)


def copy_calls(source: Batch, new: Batch, *, days: int, by: Any) -> Iterable[str]:
    """For programmes.copying: the calls of `source` as drafts of `new`, their times moved by `days`."""
    for call in source.calls.order_by("pk"):
        kept = {name: getattr(call, name) for name in FIELDS if name not in {"title", "opens", "closes"}}
        moved = timedelta(days=days)
        made = make_call(
            new,
            by=by,
            **kept
            | {
                "title": call.title.replace(source.name, new.name),
                "opens": call.opens + moved,
                "closes": call.closes + moved,
                "tz": new.tz,
            },
        )
        yield f"call “{made.title}” as a draft: texts, documents, questions, eligibility, quotas"
