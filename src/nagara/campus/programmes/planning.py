"""Dates of a batch: how a copy moves them, and what they run into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Protocol

from nagara.campus.cities.models import State
from nagara.campus.programmes import calendars
from nagara.campus.programmes.models import Batch, BatchActivity

DAY = timedelta(days=1)
WEEK = 7


class Dated(Protocol):
    """What has a day and a title: an activity of a batch, or one that would be."""

    @property
    def title(self) -> str: ...
    @property
    def day(self) -> date: ...


@dataclass(frozen=True, slots=True)
class Moved:
    """An activity as a copy would have it."""

    title: str
    day: date
    was: date
    at: time | None
    hours: float
    kind: str


@dataclass(frozen=True, slots=True)
class Clash:
    """An activity on a day that is no working day somewhere. `bad`: at the host; else elsewhere."""

    title: str
    day: date
    where: str
    why: str
    bad: bool
    better: date | None = None


def same_weekday_next_year(day: date) -> date:
    """The day nearest to one year later that falls on the same day of the week: 52 or 53 weeks on."""
    try:
        later = day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        later = day.replace(year=day.year + 1, day=28)
    weeks = round((later - day).days / WEEK)
    return day + timedelta(days=weeks * WEEK)


def move(activities: Iterable[BatchActivity], days: int) -> list[Moved]:
    """Activities moved by `days`, in order."""
    by = timedelta(days=days)
    return [Moved(a.title, a.day + by, a.day, a.at, float(a.hours), a.kind.name) for a in activities]


def next_working_day(day: date, state: State, closed: set[date]) -> date | None:
    """The nearest working day of the state within ten days, later days first; None where there is none."""
    weekend = calendars.weekend(state.iso2, state.facts)
    for distance in range(1, 11):
        for other in (day + distance * DAY, day - distance * DAY):
            if other.weekday() not in weekend and other not in closed:
                return other
    return None


def clashes(items: Sequence[Dated], *, host: State | None, states: Iterable[State] = ()) -> list[Clash]:
    """What the days of `items` run into: holidays and weekends of the host (bad), holidays elsewhere.

    Three database queries at most, however many items.
    """
    if not items:
        return []
    first, last = min(item.day for item in items), max(item.day for item in items)
    others = [state for state in states if host is None or state.iso2 != host.iso2]
    held = ([host] if host else []) + others
    names = {state.iso2: state.name for state in held}
    there = calendars.holidays_between(first - 10 * DAY, last + 10 * DAY, names)
    by_day: dict[date, list[calendars.Holiday]] = {}
    for holiday in there:
        by_day.setdefault(holiday.day, []).append(holiday)
    found: list[Clash] = []
    for item in items:
        today = by_day.get(item.day, [])
        if host is not None:
            found += _at_host(item, host, [h for h in today if h.iso2 == host.iso2], there)
        found += [
            Clash(item.title, item.day, names[h.iso2], h.words, bad=False)
            for h in today
            if host is None or h.iso2 != host.iso2
        ]
    return found


def _at_host(
    item: Dated, host: State, today: list[calendars.Holiday], there: list[calendars.Holiday]
) -> list[Clash]:
    closed = {h.day for h in there if h.iso2 == host.iso2 and not h.region}
    whole = [h for h in today if not h.region]
    if whole:
        better = next_working_day(item.day, host, closed)
        return [Clash(item.title, item.day, host.name, "; ".join(h.words for h in whole), True, better)]
    if item.day.weekday() in calendars.weekend(host.iso2, host.facts):
        better = next_working_day(item.day, host, closed)
        return [Clash(item.title, item.day, host.name, f"{item.day:%A}: weekend", True, better)]
    return [Clash(item.title, item.day, host.name, h.words, bad=False) for h in today]


def states_concerned(batch: Batch) -> list[State]:
    """States whose holidays matter: those of the batch's cities, else every state with member cities."""
    of_cities = State.objects.filter(cities__batches=batch).distinct()
    return list(of_cities) or list(State.objects.filter(cities__isnull=False).distinct())


def notes(first: date, last: date, *, host: State | None, states: Iterable[State]) -> list[str]:
    """Seasons that the days touch, and states whose holidays nobody knows."""
    said = [
        f"{season.name}: {season.first:%-d %b %Y} to {season.last:%-d %b %Y}. {season.advice}"
        for season in calendars.seasons_between(first, last)
    ]
    held = {state.iso2: state.name for state in ([host] if host else []) + list(states)}
    missing = [held[iso2] for iso2 in calendars.unknown_states(held)]
    if missing:
        said.append(f"The holidays of {', '.join(missing)} are not known here: enter them under Holidays.")
    return said


def by_day(found: Sequence[Clash]) -> list[tuple[date, list[Clash]]]:
    """One line a day and holiday: a holiday that meets three activities stands once."""
    days: dict[date, dict[tuple[str, str], Clash]] = {}
    for clash in found:
        days.setdefault(clash.day, {}).setdefault((clash.where, clash.why), clash)
    return [(day, list(there.values())) for day, there in sorted(days.items())]


@dataclass(frozen=True, slots=True)
class BadDay:
    """A day at the host that is no working day: why, what is planned on it, the nearest working day."""

    day: date
    why: str
    titles: list[str]
    better: date | None


def bad_days(found: Iterable[Clash]) -> list[BadDay]:
    """The clashes at the host, one line a day."""
    days: dict[tuple[date, str], BadDay] = {}
    for clash in found:
        if clash.bad:
            there = days.setdefault((clash.day, clash.why), BadDay(clash.day, clash.why, [], clash.better))
            there.titles.append(clash.title)
    return sorted(days.values(), key=lambda bad: bad.day)
