"""Verbs: tell those with a seat what is new, remind those whose facts are missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.cities.clocks import clock
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.timetable.models import PublicSession
from nagara.campus.visits.domain.seats import released
from nagara.campus.visits.domain.setting_up import locked, subject
from nagara.campus.visits.missing import missing_of_visit
from nagara.campus.visits.models import Leg, Seat, Visit
from nagara.citylab.errors import CityLabError

WORDS = {
    "host": "host",
    "address": "address",
    "contact": "contact",
    "meeting": "meeting point",
    "dress": "dress and safety",
    "rules": "rules of the place",
    "bring": "to bring",
    "stops": "programme",
}
LONG = ("dress", "rules")
BEFORE = timedelta(days=3)
HOURS = range(9, 20)
"""Reminders by themselves go out three days before, by day at the host."""


@dataclass(frozen=True)
class News:
    """What is new for one person: all of it (`first`), or lines."""

    seat: Seat
    first: bool
    lines: tuple[str, ...]
    rides: tuple[str, ...]


def facts(visit: Visit) -> dict[str, str]:
    """What people are told of a visit, without rides, as plain text."""
    at = f"{visit.meeting_at:%H:%M}" if visit.meeting_at else ""
    contact = (visit.contact_name, visit.contact_phone, visit.contact_email)
    return {
        "host": visit.host,
        "address": visit.address,
        "contact": ", ".join(word for word in contact if word),
        "meeting": ", ".join(word for word in (at, visit.meeting_point) if word),
        "dress": visit.dress,
        "rules": visit.rules,
        "bring": "; ".join(visit.bring),
        "stops": "; ".join(f"{stop['at']} {stop['what']}".strip() for stop in visit.stops),
    }


def ride(leg: Leg) -> str:
    """A leg as one line of a letter."""
    arrives = f", arrives {leg.arrives:%H:%M}" if leg.arrives else ""
    which = f" ({leg.operator})" if leg.operator else ""
    return f"{leg.departs:%H:%M} {leg.start} to {leg.goal} by {leg.mode}{which}{arrives}"


def short(leg: Leg) -> str:
    """A leg in a few words, for a roster."""
    return f"{leg.departs:%H:%M} {leg.operator or leg.mode}"


def rides(visit: Visit, word: Callable[[Leg], str] = ride) -> dict[int, list[str]]:
    """Lines of each person's rides, by seat. Ways on which nobody was given a place are for everyone."""
    legs = list(visit.legs.prefetch_related("people"))
    taken = {leg.pk: {seat.pk for seat in leg.people.all()} for leg in legs}
    seats = visit.places.filter(state=Seat.State.SEATED).values_list("pk", flat=True)
    return {pk: [word(leg) for leg in legs if not taken[leg.pk] or pk in taken[leg.pk]] for pk in seats}


def news(visit: Visit) -> list[News]:
    """What those with a seat do not know yet. Nobody is told twice."""
    now, riding = facts(visit), rides(visit)
    told: Mapping[str, Any] = visit.told or {}
    before, knew = told.get("facts", {}), told.get("rides", {})
    common = tuple(_difference(before, now)) if visit.told else ()
    found = []
    seats = visit.places.filter(state=Seat.State.SEATED).select_related("enrolment__user")
    for seat in seats:
        own = tuple(riding.get(seat.pk, []))
        if str(seat.pk) not in knew:
            found.append(News(seat, True, (), own))
            continue
        changed = tuple(knew[str(seat.pk)]) != own
        if common or changed:
            lines = (*common, *(("Your rides are new.",) if changed else ()))
            found.append(News(seat, False, lines, own))
    return found


def _difference(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    lines = []
    for name, words in WORDS.items():
        was, is_ = before.get(name, ""), now.get(name, "")
        if was == is_:
            continue
        title = words[:1].upper() + words[1:]
        if name in LONG:
            lines.append(f"{title}: new words, see the page.")
        else:
            lines.append(f"{title}: {is_ or 'none any more'}" + (f" (was: {was})" if was else ""))
    return lines


@transaction.atomic
def tell(visit: Visit, *, by: User | None, note: str = "", quiet: bool = False) -> int:
    """Tell each person with a seat what is new for them, and nobody else; says how many were told.
    `quiet` writes no letters (demonstration, imports). Raises CityLabError before the release."""
    visit = locked(visit)
    public = released(visit)
    if public is None or public.cancelled:
        raise CityLabError(
            "The session of this visit is not released, or it is cancelled.",
            mend="Release the timetable first; nobody hears of a draft.",
        )
    found = news(visit)
    for piece in () if quiet else found:
        _write(piece, visit, public, note=note, by=by)
    visit.told = {"facts": facts(visit), "rides": {str(pk): lines for pk, lines in rides(visit).items()}}
    visit.told_at = public.changed_at if quiet else _now()
    visit.save(update_fields=["told", "told_at"])
    record("people with a seat told", subject(visit), by=by, reason=note, count=len(found), quiet=quiet)
    return len(found)


def _now() -> datetime:
    from django.utils import timezone

    return timezone.now()


def _write(piece: News, visit: Visit, public: PublicSession, *, note: str, by: User | None) -> None:
    queue(
        to=piece.seat.enrolment.user,
        template="visits/briefing" if piece.first else "visits/changed",
        context={
            "visit": visit,
            "public": public,
            "facts": facts(visit),
            "lines": piece.lines,
            "rides": piece.rides,
            "note": note.strip(),
            "path": visit.get_absolute_url(),
        },
        about=subject(visit),
        by=by,
    )


@transaction.atomic
def remind(visit: Visit, *, by: User | None, now: datetime, only_new: bool = False) -> int:
    """Write to those with a seat whose facts are missing, at most once a day each; says to how many.
    `only_new`: nobody who was reminded before."""
    visit = locked(visit)
    public = released(visit)
    if public is None or public.cancelled or public.ends <= now:
        return 0
    today = clock(visit.session.tz, now).at.date()
    count = 0
    for seat, lacks in missing_of_visit(visit):
        if not lacks or seat.reminded_on == today or (only_new and seat.reminded_on):
            continue
        Seat.objects.filter(pk=seat.pk).update(reminded_on=today)
        queue(
            to=seat.enrolment.user,
            template="visits/missing",
            context={"visit": visit, "public": public, "lacks": lacks, "path": _form(visit)},
            about=subject(visit),
            by=by,
        )
        count += 1
    if count:
        record("reminded of missing facts", subject(visit), by=by, count=count)
    return count


def _form(visit: Visit) -> str:
    from django.urls import reverse

    return reverse("travel-facts", args=[visit.batch.slug])


def remind_due(now: datetime) -> int:
    """Regular work: visits that begin within three days, each person once, by day at the host."""
    soon = Visit.objects.filter(
        session__public__starts__gt=now,
        session__public__starts__lte=now + BEFORE,
        session__public__cancelled=False,
    ).select_related("session__activity__batch")
    return sum(
        remind(visit, by=None, now=now, only_new=True)
        for visit in soon
        if clock(visit.session.tz, now).at.hour in HOURS
    )
