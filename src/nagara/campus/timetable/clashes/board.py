"""Reading everything that a draft is checked against: a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from nagara.campus.cities.models import State
from nagara.campus.people.models import User
from nagara.campus.programmes import calendars
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.timetable.clashes.shapes import (
    Board,
    Hours,
    Meal,
    Prayer,
    RoomFacts,
    Slot,
    Speaker,
    Teacher,
    instant_of,
    minutes_of,
)
from nagara.campus.timetable.models import (
    Frame,
    Group,
    GroupMember,
    Room,
    Session,
    SessionPerson,
    Unavailable,
)

FIELDS = (
    *("pk", "title", "activity__title", "day", "at", "minutes", "tz", "room", "online"),
    *("activity__group", "activity__counts"),
)
DAY = timedelta(days=1)


def frame_of(batch: Batch) -> Frame:
    """What the batch says about its days, or the usual where it says nothing (not kept)."""
    return Frame.objects.filter(batch=batch).first() or Frame(batch=batch)


def hours_of(frame: Frame) -> Hours:
    """The frame as values. What cannot be read is left out: the form checks it."""
    prayers = tuple(
        Prayer(
            str(row["name"]),
            minutes_of(row["from"]),
            minutes_of(row["to"]),
            frozenset(row.get("days", ())),
            str(row.get("season", "")),
            frozenset(row.get("states", ())),
        )
        for row in frame.prayers
    )
    meals = tuple(
        Meal(str(row["name"]), minutes_of(row["from"]), minutes_of(row["to"]), int(row["minutes"]))
        for row in frame.meals
    )
    travel = {date.fromisoformat(row["day"]): str(row.get("note", "")) for row in frame.travel_days}
    return Hours(minutes_of(frame.work_from), minutes_of(frame.work_to), prayers, meals, travel)


def board_of(batch: Batch, *, first: date | None = None, last: date | None = None) -> Board:
    """The draft of a batch as the finder needs it. `first` to `last`: the days that are looked at beyond the
    sessions', for free times."""
    drafted = list(
        Session.objects.filter(activity__batch=batch, cancelled=False).values_list(*FIELDS).order_by("pk")
    )
    speakers = _speakers(Session.objects.filter(activity__batch=batch, cancelled=False))
    slots = [_slot(row, speakers.get(row[0], frozenset()), batch) for row in drafted]
    days = [slot.day for slot in slots] + [day for day in (first, last) if day]
    days = days or [batch.starts, batch.ends]
    earliest, latest = min(days), max(days)
    wanted = {key for keys in speakers.values() for key in keys if isinstance(key, int)}
    slots += _foreign(batch, slots, wanted, earliest, latest)
    people, states = _people(batch)
    host = batch.host_state
    if host is not None:
        states[host.iso2] = (host.name, host.facts)
    board = Board(
        tz=batch.tz,
        first_day=batch.starts,
        last_day=batch.ends,
        slots=slots,
        rooms={
            room.pk: RoomFacts(str(room), room.seats) for room in Room.objects.select_related("venue").all()
        },
        people=people,
        members=_members(batch),
        groups=dict(Group.objects.filter(batch=batch).values_list("pk", "name")),
        teachers=_teachers(batch, wanted, earliest, latest),
        hours=hours_of(frame_of(batch)),
        host=host.iso2 if host else "",
        states={iso2: name for iso2, (name, _) in states.items()},
        weekends={iso2: calendars.weekend(iso2, facts) for iso2, (_, facts) in states.items()},
        seasons=calendars.seasons_between(earliest, latest),
    )
    by_day: dict[tuple[str, date], list[calendars.Holiday]] = defaultdict(list)
    for holiday in calendars.holidays_between(earliest - DAY, latest + DAY, states):
        by_day[holiday.iso2, holiday.day].append(holiday)
    board.holidays = by_day
    return board


def _slot(row: tuple[Any, ...], speakers: frozenset[Speaker], batch: Batch) -> Slot:
    pk, title, activity, day, at, minutes, tz, room, online, group, counts = row
    first = at.hour * 60 + at.minute
    starts = instant_of(day, first, tz)
    at_home = online and (room is None or batch.mode != Batch.Mode.ON_SITE)
    return Slot(
        *(pk, title or activity, starts, starts + minutes, day, first, tz, room, group),
        speakers,
        online,
        at_home,
        counts,
    )


def _speakers(sessions: Any) -> dict[int, frozenset[Speaker]]:
    """Speakers of each session: persons, or names of those without an account."""
    found: dict[int, set[Speaker]] = defaultdict(set)
    rows = SessionPerson.objects.filter(session__in=sessions).values_list("session", "user", "name")
    for session, user, name in rows:
        found[session].add(user if user is not None else name.casefold())
    return {session: frozenset(keys) for session, keys in found.items()}


def _foreign(batch: Batch, slots: Iterable[Slot], speakers: set[int], first: date, last: date) -> list[Slot]:
    """Sessions of other batches on these days in the same rooms or with the same speakers."""
    rooms = {slot.room for slot in slots if slot.room is not None}
    others = Session.objects.filter(
        Q(room__in=rooms) | Q(people__user__in=speakers),
        day__range=(first - DAY, last + DAY),
        cancelled=False,
    ).exclude(activity__batch=batch)
    found = []
    seen: set[int] = set()
    keys = _speakers(others.values("pk"))
    for row in others.values_list(*FIELDS, "activity__batch__name"):
        if row[0] in seen:
            continue
        seen.add(row[0])
        slot = _slot(row[:-1], keys.get(row[0], frozenset()) & speakers, batch)
        found.append(
            Slot(
                *(slot.id, f"{slot.title} of {row[-1]}", slot.starts, slot.ends, slot.day, slot.first),
                slot.tz,
                slot.room,
                speakers=slot.speakers,
                online=slot.online,
                foreign=True,
            )
        )
    return found


def _people(batch: Batch) -> tuple[dict[int, tuple[str, str]], dict[str, tuple[str, Any]]]:
    """Zone and state in which each participant lives; and these states with their facts."""
    rows = (
        Enrolment.objects.filter(batch=batch)
        .exclude(state=Enrolment.State.WITHDRAWN)
        .values_list(
            *("pk", "city__tz", "city__state__iso2", "city__state__name", "user__tz", "user__country")
        )
    )
    people: dict[int, tuple[str, str]] = {}
    names: dict[str, str] = {}
    for pk, city_tz, iso2, name, own_tz, country in rows:
        people[pk] = (city_tz or own_tz or batch.tz, iso2 or country or "")
        if iso2:
            names[iso2] = name
    facts = dict(State.objects.filter(iso2__in=names).values_list("iso2", "facts"))
    return people, {iso2: (name, facts.get(iso2)) for iso2, name in names.items()}


def _members(batch: Batch) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    members = GroupMember.objects.filter(group__batch=batch).exclude(
        enrolment__state=Enrolment.State.WITHDRAWN
    )
    for group, enrolment in members.values_list("group", "enrolment"):
        found[group].add(enrolment)
    for pk in Group.objects.filter(batch=batch).values_list("pk", flat=True):
        found.setdefault(pk, set())
    return {group: frozenset(members) for group, members in found.items()}


def teachers_of(users: Iterable[int], first: date, last: date) -> dict[Speaker, Teacher]:
    """Persons who speak, with when they cannot come from `first` to `last`."""
    wanted = set(users)
    away: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    busy = Unavailable.objects.filter(
        user__in=wanted, starts__date__lte=last + DAY, ends__date__gte=first - DAY
    )
    for user, starts, ends, reason in busy.values_list("user", "starts", "ends", "reason"):
        away[user].append((int(starts.timestamp()) // 60, int(ends.timestamp()) // 60, reason))
    return {
        user.pk: Teacher(str(user), user.tz, tuple(sorted(away.get(user.pk, ()))))
        for user in User.objects.filter(pk__in=wanted)
    }


def _teachers(batch: Batch, wanted: set[int], first: date, last: date) -> dict[Speaker, Teacher]:
    found = teachers_of(wanted, first, last)
    names = SessionPerson.objects.filter(session__activity__batch=batch, user=None)
    for name in names.values_list("name", flat=True).distinct():
        found.setdefault(name.casefold(), Teacher(name))
    return found
