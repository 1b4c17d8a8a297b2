"""Verbs about a batch: make it, move it on, give roles, enrol people."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.text import slugify

from nagara.campus.audit.domain import record
from nagara.campus.cities.models import City
from nagara.campus.people.models import User
from nagara.campus.programmes.models import (
    Batch,
    BatchActivity,
    BatchBudgetLine,
    BatchRole,
    Enrolment,
    ProgrammeVersion,
    RoleKind,
    RolePlace,
    Waiver,
)
from nagara.campus.programmes.models.programmes import BudgetLine
from nagara.citylab.errors import CityLabError

NEXT = {
    "draft": ("call", "preparing", "cancelled"),
    "call": ("selection", "draft", "cancelled"),
    "selection": ("preparing", "call", "cancelled"),
    "preparing": ("running", "selection", "cancelled"),
    "running": ("finished", "preparing", "cancelled"),
    "finished": ("running",),
    "cancelled": ("draft",),
}
"""From a state of a batch to those that may follow: on, one step back with a reason, or out."""
ONWARD = {
    "draft": "call",
    "call": "selection",
    "selection": "preparing",
    "preparing": "running",
    "running": "finished",
}
"""The steps that need no reason."""


def subject(batch: Batch) -> str:
    """The batch's name in the audit log."""
    return f"batch/{batch.slug}"


def host_today(batch: Batch) -> date:
    """The day it is at the host now."""
    return datetime.now(ZoneInfo(batch.tz)).date()


def free_slug(name: str) -> str:
    """A short name for addresses that no batch has yet."""
    stem = slugify(name)[:40] or "batch"
    taken = set(Batch.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    number = 2
    slug = stem
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug


@transaction.atomic
def create_batch(
    *,
    version: ProgrammeVersion,
    name: str,
    starts: date,
    ends: date,
    by: User | None,
    slug: str = "",
    **fields: Any,
) -> Batch:
    """A new batch of a published version, as a draft; `fields` are those of Batch.

    Raises CityLabError for a draft version, days the wrong way round, an unknown zone or a taken short name.
    """
    if version.is_draft:
        raise CityLabError(f"{version} is still a draft.", mend="Publish the version first.")
    if ends < starts:
        raise CityLabError("The last day is before the first.", where="ends", mend="Swap the two days.")
    check_zone(fields.get("tz", "Asia/Seoul"))
    slug = slug or free_slug(name)
    if Batch.objects.filter(slug=slug).exists():
        raise CityLabError(f"There is a batch {slug} already.", where="slug", mend="Choose another name.")
    batch = Batch.objects.create(version=version, slug=slug, name=name, starts=starts, ends=ends, **fields)
    _fill(batch)
    record("batch made", subject(batch), by=by, version=version.number, programme=version.programme.slug)
    return batch


def check_zone(zone: str) -> None:
    """Raises CityLabError for a name that is no IANA zone."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise CityLabError(
            f"There is no time zone {zone!r}.", where="tz", mend="Write it as Asia/Seoul."
        ) from None


@transaction.atomic
def change_state(batch: Batch, to: str, *, by: User | None, reason: str = "") -> Batch:
    """Move a batch on. A step back or out needs a reason. Raises CityLabError where `to` may not follow."""
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if to == batch.state:
        return batch
    if to not in NEXT[batch.state]:
        raise CityLabError(
            f"A batch in the state {batch.state!r} cannot become {to!r}.",
            where="state",
            mend=f"Next may be: {', '.join(NEXT[batch.state])}.",
        )
    if ONWARD.get(batch.state) != to and not reason.strip():
        raise CityLabError("This step needs a reason.", where="reason", mend="Say in a sentence why.")
    was, batch.state = batch.state, to
    batch.save(update_fields=["state"])
    record("batch state changed", subject(batch), by=by, reason=reason, was=was, now=to)
    return batch


@transaction.atomic
def give_role(
    batch: Batch, user: User, role: str, *, by: User | None, since: date | None = None
) -> BatchRole:
    """Give a person a role in the batch from `since` (default: today). Raises CityLabError if unknown."""
    if not RoleKind.objects.filter(slug=role).exists():
        known = ", ".join(RoleKind.objects.values_list("slug", flat=True))
        raise CityLabError(f"There is no role {role!r}.", where="role", mend=f"Choose one of: {known}.")
    there = BatchRole.objects.select_for_update().filter(batch=batch, user=user, role=role, until=None)
    for held in there:
        return held
    given = BatchRole.objects.create(batch=batch, user=user, role=role, since=since or date.today())  # noqa: DTZ011
    record("role given", subject(batch), by=by, person=user.pk, role=role)
    return given


@transaction.atomic
def end_role(held: BatchRole, *, by: User | None, reason: str) -> BatchRole:
    """End a role: it does not hold today any more. Needs a reason."""
    if not reason.strip():
        raise CityLabError("Ending a role needs a reason.", where="reason", mend="Say in a sentence why.")
    batch = held.batch
    pk = held.pk
    if held.since >= date.today():  # noqa: DTZ011 (given today: it never held)
        held.delete()
    else:
        held.until = date.fromordinal(date.today().toordinal() - 1)  # noqa: DTZ011
        held.save(update_fields=["until"])
    record("role ended", subject(batch), by=by, reason=reason, role=held.role, held=pk, person=held.user_id)
    return held


@transaction.atomic
def enrol(
    batch: Batch, user: User, *, city: City | None, by: User | None, application_ref: str = ""
) -> Enrolment:
    """Put a person into the batch; a second call changes nothing, one after a withdrawal takes back in.

    Raises CityLabError when every seat is taken.
    """
    Batch.objects.select_for_update().get(pk=batch.pk)
    there = Enrolment.objects.filter(batch=batch, user=user).first()
    if there is not None and there.state != Enrolment.State.WITHDRAWN:
        return there
    taken = Enrolment.objects.filter(batch=batch).exclude(state=Enrolment.State.WITHDRAWN).count()
    if taken >= batch.seats:
        raise CityLabError(
            f"All {batch.seats} seats of {batch} are taken.",
            where="seats",
            mend="Withdraw someone or give the batch more seats.",
        )
    if there is None:
        there = Enrolment(batch=batch, user=user)
    there.city, there.application_ref, there.state = city, application_ref, Enrolment.State.ENROLLED
    there.save()
    record("enrolled", subject(batch), by=by, person=user.pk, application=application_ref)
    return there


@transaction.atomic
def change_enrolment(enrolment: Enrolment, to: str, *, by: User | None, reason: str) -> Enrolment:
    """Withdraw, finish or take back in, with a reason; taking back in needs a free seat."""
    if not reason.strip():
        raise CityLabError("This step needs a reason.", where="reason", mend="Say in a sentence why.")
    if to not in Enrolment.State.values:
        raise CityLabError(f"There is no state {to!r} of an enrolment.", where="state")
    batch = Batch.objects.select_for_update().get(pk=enrolment.batch_id)
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if enrolment.state == to:
        return enrolment
    if enrolment.state == Enrolment.State.WITHDRAWN:
        taken = Enrolment.objects.filter(batch=batch).exclude(state=Enrolment.State.WITHDRAWN).count()
        if taken >= batch.seats:
            raise CityLabError(f"All {batch.seats} seats of {batch} are taken.", where="seats")
    was, enrolment.state = enrolment.state, to
    enrolment.save(update_fields=["state"])
    record(
        "enrolment changed", subject(batch), by=by, reason=reason, person=enrolment.user_id, was=was, now=to
    )
    return enrolment


@transaction.atomic
def waive(enrolment: Enrolment, rule: str, *, by: User, reason: str, signature: str) -> Waiver:
    """Waive one rule for one person. Needs a reason and the signer's full name; once for each rule."""
    if not reason.strip() or not signature.strip():
        raise CityLabError(
            "A waiver needs a reason and a signature.",
            where="signature",
            mend="Write why, and your name in full as the signature.",
        )
    waiver, new = Waiver.objects.get_or_create(
        enrolment=enrolment,
        rule=rule,
        defaults={"reason": reason.strip(), "signature": signature.strip(), "by": by},
    )
    if new:
        record(
            "rule waived",
            subject(enrolment.batch),
            by=by,
            reason=reason,
            rule=rule,
            person=enrolment.user_id,
        )
    return waiver


@transaction.atomic
def withdraw_waiver(waiver: Waiver, *, by: User, reason: str) -> None:
    """Take a waiver back, with a reason. The audit log keeps what it said. Once is enough: a second call
    does nothing. Rooms above check first whether something was granted because of it."""
    if not reason.strip():
        raise CityLabError(
            "Taking a waiver back needs a reason.", where="reason", mend="Say in a sentence why."
        )
    held = Waiver.objects.select_for_update().filter(pk=waiver.pk).first()
    if held is None:
        return
    enrolment = held.enrolment
    record(
        "waiver withdrawn",
        subject(enrolment.batch),
        by=by,
        reason=reason,
        rule=held.rule,
        person=enrolment.user_id,
    )
    held.delete()


def _fill(batch: Batch) -> None:
    """What a new batch takes from its version: the week plan with its days, budget lines, places in roles."""
    version = batch.version
    BatchActivity.objects.bulk_create(
        BatchActivity(
            batch=batch,
            kind_id=planned.kind_id,
            title=planned.title,
            day=batch.starts + timedelta(days=planned.day_offset),
            at=planned.at,
            hours=planned.hours,
            module_id=planned.module_id,
        )
        for planned in version.activities.all()
    )
    fields = [f.name for f in BudgetLine._meta.get_fields()]
    BatchBudgetLine.objects.bulk_create(
        BatchBudgetLine(batch=batch, **{name: getattr(line, name) for name in fields})
        for line in version.budget_lines.all()
    )
    RolePlace.objects.bulk_create(
        RolePlace(batch=batch, role=place.role, places=place.places) for place in version.role_places.all()
    )
