"""Verbs about travel facts: keep what a person says, read what is sealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.people.domain.consents import answer
from nagara.campus.people.models import User
from nagara.campus.people.secrets import read_secret
from nagara.campus.programmes.models import Enrolment
from nagara.campus.visits.domain.setting_up import subject
from nagara.campus.visits.models import Seat, TravelFacts, Visit
from nagara.citylab.errors import CityLabError

FIELDS = {"passport": "passport_number", "medical": "medical_note"}
OPEN = (
    *("diet", "diet_note", "access", "access_note"),
    *("emergency_name", "emergency_relation", "emergency_phone"),
)


@transaction.atomic
def keep_facts(
    enrolment: Enrolment,
    *,
    by: User,
    facts: Mapping[str, Any],
    consents: Mapping[str, bool] | None = None,
) -> TravelFacts:
    """Keep what a person said. Only names in `facts` change; sealed ones that are None stay as they are,
    an empty medical note says that there is nothing to note."""
    held, _ = TravelFacts.objects.select_for_update().get_or_create(enrolment=enrolment)
    for name in OPEN:
        if name in facts:
            setattr(held, name, facts[name])
    if facts.get("passport_number") is not None:
        held.passport_number = facts["passport_number"]
    if facts.get("medical_note") is not None:
        held.medical_note, held.medical_said = facts["medical_note"], True
    held.save()
    for purpose, given in (consents or {}).items():
        answer(enrolment.user, purpose=purpose, given=given, by=by)
    said = sorted(name for name in facts if facts[name] is not None)
    record("travel facts kept", f"person/{enrolment.user_id}", by=by, batch=enrolment.batch.slug, said=said)
    return held


def read_fact(seat: Seat, what: str, *, by: User, reason: str) -> str:
    """A sealed fact of a person with a seat, for the leader or who runs the batch (the caller has asked
    whether `by` may). Refused where the visit does not ask it. Every read is written down."""
    if what not in FIELDS or what not in seat.visit.asks:
        raise CityLabError("This visit does not ask that.", mend="Change what it asks, if it needs it.")
    if not reason.strip():
        raise CityLabError("A reason is missing.", where="reason", mend="Say why you read it.")
    held = TravelFacts.objects.filter(enrolment=seat.enrolment_id).first()
    if held is None or not getattr(held, FIELDS[what]):
        return ""
    about = f"person/{seat.enrolment.user_id}"
    return read_secret(held, FIELDS[what], by=by, reason=f"{seat.visit}: {reason}"[:300], about=about)


@transaction.atomic
def read_passports(visit: Visit, seats: Iterable[Seat], *, by: User, reason: str) -> list[tuple[Seat, str]]:
    """Passport numbers of those with a seat, for the guards of a place that demands them."""
    found = [(seat, read_fact(seat, "passport", by=by, reason=reason)) for seat in seats]
    record("passport list made", subject(visit), by=by, reason=reason, count=len(found))
    return found
