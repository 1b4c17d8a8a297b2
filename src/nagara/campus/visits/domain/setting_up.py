"""Verbs: give a session its visit, change it, its legs."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.people.models import User
from nagara.campus.timetable.models import Session
from nagara.campus.visits.models import ASKS, Leg, Seat, Visit
from nagara.citylab.errors import CityLabError

KIND = "technical-visit"


def subject(visit: Visit) -> str:
    return f"visit/{visit.pk}"


def locked(visit: Visit) -> Visit:
    """The visit as it stands, held until the transaction ends: everything about its seats waits in line."""
    return Visit.objects.select_for_update().get(pk=visit.pk)


@transaction.atomic
def set_up(session: Session, *, by: User | None) -> Visit:
    """The visit of a session; the one that is there if there is one. Raises CityLabError where the session is
    of another kind of activity."""
    session = Session.objects.select_for_update().get(pk=session.pk)
    if session.activity.kind.slug != KIND:
        raise CityLabError(
            f"{session} is no technical visit.", mend="Choose the kind of its activity in the timetable."
        )
    visit, made = Visit.objects.get_or_create(session=session)
    if made:
        record("visit set up", subject(visit), by=by, session=session.pk)
    return visit


@transaction.atomic
def change_visit(visit: Visit, *, version: int, by: User | None, **changes: Any) -> Visit:
    """Change what a visit says. `version` is that of the form: one opened before another's change is refused.

    `leaders` is a list of people. Fewer seats than people with a seat are refused; more give those who wait
    their seats. Raises CityLabError.
    """
    from nagara.campus.visits.domain.seats import fill

    visit = locked(visit)
    if visit.version != version:
        raise CityLabError(
            "Somebody changed this visit while your form was open.", mend="Load the page and change it again."
        )
    leaders = changes.pop("leaders", None)
    changed = sorted(name for name, value in changes.items() if getattr(visit, name) != value)
    for name in changed:
        setattr(visit, name, changes[name])
    _check(visit)
    visit.version += 1
    visit.save()
    if leaders is not None and {user.pk for user in leaders} != set(
        visit.leaders.values_list("pk", flat=True)
    ):
        visit.leaders.set(leaders)
        changed.append("leaders")
    fill(visit, by=by)
    if changed:
        record("visit changed", subject(visit), by=by, fields=changed)
    return visit


def _check(visit: Visit) -> None:
    unknown = sorted(set(visit.asks) - set(ASKS))
    if unknown:
        raise CityLabError(f"Nobody knows how to ask {', '.join(unknown)}.", where="asks")
    if visit.opens and visit.closes and visit.opens >= visit.closes:
        raise CityLabError("Sign-up closes before it opens.", where="closes", mend="Mend one of the two.")
    taken = visit.places.filter(state=Seat.State.SEATED).count()
    if visit.seats is not None and visit.seats < taken:
        raise CityLabError(
            f"{taken} people have a seat already.",
            where="seats",
            mend=f"Keep {taken} seats or more, or give seats back on the roster first.",
        )


@transaction.atomic
def save_leg(visit: Visit, leg: Leg, *, by: User | None) -> Leg:
    """Add or change a leg. Fewer seats than people on it are refused."""
    visit = locked(visit)
    leg.visit = visit
    if leg.pk and leg.seats is not None and leg.people.count() > leg.seats:
        raise CityLabError(
            f"{leg.people.count()} people are on {leg}.", where="seats", mend="Take some off it first."
        )
    new = leg.pk is None
    if new and not leg.order:
        leg.order = visit.legs.count() + 1
    leg.save()
    record("leg added" if new else "leg changed", subject(visit), by=by, leg=str(leg))
    return leg


@transaction.atomic
def take_out_leg(leg: Leg, *, by: User | None, reason: str) -> None:
    """Take a leg out; its people stay on the visit."""
    if not reason.strip():
        raise CityLabError("A reason is missing.", where="reason", mend="Say why this leg goes.")
    visit = locked(leg.visit)
    record("leg taken out", subject(visit), by=by, reason=reason, leg=str(leg))
    leg.delete()
