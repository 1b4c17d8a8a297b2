"""Copying a batch: next year's from last year's, with its dates moved."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.people.models import User
from nagara.campus.people.queries import now_valid
from nagara.campus.programmes import copying
from nagara.campus.programmes.domain.batches import free_slug, subject
from nagara.campus.programmes.models import (
    Batch,
    BatchActivity,
    BatchBudgetLine,
    BatchRole,
    ProgrammeVersion,
    RolePlace,
)
from nagara.citylab.errors import CityLabError

LEFT = (
    "People: participants, and who holds which role",
    "Applications, nominations, reviews and decisions",
    "Attendance, grades and certificates",
    "The cities of the batch: the selection chooses them",
    "Exchange rates keep their date: check them",
)
"""What a copy never takes along."""
SAME = ("mode", "host_name", "host_state_id", "tz", "language", "seats", "budget_currency")


@transaction.atomic
def copy_batch(
    source: Batch,
    *,
    name: str,
    starts: date,
    by: User | None,
    key: str = "",
    version: ProgrammeVersion | None = None,
) -> Batch:
    """A new batch like `source` that starts on `starts`: version, activities, budget lines, places in roles,
    and what the rooms above copy (`programmes.copying`), all dates moved by the same number of days.

    `key` names the form that was sent: sent twice, it makes one batch. `version` is another published
    version of the same programme. What was copied stands, in words, in the audit event. Raises CityLabError.
    """
    held = Batch.objects.select_for_update(of=("self",)).select_related("version__programme")
    source = held.get(pk=source.pk)
    there = Batch.objects.filter(copy_key=key).first() if key else None
    if there is not None:
        if there.copied_from_id != source.pk:
            raise CityLabError("This form made another batch.", mend="Open the form once more.")
        return there
    version = version or source.version
    if version.is_draft or version.programme_id != source.version.programme_id:
        raise CityLabError(
            f"{version} cannot be used here.", where="version", mend="Choose a published version of it."
        )
    if not name.strip():
        raise CityLabError("The new batch needs a name.", where="name")
    days = (starts - source.starts).days
    batch = Batch.objects.create(
        version=version,
        slug=free_slug(name),
        name=name.strip(),
        starts=starts,
        ends=source.ends + timedelta(days=days),
        copied_from=source,
        copy_key=key or None,
        **{field: getattr(source, field) for field in SAME},
    )
    said = [f"version {version.number} of {version.programme}", *_rows(source, batch, days)]
    said += copying.run(source, batch, days=days, by=by)
    record("batch copied", subject(batch), by=by, source=source.slug, days=days, copied=said)
    return batch


def _rows(source: Batch, batch: Batch, days: int) -> list[str]:
    """Activities, budget lines and places in roles."""
    moved = timedelta(days=days)
    activities = list(source.activities.all())
    for activity in activities:
        activity.pk, activity.batch, activity.day = None, batch, activity.day + moved
        activity._state.adding = True
    BatchActivity.objects.bulk_create(activities)
    lines = list(source.budget_lines.all())
    for line in lines:
        line.pk, line.batch = None, batch
        line._state.adding = True
    BatchBudgetLine.objects.bulk_create(lines)
    places = role_places(source)
    RolePlace.objects.bulk_create(
        RolePlace(batch=batch, role=role, places=count) for role, count in places.items()
    )
    return [
        f"{len(activities)} activities, moved by {days} days",
        f"{len(lines)} budget lines",
        f"{sum(places.values())} places in {len(places)} roles, without persons",
    ]


def role_places(batch: Batch) -> dict[str, int]:
    """How many people each role of the batch needs: its places, or those who held it if they were more."""
    places = dict(RolePlace.objects.filter(batch=batch).values_list("role", "places"))
    day = min(batch.ends, date.today())  # noqa: DTZ011 (a calendar day)
    held: dict[str, set[int]] = {}
    for role, user in BatchRole.objects.filter(now_valid(day), batch=batch).values_list("role", "user"):
        held.setdefault(role, set()).add(user)
    for role, users in held.items():
        places[role] = max(places.get(role, 0), len(users))
    return places
