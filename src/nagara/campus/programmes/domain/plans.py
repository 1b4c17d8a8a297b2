"""Verbs about a batch's own data: its description, dates, activities, budget, places in roles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.cities.models import State
from nagara.campus.people.models import User
from nagara.campus.programmes import moving
from nagara.campus.programmes.domain.batches import check_zone, subject
from nagara.campus.programmes.models import Batch, BatchActivity, Enrolment, ExtraHoliday
from nagara.citylab.errors import CityLabError

CLOSED = (Batch.State.FINISHED, Batch.State.CANCELLED)


def locked(batch: Batch) -> Batch:
    """The batch, locked. Raises CityLabError where it is finished or cancelled: its dates are history."""
    held = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if held.state in CLOSED:
        raise CityLabError(
            f"{held} is {held.get_state_display().lower()}: it stays as it was.",
            mend="Copy it to a new batch, or take the state back first.",
        )
    return held


@transaction.atomic
def change_batch(batch: Batch, *, by: User | None, **fields: Any) -> Batch:
    """Change fields of the batch. Raises CityLabError for days the wrong way round, an unknown zone, fewer
    seats than people."""
    held = locked(batch)
    changed = sorted(name for name, value in fields.items() if getattr(held, name) != value)
    for name in changed:
        setattr(held, name, fields[name])
    if held.ends < held.starts:
        raise CityLabError("The last day is before the first.", where="ends", mend="Swap the two days.")
    check_zone(held.tz)
    people = Enrolment.objects.filter(batch=held).exclude(state=Enrolment.State.WITHDRAWN).count()
    if held.seats < people:
        raise CityLabError(f"{people} people are in the batch already.", where="seats")
    if changed:
        held.save(update_fields=changed)
        if "budget_currency" in changed:  # the rates were to the old currency
            held.budget_lines.update(rate=None, rate_on=None)
        record("batch changed", subject(held), by=by, fields=changed)
    return held


@transaction.atomic
def move_batch(batch: Batch, starts: date, *, by: User | None, reason: str) -> int:
    """Move the first day to `starts` and everything dated with it; returns the days moved. Needs a reason."""
    if not reason.strip():
        raise CityLabError("Moving a batch needs a reason.", where="reason", mend="Say in a sentence why.")
    held = locked(batch)
    days = (starts - held.starts).days
    if not days:
        return 0
    by_days = timedelta(days=days)
    held.starts, held.ends = held.starts + by_days, held.ends + by_days
    held.save(update_fields=["starts", "ends"])
    activities = list(held.activities.all())
    for activity in activities:
        activity.day += by_days
    BatchActivity.objects.bulk_update(activities, ["day"])
    rooms = moving.run(held, days=days, by=by)
    record("batch moved", subject(held), by=by, reason=reason, days=days, activities=len(activities), **rooms)
    return days


@transaction.atomic
def save_activity(batch: Batch, activity: BatchActivity, *, by: User | None) -> BatchActivity:
    """Keep a new or changed activity of the batch."""
    held = locked(batch)
    new = activity.pk is None
    activity.batch = held
    activity.save()
    verb = "activity added" if new else "activity changed"
    record(verb, subject(held), by=by, activity=activity.title, day=activity.day.isoformat())
    return activity


@transaction.atomic
def remove_activity(activity: BatchActivity, *, by: User | None, reason: str) -> None:
    """Take an activity out of the plan, with a reason."""
    if not reason.strip():
        raise CityLabError("Taking an activity out needs a reason.", where="reason")
    held = locked(activity.batch)
    record("activity removed", subject(held), by=by, reason=reason, activity=activity.title)
    activity.delete()


@transaction.atomic
def change_part(batch: Batch, part: str, save: Callable[[], Any], *, by: User | None) -> None:
    """Let `save` write rows of the batch (budget lines, places in roles), and keep the event."""
    held = locked(batch)
    save()
    record("batch changed", subject(held), by=by, fields=[part])


@transaction.atomic
def say_holiday(
    state: State,
    day: date,
    *,
    name: str,
    by: User | None,
    region: str = "",
    what: str = "add",
    source: str = "",
) -> ExtraHoliday:
    """Add, confirm or take away a holiday: a later word about the same day replaces an earlier one."""
    if what == ExtraHoliday.What.ADD and not name.strip():
        raise CityLabError("A holiday needs a name.", where="name")
    said, _ = ExtraHoliday.objects.update_or_create(
        state=state,
        region=region.strip(),
        day=day,
        defaults={"name": name.strip(), "what": what, "source": source.strip()},
    )
    record("holiday said", f"state/{state.iso2}", by=by, day=day.isoformat(), what=what, region=region)
    return said


@transaction.atomic
def forget_holiday(said: ExtraHoliday, *, by: User | None) -> None:
    """Take the office's word about a day back: the library's holds again."""
    record("holiday taken back", f"state/{said.state.iso2}", by=by, day=said.day.isoformat())
    said.delete()
