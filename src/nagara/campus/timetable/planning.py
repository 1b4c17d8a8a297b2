"""What the pages of the planner show of the draft."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min

from nagara.campus.programmes import calendars
from nagara.campus.programmes.models import Batch
from nagara.campus.timetable.differences import WORDS, draft_of, released_of, what_of
from nagara.campus.timetable.listing import WEEK, monday
from nagara.campus.timetable.models import Activity, PublicSession, Session

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """A session of the draft. `state`: how it differs from what is released; `mark`: its worst clash."""

    session: Session
    at: str
    names: str
    state: str
    mark: str


@dataclass(frozen=True)
class Day:
    day: date
    lines: list[Line]
    closed: str
    note: str


@dataclass
class Page:
    """A week of the planner, or one day of it."""

    days: list[Day]
    week: date
    day: date | None
    weeks: list[date] = field(default_factory=list)
    total: int = 0
    changed: int = 0

    @property
    def before(self) -> date:
        return self.week - WEEK

    @property
    def after(self) -> date:
        return self.week + WEEK


def page_of(batch: Batch, *, week: date | None, day: date | None, marks: dict[int, str]) -> Page:
    """A week (default: the first with sessions that is not over, else the first) or one day of the draft."""
    drafted = Session.objects.filter(activity__batch=batch)
    found = drafted.aggregate(first=Min("day"), last=Max("day"), count=Count("pk"))
    first, last = found["first"] or batch.starts, found["last"] or batch.ends
    if day is not None:
        week = monday(day)
    if week is None:
        today = date.today()  # noqa: DTZ011 (a calendar day to open the page at)
        week = monday(min(max(today, min(first, batch.starts)), max(last, batch.ends)))
        if not batch.starts <= today <= batch.ends:
            week = monday(batch.starts)
    weeks = _weeks(min(first, batch.starts), max(last, batch.ends))
    shown = [day] if day is not None else [week + n * DAY for n in range(7)]
    rows = (
        drafted.filter(day__range=(shown[0], shown[-1]))
        .select_related("activity__kind", "activity__group", "room__venue")
        .prefetch_related("people__user")
        .order_by("day", "at", "pk")
    )
    page = Page([], week, day, weeks, found["count"])
    lines: dict[date, list[Line]] = {}
    for line in _lines(list(rows), marks):
        lines.setdefault(line.session.day, []).append(line)
    page.days = [_day(batch, one, lines.get(one, []), closed) for one, closed in _closed(batch, shown)]
    return page


def _weeks(first: date, last: date) -> list[date]:
    """Mondays from the first to the last week, at most a year of them."""
    found: list[Any] = []
    week = monday(first)
    while week <= last and len(found) < 60:
        found.append(week)
        week += WEEK
    return found


def _closed(batch: Batch, days: list[date]) -> list[tuple[date, str]]:
    """Why each day is no working day at the host, "" for those that are."""
    if batch.host_state is None:
        return [(day, "") for day in days]
    iso2 = batch.host_state.iso2
    there: dict[date, str] = {}
    for holiday in calendars.holidays_between(days[0], days[-1], [iso2]):
        if not holiday.region:
            there[holiday.day] = holiday.words
    weekend = calendars.weekend(iso2, batch.host_state.facts)
    return [(day, there.get(day) or ("weekend" if day.weekday() in weekend else "")) for day in days]


def _day(batch: Batch, day: date, lines: list[Line], closed: str) -> Day:
    outside = "" if batch.starts <= day <= batch.ends else "outside the days of the batch"
    return Day(day, lines, closed, outside)


def _lines(rows: list[Session], marks: dict[int, str]) -> list[Line]:
    public = {
        one.session_id: released_of(one)
        for one in PublicSession.objects.filter(session__in=rows)
        .select_related("group")
        .prefetch_related("speakers")
    }
    found: list[Any] = []
    for row in rows:
        now, was = draft_of(row), public.get(row.pk)
        what = what_of(was, now)
        last = (datetime.combine(row.day, row.at) + timedelta(minutes=row.minutes)).time()
        names = ", ".join(name for name, _ in now.people)
        at = f"{row.at:%H:%M} to {last:%H:%M}"
        found.append(Line(row, at, names, WORDS.get(what, ""), marks.get(row.pk, "")))
    return found


def lines_left(batch: Batch) -> int:
    """Lines of the batch's plan with a time and hours that have no session yet."""
    return batch.activities.filter(session=None, at__isnull=False, hours__gt=0).count()


def activities_of(batch: Batch) -> list[Any]:
    """Activities with how many sessions they have and when."""
    return list(
        Activity.objects.filter(batch=batch)
        .select_related("kind", "group", "module")
        .annotate(count=Count("sessions"), first=Min("sessions__day"), last=Max("sessions__day"))
        .order_by("kind__order", "title", "pk")
    )


def compared(mine: dict[str, Any], theirs: Session) -> list[tuple[str, str, str]]:
    """Where what was typed differs from what someone else kept: field, mine, theirs."""
    now = {
        "Activity": (str(mine["activity"]), str(theirs.activity)),
        "Title": (mine["title"], theirs.title),
        "Day": (f"{mine['day']}", f"{theirs.day}"),
        "Begins at": (f"{mine['at']:%H:%M}", f"{theirs.at:%H:%M}"),
        "Minutes": (str(mine["minutes"]), str(theirs.minutes)),
        "Time zone": (mine["tz"], theirs.tz),
        "Room": (str(mine["room"] or "none"), str(theirs.room or "none")),
        "Online": ("yes" if mine["online"] else "no", "yes" if theirs.online else "no"),
        "Link to join": (mine["join_link"], theirs.join_link),
        "Note": (mine["note"], theirs.note),
        "Speakers": (
            ", ".join(str(who) for who, _ in mine["people"]),
            ", ".join(str(one) for one in theirs.people.all()),
        ),
        "Cancelled": ("no", "yes" if theirs.cancelled else "no"),
    }
    return [(name, a, b) for name, (a, b) in now.items() if a.strip() != b.strip()]
