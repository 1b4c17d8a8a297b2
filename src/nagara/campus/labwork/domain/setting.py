"""Verbs of those who teach: set a lab in a batch, change it, publish it, take it back; the example city."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.labwork.models import BatchLabs, LabAssignment, LabWork
from nagara.campus.learning.queries import learners
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch
from nagara.citylab.errors import CityLabError

FIELDS = (
    *("module", "variant", "title", "intro", "opens", "due", "closes", "tz"),
    *("tries", "counts", "hints_cost"),
)
WHEN = frozenset({"opens", "due", "closes", "tz"})


def subject(row: LabAssignment) -> str:
    """The lab's name in the audit log."""
    return f"lab-assignment/{row.pk}"


def locked(row: LabAssignment) -> LabAssignment:
    """The row as it is now, held until the end of the transaction."""
    return LabAssignment.objects.select_for_update(of=("self",)).select_related("batch").get(pk=row.pk)


def given_reason(reason: str) -> str:
    """The reason, or an error that asks for one."""
    if not reason.strip():
        raise CityLabError("A reason is missing.", where="reason", mend="Say in a few words why.")
    return reason.strip()


def _check(row: LabAssignment) -> None:
    from nagara.campus.labwork.shelf import labs_of_module

    row.module = row.module.upper()
    if not labs_of_module(row.module):
        raise CityLabError(f"There is no lab of module {row.module}.", where="module")
    row.set_instants()
    if not row.opens_at < row.due_at <= row.closes_at:
        raise CityLabError(
            "The times are not in order.", where="due", mend="It opens first, is due later, and closes last."
        )
    if row.tries == 0:
        raise CityLabError("Nobody could try.", where="tries", mend="At least 1, or empty for no limit.")


@transaction.atomic
def set_lab(batch: Batch, *, by: User | None, **fields: Any) -> LabAssignment:
    """A lab of a module in a batch, as a draft. Times are wall times in `tz` (default: the batch's zone)."""
    row = LabAssignment(batch=batch, made_by=by, **{"tz": batch.tz, **fields})
    _check(row)
    row.save()
    record("lab set", subject(row), by=by, batch=batch.slug, module=row.module)
    return row


@transaction.atomic
def change_lab(row: LabAssignment, *, by: User, reason: str = "", **fields: Any) -> LabAssignment:
    """Change what is set. Once it is published a reason is needed; module and variant stay once somebody has
    begun: each has numbers of one's own."""
    row = locked(row)
    changed = [name for name in FIELDS if name in fields and getattr(row, name) != fields[name]]
    if not changed:
        return row
    if row.state == LabAssignment.State.PUBLISHED:
        reason = given_reason(reason)
    if {"module", "variant"} & set(changed) and LabWork.objects.filter(assignment=row).exists():
        raise CityLabError(
            "People have begun this lab: its module and variant stay.", mend="Set another lab instead."
        )
    for name in changed:
        setattr(row, name, fields[name])
    _check(row)
    row.save()
    record("lab changed", subject(row), by=by, reason=reason, fields=changed)
    if row.state == LabAssignment.State.PUBLISHED and WHEN & set(changed):
        _tell(row, "labwork/moved", by=by, reason=reason)
    return row


@transaction.atomic
def publish(row: LabAssignment, *, by: User | None, now: datetime) -> LabAssignment:
    """Show the lab to the batch; it can be begun from its opening on. Each learner is told once."""
    row = locked(row)
    if row.state == LabAssignment.State.PUBLISHED:
        return row
    first = row.published_at is None
    row.state, row.published_at = LabAssignment.State.PUBLISHED, row.published_at or now
    row.save(update_fields=["state", "published_at"])
    record("lab published", subject(row), by=by, batch=row.batch.slug, module=row.module)
    if first:
        _tell(row, "labwork/published", by=by)
    return row


@transaction.atomic
def withdraw(row: LabAssignment, *, by: User, reason: str) -> LabAssignment:
    """Take a published lab back: learners do not see it any more. What they did is kept."""
    row, reason = locked(row), given_reason(reason)
    row.state = LabAssignment.State.DRAFT
    row.save(update_fields=["state"])
    record("lab withdrawn", subject(row), by=by, reason=reason)
    return row


def _tell(row: LabAssignment, template: str, *, by: User | None, reason: str = "") -> None:
    for enrolment in learners(row.batch):
        queue(
            to=enrolment.user,
            template=template,
            context={"lab": row, "batch": row.batch, "reason": reason, "link": row.get_absolute_url()},
            about=subject(row),
            by=by,
        )


@transaction.atomic
def set_example_city(batch: Batch, slug: str, *, by: User | None, reason: str = "") -> BatchLabs:
    """The city on which labs run for whom the own city lacks the tables. Work that was begun stays where it
    is."""
    from nagara.campus.cities.lakes import cities_with_data

    if slug and slug not in cities_with_data():
        raise CityLabError(f"There are no data of a city {slug} here.", where="example_city")
    row, _ = BatchLabs.objects.select_for_update().get_or_create(batch=batch)
    if row.example_city != slug:
        was, row.example_city = row.example_city, slug
        row.save(update_fields=["example_city"])
        record("example city set", f"batch/{batch.slug}", by=by, reason=reason, was=was, now=slug)
    return row
