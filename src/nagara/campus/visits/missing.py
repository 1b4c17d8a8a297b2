"""What people still have to say before a visit: only what the visit needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from nagara.campus.people.models import Consent, ConsentText
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.visits.models import ASKS, Seat, TravelFacts, Visit

TERMS, PHOTO = "visits", "photo"
CONSENTS = {TERMS: "terms of visits", PHOTO: "photos: yes or no"}


def missing(facts: TravelFacts | None, asks: Iterable[str], answered: Collection[str]) -> list[str]:
    """What is not said, in words. `answered`: purposes of consents to which there is an answer."""
    lacks = [ASKS[ask] for ask in ASKS if ask in set(asks) and not _said(facts, ask)]
    return lacks + [words for purpose, words in CONSENTS.items() if purpose not in answered]


def _said(facts: TravelFacts | None, ask: str) -> bool:
    if facts is None:
        return False
    if ask == "diet":
        return facts.diet is not None
    if ask == "access":
        return facts.access is not None
    if ask == "emergency":
        return bool(facts.emergency_name and facts.emergency_phone)
    return bool(facts.passport_number) if ask == "passport" else facts.medical_said


def consents_of(users: Collection[int]) -> dict[int, dict[str, bool]]:
    """Answers to the present words of the two consents, by person; who was never asked has none. A consent
    that the site has no words for counts as refused. Two queries."""
    newest: dict[str, int] = {}
    for purpose, version in ConsentText.objects.filter(purpose__in=CONSENTS).values_list(
        "purpose", "version"
    ):
        newest[purpose] = max(version, newest.get(purpose, 0))
    unasked = dict.fromkeys(set(CONSENTS) - set(newest), False)
    found: dict[int, dict[str, bool]] = {pk: dict(unasked) for pk in users}
    rows = Consent.objects.filter(user__in=users, purpose__in=CONSENTS).order_by("at", "id")
    for user, purpose, version, given in rows.values_list("user", "purpose", "version", "given"):
        if given and version < newest.get(purpose, 0):
            found[user].pop(purpose, None)
        else:
            found[user][purpose] = given
    return found


def missing_of_visit(visit: Visit, seats: Iterable[Seat] | None = None) -> list[tuple[Seat, list[str]]]:
    """Each person with a seat, and what is missing of theirs. Four queries."""
    if seats is None:
        seats = visit.places.filter(state=Seat.State.SEATED)
        seats = seats.select_related("enrolment__user", "enrolment__city")
    rows = list(seats)
    facts = facts_of([seat.enrolment_id for seat in rows])
    answers = consents_of([seat.enrolment.user_id for seat in rows])
    return [
        (seat, missing(facts.get(seat.enrolment_id), visit.asks, answers[seat.enrolment.user_id]))
        for seat in rows
    ]


def facts_of(enrolments: Collection[int]) -> dict[int, TravelFacts]:
    rows = TravelFacts.objects.filter(enrolment__in=enrolments)
    return {row.enrolment_id: row for row in rows}


def asked_of(enrolment: Enrolment, now: datetime) -> list[str]:
    """What the person's visits of this batch that are still to come ask, each thing once."""
    coming = Visit.objects.filter(
        places__enrolment=enrolment,
        places__state__in=[Seat.State.SEATED, Seat.State.WAITING],
        session__public__ends__gt=now,
        session__public__cancelled=False,
    )
    asks = {ask for row in coming.values_list("asks", flat=True) for ask in row}
    return [ask for ask in ASKS if ask in asks]


def own_missing(enrolment: Enrolment, now: datetime) -> list[str]:
    """What the person still has to say for the visits to come; nothing where there are none."""
    asks = asked_of(enrolment, now)
    if not asks:
        return []
    held = TravelFacts.objects.filter(enrolment=enrolment).first()
    return missing(held, asks, consents_of([enrolment.user_id])[enrolment.user_id])


def batches_with_visits(user: int, now: datetime) -> list[Enrolment]:
    """The person's enrolments with visits to come on which they have a seat."""
    return list(
        Enrolment.objects.filter(
            user=user,
            visit_seats__state=Seat.State.SEATED,
            visit_seats__visit__session__public__ends__gt=now,
            visit_seats__visit__session__public__cancelled=False,
        )
        .exclude(state=Enrolment.State.WITHDRAWN)
        .select_related("batch")
        .distinct()
    )


def has_visits(batch: Batch) -> bool:
    return Visit.objects.filter(session__activity__batch=batch).exists()
