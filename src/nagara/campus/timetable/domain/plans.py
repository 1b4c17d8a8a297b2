"""Many sessions in one go: a series, a copy, the lines of the batch's plan; and the frame of its days."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.people.models import User
from nagara.campus.programmes import calendars
from nagara.campus.programmes.models import Batch
from nagara.campus.timetable.clashes.shapes import minutes_of
from nagara.campus.timetable.domain.activities import add_activity, subject
from nagara.campus.timetable.domain.sessions import Planned, add_sessions
from nagara.campus.timetable.models import Activity, Frame, Session
from nagara.citylab.errors import CityLabError

MOST = 120
"""The longest series that one form makes."""
YEAR = timedelta(days=370)


def series_days(
    first: date, times: int, weekdays: Collection[int] = (), closed: Collection[date] = ()
) -> tuple[list[date], list[date]]:
    """`times` days from `first` on, on these days of the week (none: that of `first`), and those left out
    because they are in `closed`. Raises CityLabError for a series that would never end."""
    if not 1 <= times <= MOST:
        raise CityLabError(f"A series has 1 to {MOST} sessions.", where="times")
    wanted = set(weekdays) or {first.weekday()}
    days: list[date] = []
    left: list[date] = []
    day = first
    while len(days) < times:
        if day.weekday() in wanted:
            (left if day in closed else days).append(day)
        day += timedelta(days=1)
        if day - first > 3 * YEAR:
            raise CityLabError("The series would take more than three years.", where="times")
    return days, left


def closed_days(batch: Batch, first: date, last: date) -> dict[date, str]:
    """Holidays of the whole host state between two days."""
    if batch.host_state is None:
        return {}
    there = calendars.holidays_between(first, last, [batch.host_state.iso2])
    return {holiday.day: holiday.words for holiday in there if not holiday.region}


@dataclass(frozen=True)
class Series:
    """What a series made, and the days that it left out, with their holidays."""

    sessions: list[Session]
    left: list[tuple[date, str]]


@transaction.atomic
def add_series(
    planned: Planned,
    *,
    times: int,
    by: User | None,
    weekdays: Collection[int] = (),
    skip_holidays: bool = True,
) -> Series:
    """The planned session, and as many more on the following days of the week, leaving out holidays at the
    host."""
    batch = planned.activity.batch
    closed = closed_days(batch, planned.day, planned.day + 3 * YEAR) if skip_holidays and times > 1 else {}
    days, left = series_days(planned.day, times, weekdays, closed)
    rows = [Planned(**{**planned.__dict__, "day": day}) for day in days]
    return Series(add_sessions(batch, rows, by=by), [(day, closed[day]) for day in left])


@transaction.atomic
def copy_session(session: Session, *, day: date, at: time, by: User | None) -> Session:
    """The same session once more, on another day or at another time; without the link to join."""
    people: list[Any] = [(one.user or one.name, one.role) for one in session.people.select_related("user")]
    copy = Planned(
        session.activity,
        day,
        at,
        session.minutes,
        session.tz,
        session.room,
        session.online,
        people,
        session.title,
        session.note,
    )
    return add_sessions(session.activity.batch, [copy], by=by)[0]


@dataclass
class FromPlan:
    """What was made from a batch's plan, and the lines that were left, with the reason."""

    activities: list[Activity] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    there: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)


@transaction.atomic
def make_from_plan(batch: Batch, *, by: User | None) -> FromPlan:
    """Activities and sessions for every line of the plan that has a time and hours and no session yet. Done
    twice it makes nothing the second time."""
    Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    made = FromPlan()
    known = {
        (activity.kind_id, activity.title): activity
        for activity in Activity.objects.filter(batch=batch, group=None).select_related("batch")
    }
    planned = []
    for line in batch.activities.select_related("kind", "module", "session"):
        if hasattr(line, "session"):
            made.there += 1
            continue
        if line.at is None or not line.hours:
            made.left.append((line.title, "no time" if line.at is None else "a date without hours"))
            continue
        key = (line.kind_id, line.title)
        if key not in known:
            known[key] = add_activity(batch, kind=line.kind, title=line.title, module=line.module, by=by)
            made.activities.append(known[key])
        planned.append(
            Planned(
                known[key],
                line.day,
                line.at,
                int(line.hours * 60),
                batch.tz,
                online=line.kind.slug == "webinar" or batch.mode == Batch.Mode.ONLINE,
                plan_line=line,
            )
        )
    made.sessions = add_sessions(batch, planned, by=by)
    return made


@transaction.atomic
def change_frame(batch: Batch, *, by: User | None, **fields: Any) -> Frame:
    """Change working hours, prayer and meal windows and travel days of the batch."""
    Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    frame, _ = Frame.objects.get_or_create(batch=batch)
    changed = sorted(name for name, value in fields.items() if getattr(frame, name) != value)
    for name in changed:
        setattr(frame, name, fields[name])
    _ordered(frame.work_from, frame.work_to, "work_to", "Working hours")
    for row in frame.prayers:
        _ordered(row["from"], row["to"], "prayers", row["name"])
    for row in frame.meals:
        _ordered(row["from"], row["to"], "meals", row["name"])
        if not 0 < int(row["minutes"]) <= minutes_of(row["to"]) - minutes_of(row["from"]):
            raise CityLabError(f"{row['name']}: the minutes do not fit into its window.", where="meals")
    if changed:
        frame.save()
        record("days of the batch changed", subject(batch), by=by, fields=changed)
    return frame


def _ordered(first: str, last: str, where: str, name: str) -> None:
    try:
        fine = minutes_of(first) < minutes_of(last)
    except (ValueError, AttributeError):
        raise CityLabError(f"{name}: write the time as 15:30.", where=where) from None
    if not fine:
        raise CityLabError(f"{name}: it ends before it begins.", where=where, mend="Swap the two times.")


def move_timetable(batch: Batch, *, days: int, by: User | None) -> int:
    """For `programmes.moving`: the draft's sessions and travel days move with the batch; people are told with
    the next release."""
    moved = timedelta(days=days)
    sessions = list(Session.objects.select_for_update(of=("self",)).filter(activity__batch=batch))
    for session in sessions:
        session.day, session.version = session.day + moved, session.version + 1
    Session.objects.bulk_update(sessions, ["day", "version"], batch_size=200)
    frame = Frame.objects.filter(batch=batch).first()
    if frame is not None:
        frame.travel_days = _moved(frame.travel_days, moved)
        frame.save(update_fields=["travel_days"])
    return len(sessions)


def _moved(travel_days: list[dict[str, Any]], by: timedelta) -> list[dict[str, Any]]:
    return [{**row, "day": (date.fromisoformat(row["day"]) + by).isoformat()} for row in travel_days]


def copy_timetable(source: Batch, new: Batch, *, days: int, by: User | None) -> Iterable[str]:
    """For `programmes.copying`: groups' names, activities, sessions moved with the dates, rooms, the frame.
    Not people, what they answered, links to join, releases."""
    moved = timedelta(days=days)
    frame = Frame.objects.filter(batch=source).first()
    if frame is not None:
        travel = _moved(frame.travel_days, moved)
        frame.pk, frame.batch, frame.travel_days = None, new, travel
        frame._state.adding = True
        frame.save()
    groups = _copied(source.groups.all(), batch=new)
    activities = _copied(
        Activity.objects.filter(batch=source).order_by("pk"),
        batch=new,
        group=lambda old: groups.get(old.group_id),
    )
    sessions = Session.objects.filter(activity__batch=source, cancelled=False).select_related("room")
    planned = [
        Planned(
            activities[old.activity_id],
            old.day + moved,
            old.at,
            old.minutes,
            old.tz,
            old.room,
            old.online,
            (),
            old.title,
            old.note,
        )
        for old in sessions.order_by("pk")
    ]
    add_sessions(new, planned, by=by)
    return [
        f"{len(activities)} activities and {len(planned)} sessions of the timetable, as a draft",
        f"{len(groups)} groups without people",
    ]


def _copied(rows: Iterable[Any], **fields: Any) -> dict[int, Any]:
    """Copies of rows with other values; the old key of each."""
    found: dict[int, Any] = {}
    for row in rows:
        old = row.pk
        values = {name: value(row) if callable(value) else value for name, value in fields.items()}
        row.pk = None
        row._state.adding = True
        for name, value in values.items():
            setattr(row, name, value)
        found[old] = row
    if found:
        type(next(iter(found.values()))).objects.bulk_create(found.values())
    return found
