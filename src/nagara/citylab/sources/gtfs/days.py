"""calendar.txt and calendar_dates.txt: the days on which each service runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nagara.citylab.sources.gtfs.fields import NONE, Cells, Ints, Reader, codes_in
from nagara.citylab.sources.gtfs.files import Feed

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CALENDAR = ("service_id", *WEEK, "start_date", "end_date")
DATES = ("service_id", "date", "exception_type")
MOST_DAYS = 5_000_000
"""Service days kept of one feed; beyond it the calendar is cut to CUT_DAYS from its middle start."""
CUT_DAYS = 731
FIRST, LAST = np.datetime64("1970-01-01", "D"), np.datetime64("2200-01-01", "D")
"""Days outside these are no days of service."""
Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class ServiceDays:
    """The days of each service: `days[i]` is a day of service `ids[service[i]]`; sorted, each once."""

    ids: pa.StringArray
    service: Ints
    days: Days


@dataclass
class _Calendar:
    """calendar.txt as read: one row a service."""

    reader: Reader
    service: Ints
    start: Days
    end: Days
    week: NDArray[np.bool_]


def read_days(feed: Feed, wanted: Mapping[str, Any], service: Cells, reference: date) -> ServiceDays:
    """Every day of service. `service` are the trips' services, `wanted` the section [calendar] of the map.

    No calendar gives no days, unless the map says `every_day = true` with `from` and `to`.
    """
    calendar = Reader(feed.clinic, feed.label("calendar"), feed.sheet("calendar", CALENDAR, CALENDAR))
    dates = Reader(feed.clinic, feed.label("calendar_dates"), feed.sheet("calendar_dates", DATES, DATES))
    named, dated = calendar.ids("service_id"), dates.ids("service_id")
    ids = pc.unique(pa.concat_arrays([named.text(), dated.text()])).drop_null()
    rules = _read_calendar(calendar, named, ids)
    window = _window(wanted, rules, feed)
    added, removed = _read_dates(dates, dated, ids)
    keys = np.union1d(np.setdiff1d(_expand(rules, window), removed), added).astype(np.int64)
    if not len(keys) and not len(ids) and wanted.get("every_day") is True:
        return _every_day(service, window)
    days = ServiceDays(ids, (keys >> 24).astype(np.int32), (keys & 0xFFFFFF).astype("datetime64[D]"))
    days = _within(days, window)
    _judge(feed, rules, days, service, reference)
    return days


def _keys(service: NDArray[Any], days: Days) -> NDArray[np.int64]:
    """Service and day in one number, so that days can be added, taken away and sorted."""
    return (service.astype(np.int64) << 24) | days.astype("datetime64[D]").astype(np.int64)


def _read_calendar(reader: Reader, named: Cells, ids: pa.StringArray) -> _Calendar:
    start, end = reader.days("start_date"), reader.days("end_date")
    bad = np.isnat(start) | np.isnat(end) | (end < start)
    missing = named.codes == NONE
    reader.clinic.set_aside("calendar-day", reader.file, reader.rows[bad & ~missing], column="start_date")
    reader.clinic.set_aside("id-missing", reader.file, reader.rows[missing], column="service_id")
    week = np.zeros((len(reader.rows), 7), bool)
    for position, name in enumerate(WEEK):
        number, known = reader.ints(name)
        odd = ~known | ((number != 0) & (number != 1))
        reader.clinic.say("calendar-weekday", reader.file, rows=reader.rows[odd], column=name)
        week[:, position] = known & (number == 1)
    keep = ~bad & ~missing
    service = codes_in(named, ids)
    again = np.ones(len(service), bool)
    again[np.unique(service, return_index=True)[1]] = False
    reader.clinic.say(
        "id-repeated", reader.file, "service_id stands twice: both are used", rows=reader.rows[again]
    )
    start, end = np.maximum(start[keep], FIRST), np.minimum(end[keep], LAST)
    return _Calendar(reader, service[keep], start, end, week[keep])


def _window(wanted: Mapping[str, Any], rules: _Calendar, feed: Feed) -> tuple[Any, Any]:
    """First and last day to keep: as the map says, else all, unless the calendar is beyond bounds."""
    first = np.datetime64(str(wanted.get("from") or FIRST), "D")
    last = np.datetime64(str(wanted.get("to") or LAST), "D")
    low, high = np.maximum(rules.start, first), np.minimum(rules.end, last)
    total = int(np.maximum((high - low).astype(int) + 1, 0).sum())
    if total <= MOST_DAYS:
        return first, last
    first = max(first, np.sort(rules.start)[len(rules.start) // 2])
    last = min(last, first + np.timedelta64(CUT_DAYS - 1, "D"))
    message = (
        f"the calendar spans {total:,} service days, more than {MOST_DAYS:,}: only {first} to {last} are kept"
    )
    feed.clinic.say("calendar-cut", rules.reader.file, message, count=total)
    return first, last


def _expand(rules: _Calendar, window: tuple[Any, Any]) -> NDArray[np.int64]:
    parts = [np.empty(0, np.int64)]
    for service, start, end, week in zip(rules.service, rules.start, rules.end, rules.week, strict=True):
        low, high = max(start, window[0]), min(end, window[1])
        if high < low:
            continue
        days = np.arange(low, high + 1, dtype="datetime64[D]")
        weekday = (days.astype(np.int64) + 3) % 7  # 1 January 1970 was a Thursday
        days = days[week[weekday]]
        parts.append(_keys(np.full(len(days), service), days))
    return np.unique(np.concatenate(parts))


def _read_dates(
    reader: Reader, dated: Cells, ids: pa.StringArray
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keys of the days added and removed."""
    day = reader.days("date")
    bad = np.isnat(day) | (dated.codes == NONE)
    bad |= (day < FIRST) | (day > LAST)
    kind, known = reader.ints("exception_type")
    odd = ~bad & (~known | ((kind != 1) & (kind != 2)))
    reader.clinic.set_aside("calendar-day", reader.file, reader.rows[bad], column="date")
    reader.clinic.set_aside("calendar-exception", reader.file, reader.rows[odd], column="exception_type")
    good = ~bad & ~odd
    keys = _keys(codes_in(dated, ids)[good], day[good])
    return keys[kind[good] == 1], keys[kind[good] == 2]


def _every_day(service: Cells, window: tuple[Any, Any]) -> ServiceDays:
    """What the map says in place of a calendar: every service runs every day."""
    days = np.arange(window[0], window[1] + 1, dtype="datetime64[D]")
    if len(days) > 10 * 366:
        return ServiceDays(service.values, np.empty(0, np.int32), days[:0])
    count = len(service.values)
    codes = np.repeat(np.arange(count, dtype=np.int32), len(days))
    return ServiceDays(service.values, codes, np.tile(days, count))


def _within(days: ServiceDays, window: tuple[Any, Any]) -> ServiceDays:
    keep = (days.days >= window[0]) & (days.days <= window[1])
    return ServiceDays(days.ids, days.service[keep], days.days[keep])


def _judge(feed: Feed, rules: _Calendar, days: ServiceDays, service: Cells, reference: date) -> None:
    """Findings about the calendar as a whole."""
    clinic, file = feed.clinic, rules.reader.file
    if not feed.has("calendar"):
        file = feed.label("calendar_dates")
    if not len(days.days):
        return
    used = np.isin(np.arange(len(days.ids)), codes_in(Cells(service.codes, service.values), days.ids))
    running = np.bincount(days.service, minlength=len(days.ids)) > 0
    idle = pa.array(days.ids).filter(pa.array(~running)).to_pylist()
    if idle:
        clinic.say("service-never-runs", file, count=len(idle), column="service_id", example=idle[0])
    spare = days.ids.filter(pa.array(~used)).to_pylist()
    if spare:
        clinic.say("service-unused", file, count=len(spare), column="service_id", example=spare[0])
    active = days.days[used[days.service]] if used.any() else days.days
    if not len(active):
        active = days.days
    first, last = active.min(), active.max()
    clinic.say(
        "calendar-span", file, f"the timetable runs from {first} to {last}", example=f"{first} to {last}"
    )
    today = np.datetime64(reference, "D")
    if last < today:
        clinic.say(
            "calendar-expired", file, f"the timetable ended on {last}", column="end_date", example=last
        )
    if last > today + np.timedelta64(3653, "D"):
        message = f"the timetable ends on {last}: a placeholder, no promise of service"
        clinic.say("calendar-far-future", file, message, column="end_date", example=last)
