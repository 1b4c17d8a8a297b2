"""Verbs about transport: who rides on which leg, within its seats."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.people.models import User
from nagara.campus.visits.domain.setting_up import locked, subject
from nagara.campus.visits.models import Leg, Seat, Visit
from nagara.citylab.errors import CityLabError


def side_by_side(legs: Iterable[Leg]) -> list[list[Leg]]:
    """Legs from the same place to the same place: each person rides on one of them."""
    found: dict[tuple[str, str], list[Leg]] = defaultdict(list)
    for leg in legs:
        found[leg.start.strip().casefold(), leg.goal.strip().casefold()].append(leg)
    return list(found.values())


@transaction.atomic
def assign(leg: Leg, seats: Iterable[Seat], *, by: User | None) -> int:
    """Put people on a leg; they leave the other legs of the same way. All or none: too many are refused."""
    visit = locked(leg.visit)
    leg = Leg.objects.get(pk=leg.pk)
    wanted = set(visit.places.filter(pk__in=[s.pk for s in seats], state=Seat.State.SEATED))
    there = set(leg.people.all())
    if leg.seats is not None and len(there | wanted) > leg.seats:
        over = len(there | wanted) - leg.seats
        raise CityLabError(
            f"{leg} has {leg.seats} seats: {over} too few for this.",
            mend="Choose fewer people, or put some on another.",
        )
    new = wanted - there
    for other in next(run for run in side_by_side(visit.legs.all()) if leg in run):
        if other != leg:
            other.people.remove(*new)
    leg.people.add(*new)
    if new:
        record("people put on a leg", subject(visit), by=by, leg=str(leg), count=len(new))
    return len(new)


@transaction.atomic
def take_off(leg: Leg, seats: Iterable[Seat], *, by: User | None) -> int:
    """Take people off a leg."""
    visit = locked(leg.visit)
    gone = list(leg.people.filter(pk__in=[s.pk for s in seats]))
    leg.people.remove(*gone)
    if gone:
        record("people taken off a leg", subject(visit), by=by, leg=str(leg), count=len(gone))
    return len(gone)


@transaction.atomic
def share_out(visit: Visit, *, by: User | None) -> tuple[int, int]:
    """Give everyone with a seat a ride on each way, in the order of names; rides that are given stay.
    Says (how many rides were given, how many found no seat)."""
    visit = locked(visit)
    seated = list(visit.places.filter(state=Seat.State.SEATED).order_by("enrolment__user__sort_key", "pk"))
    given = without = 0
    for run in side_by_side(visit.legs.all()):
        riding = {leg.pk: set(leg.people.values_list("pk", flat=True)) for leg in run}
        open_ = [seat for seat in seated if not any(seat.pk in people for people in riding.values())]
        for leg in run:
            left = len(open_) if leg.seats is None else max(leg.seats - len(riding[leg.pk]), 0)
            now, open_ = open_[:left], open_[left:]
            leg.people.add(*now)
            given += len(now)
        without += len(open_)
    if given:
        record("rides shared out", subject(visit), by=by, given=given, without=without)
    return given, without
