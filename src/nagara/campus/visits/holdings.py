"""What the room tells the others: doors, leaders as roles, whom a change concerns, own data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Q
from django.urls import reverse

from nagara.campus.people.models import User
from nagara.campus.people.roles import Held
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.tabs import Tab
from nagara.campus.timetable.models import PublicSession, Session
from nagara.campus.visits.domain.setting_up import KIND
from nagara.campus.visits.models import Seat, TravelFacts, Visit


def tabs_of(batch: Batch, user: Any) -> Iterator[Tab]:
    """The visits, where the batch has any, or where its timetable has sessions that could be."""
    count = Visit.objects.filter(session__activity__batch=batch).count()
    if count or Session.objects.filter(activity__batch=batch, activity__kind__slug=KIND).exists():
        yield Tab("Visits", reverse("batch-visits", args=[batch.slug]), str(count or ""))


def doors_of(public: PublicSession, user: Any) -> Iterator[Tab]:
    """The visit of a session, its sheet, and the roster for those who may see it."""
    visit = Visit.objects.filter(session=public.session_id).select_related("session__activity__batch").first()
    if visit is None:
        return
    yield Tab("Visit", visit.get_absolute_url(), visit.host)
    yield Tab("Visit sheet", reverse("visit-sheet", args=[visit.pk, "day"]))
    if may(user, "visits.see_roster", visit):
        yield Tab("Roster of the visit", reverse("visit-roster", args=[visit.pk]))


def concerned(session: Session) -> Iterable[User]:
    """Those with a seat or waiting for one, and the leaders."""
    visit = Visit.objects.filter(session=session).first()
    if visit is None:
        return []
    seats = visit.places.exclude(state=Seat.State.GIVEN_BACK).order_by().values("enrolment__user")
    led = visit.leaders.order_by().values("pk")
    return User.objects.filter(Q(pk__in=seats) | Q(pk__in=led))


def only_seats(session: Session) -> set[int] | None:
    """Of a visit by sign-up: those with a seat or waiting for one. None for every other session."""
    visit = Visit.objects.filter(session=session, whom=Visit.Whom.SIGN_UP).first()
    if visit is None:
        return None
    seats = visit.places.exclude(state=Seat.State.GIVEN_BACK)
    return set(seats.values_list("enrolment__user", flat=True))


def held(user: User) -> list[Held]:
    """Visits that one leads."""
    return list(held_by_many([user.pk]).get(user.pk, []))


def held_by_many(ids: Collection[int]) -> Mapping[int, Iterable[Held]]:
    found: dict[int, list[Held]] = defaultdict(list)
    rows = Visit.leaders.through.objects.filter(user_id__in=ids).select_related("visit__session__activity")
    for row in rows:
        visit: Any = row.visit
        found[row.user_id].append(
            Held("Leader of a visit", "visit", str(visit), visit.get_absolute_url(), until=visit.session.day)
        )
    return found


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    """Seats and travel facts. Sealed fields are opened: they are the person's own."""
    from nagara.campus.people.secrets import read_secret

    seats = Seat.objects.filter(enrolment__user=user).select_related("visit__session__activity")
    facts = []
    for row in TravelFacts.objects.filter(enrolment__user=user).select_related("enrolment__batch"):
        opened = {
            name: read_secret(row, name, by=user, reason="own data", about=f"person/{user.pk}")
            if getattr(row, name)
            else ""
            for name in ("passport_number", "medical_note")
        }
        facts.append(
            {
                "batch": row.enrolment.batch.name,
                "diet": "; ".join(row.diet or []),
                "diet_note": row.diet_note,
                "access": "; ".join(row.access or []),
                "access_note": row.access_note,
                "emergency_name": row.emergency_name,
                "emergency_relation": row.emergency_relation,
                "emergency_phone": row.emergency_phone,
                **opened,
            }
        )
    return {
        "visit_seats": [
            {
                "visit": str(seat.visit),
                "day": seat.visit.session.day.isoformat(),
                "state": seat.state,
                "reason": seat.reason,
            }
            for seat in seats
        ],
        "travel_facts": facts,
    }


def erase(user: User) -> None:
    """Facts go at once; seats stay without words about the person."""
    TravelFacts.objects.filter(enrolment__user=user).delete()
    Seat.objects.filter(enrolment__user=user).exclude(reason="").update(reason="erased")
    Visit.leaders.through.objects.filter(user_id=user.pk).delete()
