"""Verbs about seats: take, give back, wait, move up. All of them hold the visit's row: of two people who ask
for the last seat at the same time one gets it and the other waits."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from nagara.campus.audit.domain import record
from nagara.campus.cities.clocks import instant
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Enrolment
from nagara.campus.timetable.models import PublicSession
from nagara.campus.timetable.queries import takes_part
from nagara.campus.visits.domain.setting_up import locked, subject
from nagara.campus.visits.models import Seat, Visit
from nagara.citylab.errors import CityLabError

SEATED, WAITING, GIVEN_BACK = Seat.State.SEATED, Seat.State.WAITING, Seat.State.GIVEN_BACK


def released(visit: Visit) -> PublicSession | None:
    """What people know of its session; None before the release."""
    return PublicSession.objects.filter(session=visit.session_id).first()


def sign_up_state(visit: Visit, now: datetime) -> str:
    """ "" where people can sign up now, else why not."""
    public = released(visit)
    if public is None:
        return "The timetable with this visit is not released yet."
    if public.cancelled:
        return "The visit is cancelled."
    if now >= public.starts:
        return "The visit has begun."
    if visit.whom == Visit.Whom.EVERYONE:
        return "Nobody signs up for this visit: everyone of the group has a seat."
    return _outside_window(visit, now)


def _outside_window(visit: Visit, now: datetime) -> str:
    zone = visit.session.tz
    if visit.opens and now < instant(visit.opens, zone):
        return f"Sign-up opens on {visit.opens:%d %b %Y at %H:%M} ({zone})."
    if visit.closes and now >= instant(visit.closes, zone):
        return f"Sign-up closed on {visit.closes:%d %b %Y at %H:%M} ({zone})."
    return ""


def free(visit: Visit) -> int | None:
    """How many seats are free; None where there is no limit."""
    if visit.seats is None:
        return None
    return max(visit.seats - visit.places.filter(state=SEATED).count(), 0)


@transaction.atomic
def take_seat(visit: Visit, enrolment: Enrolment, *, by: User | None, now: datetime) -> Seat:
    """A person signs up: a seat, or a place on the waiting list. Asked twice it is the same seat."""
    visit = locked(visit)
    closed = sign_up_state(visit, now)
    if closed:
        raise CityLabError(closed, mend="Ask those who run the batch.")
    if not takes_part(visit.session).filter(pk=enrolment.pk).exists():
        raise CityLabError("This visit is for another group.", mend="Ask those who run the batch.")
    return _place(visit, enrolment, by=by)


@transaction.atomic
def add_person(visit: Visit, enrolment: Enrolment, *, by: User | None, reason: str = "") -> Seat:
    """The organiser gives someone of the batch a seat, or a place on the waiting list where it is full."""
    visit = locked(visit)
    if enrolment.batch_id != visit.batch.pk or enrolment.state == Enrolment.State.WITHDRAWN:
        raise CityLabError(f"{enrolment.user} is not in this batch.", mend="Choose someone who is.")
    seat = _place(visit, enrolment, by=by, reason=reason)
    _say(seat, "seat" if seat.state == SEATED else "waiting", by=by)
    return seat


def _place(visit: Visit, enrolment: Enrolment, *, by: User | None, reason: str = "") -> Seat:
    seat = Seat.objects.filter(visit=visit, enrolment=enrolment).first()
    if seat is not None and seat.state != GIVEN_BACK:
        return seat
    left = free(visit)
    waits = left == 0 or (left is not None and visit.places.filter(state=WAITING).exists())
    seat = seat or Seat(visit=visit, enrolment=enrolment)
    seat.state, seat.reason = (WAITING if waits else SEATED), ""
    seat.place = _last(visit) + 1 if waits else 0
    seat.save()
    record(
        "waits for a seat" if waits else "seat taken",
        subject(visit),
        by=by,
        reason=reason,
        enrolment=enrolment.pk,
    )
    return seat


def _last(visit: Visit) -> int:
    return visit.places.filter(state=WAITING).aggregate(last=Max("place"))["last"] or 0


@transaction.atomic
def give_back(seat: Seat, *, by: User | None, now: datetime, reason: str = "") -> Seat:
    """A person, or the organiser with a reason, gives a seat back; who waits first moves up and is told."""
    visit = locked(seat.visit)
    seat = Seat.objects.select_for_update(of=("self",)).select_related("enrolment__user").get(pk=seat.pk)
    own = by is not None and by.pk == seat.enrolment.user_id
    if not own and not reason.strip():
        raise CityLabError("A reason is missing.", where="reason", mend="Say why this seat is taken back.")
    public = released(visit)
    if public is not None and now >= public.starts:
        raise CityLabError(
            "The visit has begun.", mend="Who is not there is marked in the attendance of the session."
        )
    if seat.state == GIVEN_BACK:
        return seat
    seat.state, seat.reason, seat.place = GIVEN_BACK, reason.strip()[:300], 0
    seat.save()
    seat.legs.clear()
    record("seat given back", subject(visit), by=by, reason=reason, enrolment=seat.enrolment_id)
    if not own:
        _say(seat, "taken-back", by=by)
    fill(visit, by=by)
    return seat


def fill(visit: Visit, *, by: User | None) -> list[Seat]:
    """Give free seats to those who wait, in their order, and tell them. The visit is held by the caller."""
    left = free(visit)
    waiting = visit.places.filter(state=WAITING).select_related("enrolment__user").order_by("place", "id")
    moved = list(waiting if left is None else waiting[:left])
    for seat in moved:
        seat.state, seat.place = SEATED, 0
        seat.save()
        record("moved up to a seat", subject(visit), by=by, enrolment=seat.enrolment_id)
        _say(seat, "moved-up", by=by)
    return moved


@transaction.atomic
def join_waiting(seat: Seat, *, by: User | None, place: int, reason: str) -> Seat:
    """The organiser changes the order of the waiting list: this person comes to `place` (from 1)."""
    if not reason.strip():
        raise CityLabError("A reason is missing.", where="reason", mend="Say why the order changes.")
    visit = locked(seat.visit)
    queue_ = list(visit.places.filter(state=WAITING).order_by("place", "id"))
    own = next((s for s in queue_ if s.pk == seat.pk), None)
    if own is None:
        raise CityLabError("This person does not wait.", mend="Load the page again.")
    queue_.remove(own)
    queue_.insert(max(place, 1) - 1, own)
    for number, waiting in enumerate(queue_, 1):
        Seat.objects.filter(pk=waiting.pk).update(place=number)
    record("waiting list changed", subject(visit), by=by, reason=reason, enrolment=own.enrolment_id)
    return Seat.objects.get(pk=own.pk)


@transaction.atomic
def seat_group(visit: Visit, *, by: User | None) -> tuple[int, int]:
    """Bring the seats in step with the group: everyone gets one where everyone has one; who is no longer in
    the group gives it back. Says (how many came, how many went). Safe to repeat."""
    visit = locked(visit)
    group = takes_part(visit.session)
    went = list(visit.places.exclude(state=GIVEN_BACK).exclude(enrolment__in=group.values("pk")))
    for seat in went:
        seat.state, seat.reason, seat.place = GIVEN_BACK, "no longer in the group", 0
        seat.save()
        seat.legs.clear()
    came = _everyone(visit) if visit.whom == Visit.Whom.EVERYONE else 0
    if went:
        fill(visit, by=by)
    if came or went:
        record("seats brought in step with the group", subject(visit), by=by, came=came, went=len(went))
    return came, len(went)


def _everyone(visit: Visit) -> int:
    """Seats for those of the group who have none and gave none back; who finds it full waits."""
    known = visit.places.values("enrolment")
    new = list(takes_part(visit.session).exclude(pk__in=known).order_by("user__sort_key", "pk"))
    left, last = free(visit), _last(visit)
    seated = new if left is None else new[:left]
    Seat.objects.bulk_create(
        [Seat(visit=visit, enrolment=enrolment, state=SEATED) for enrolment in seated]
        + [
            Seat(visit=visit, enrolment=enrolment, state=WAITING, place=last + number)
            for number, enrolment in enumerate(new[len(seated) :], 1)
        ]
    )
    return len(new)


def seat_all_groups(now: datetime) -> int:
    """Regular work: visits that are still to come, in step with their groups."""
    coming = Visit.objects.filter(
        session__public__ends__gt=now, session__public__cancelled=False, whom=Visit.Whom.EVERYONE
    )
    return sum(sum(seat_group(visit, by=None)) for visit in coming.select_related("session__activity"))


def _say(seat: Seat, letter: str, *, by: User | None) -> None:
    """A letter about a seat: only of a released visit, nobody hears of a draft."""
    public = released(seat.visit)
    if public is None or public.cancelled:
        return
    context = {"seat": seat, "visit": seat.visit, "public": public, "path": seat.visit.get_absolute_url()}
    queue(
        to=seat.enrolment.user,
        template=f"visits/{letter}",
        context=context,
        about=subject(seat.visit),
        by=by,
    )
