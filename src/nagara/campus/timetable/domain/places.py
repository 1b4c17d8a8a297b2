"""Verbs of the office about venues and rooms, and of speakers about when they cannot come."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from nagara.campus.audit.domain import record
from nagara.campus.cities.clocks import instant
from nagara.campus.people.models import User
from nagara.campus.programmes.domain.batches import check_zone
from nagara.campus.timetable.models import Room, Unavailable, Venue
from nagara.citylab.errors import CityLabError


@transaction.atomic
def save_venue(venue: Venue, *, by: User | None) -> Venue:
    """Keep a new or changed venue."""
    check_zone(venue.tz)
    new = venue.pk is None
    venue.save()
    record("venue added" if new else "venue changed", f"venue/{venue.pk}", by=by)
    return venue


@transaction.atomic
def save_room(room: Room, *, by: User | None) -> Room:
    """Keep a new or changed room of a venue."""
    taken = Room.objects.filter(venue=room.venue, name=room.name).exclude(pk=room.pk)
    if taken.exists():
        raise CityLabError(f"{room.venue} has a room {room.name} already.", where="name")
    new = room.pk is None
    room.save()
    record("room added" if new else "room changed", f"venue/{room.venue_id}", by=by, room=room.pk)
    return room


@transaction.atomic
def remove_room(room: Room, *, by: User | None) -> None:
    """Take away a room in which nothing is held."""
    record("room removed", f"venue/{room.venue_id}", by=by, name=room.name)
    try:
        room.delete()
    except ProtectedError:
        raise CityLabError(f"Sessions are held in {room}.", mend="Give them another room first.") from None


@transaction.atomic
def say_away(
    user: User, *, first: date, last: date, begins: time | None, ends: time | None, reason: str, zone: str
) -> list[Unavailable]:
    """`user` cannot come from `first` to `last`: whole days, or between two times on each of them."""
    check_zone(zone)
    if last < first:
        raise CityLabError("The last day is before the first.", where="last", mend="Swap the two days.")
    if (last - first).days > 366:
        raise CityLabError("That is more than a year.", where="last", mend="Enter it year by year.")
    if (begins is None) != (ends is None):
        raise CityLabError("Give both times, or none for whole days.", where="ends")
    if begins is not None and ends is not None and ends <= begins:
        raise CityLabError("It ends before it begins.", where="ends", mend="Swap the two times.")
    words: dict[str, Any] = {"user": user, "reason": reason.strip()[:120], "source": "typed"}
    if begins is None or ends is None:
        spans = [(datetime.combine(first, time()), datetime.combine(last + timedelta(days=1), time()))]
    else:
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        spans = [(datetime.combine(day, begins), datetime.combine(day, ends)) for day in days]
    made = Unavailable.objects.bulk_create(
        Unavailable(starts=instant(a, zone), ends=instant(b, zone), **words) for a, b in spans
    )
    record("availability said", f"person/{user.pk}", by=user, spans=len(made))
    return made


@transaction.atomic
def take_back(away: Unavailable, *, by: User) -> None:
    """The person can come after all."""
    record("availability taken back", f"person/{away.user_id}", by=by)
    away.delete()
