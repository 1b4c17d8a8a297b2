"""Verbs about the supervisor's co-signature: ask, sign."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.urls import reverse

from nagara.campus.admissions.models import Cosignature, Nomination
from nagara.campus.audit.domain import record
from nagara.campus.notices.domain import queue
from nagara.campus.people import links
from nagara.campus.people.models import User
from nagara.citylab.errors import CityLabError

WORKS_FOR_DAYS = 60


@transaction.atomic
def ask_supervisor(
    nomination: Nomination, *, name: str, email: str, position: str = "", by: User | None
) -> Cosignature:
    """Send the supervisor the personal link. Asking another one ends the link of the first."""
    Nomination.objects.select_for_update(of=("self",)).get(pk=nomination.pk)
    before = Cosignature.objects.filter(nomination=nomination).first()
    if before is not None and before.answer:
        raise CityLabError(f"{before.name} has signed already.")
    if nomination.state != Nomination.State.PROPOSED:
        raise CityLabError(f"This nomination is {nomination.get_state_display()} already.")
    same = before is not None and before.email == email.strip().lower()
    if before is not None and not same:
        before.delete()
    if before is not None and same:
        asked = before
    else:
        asked = Cosignature.objects.create(
            nomination=nomination, name=name.strip(), email=email.strip().lower(), position=position.strip()
        )
    token = links.make("cosign", str(asked.pk), days=WORKS_FOR_DAYS)
    queue(
        to=asked.email,
        template="admissions/cosign-asked",
        context={
            "cosignature": asked,
            "nomination": nomination,
            "call": nomination.call,
            "link": reverse("cosign", args=[token]),
        },
        about=f"nomination/{nomination.pk}",
        by=by,
    )
    record("supervisor asked", f"nomination/{nomination.pk}", by=by)
    return asked


@transaction.atomic
def sign(cosignature: Cosignature, *, name: str, position: str, yes: bool, reason: str = "") -> Cosignature:
    """Keep the supervisor's word, with the time. A no needs a reason; a word given stays."""
    nomination = (
        Nomination.objects.select_for_update(of=("self",))
        .select_related("call", "nominator", "head")
        .get(pk=cosignature.nomination_id)
    )
    signed = Cosignature.objects.get(pk=cosignature.pk)
    if signed.answer:
        return signed
    if nomination.state != Nomination.State.PROPOSED:
        raise CityLabError(
            f"This nomination is {nomination.get_state_display()}: there is nothing to sign any more."
        )
    if not name.strip() or not position.strip():
        raise CityLabError("Sign with your name and your position.")
    if not yes and not reason.strip():
        raise CityLabError("Say why you do not sign.", where="reason")
    signed.name, signed.position = name.strip(), position.strip()
    signed.answer, signed.reason = "yes" if yes else "no", reason.strip()
    signed.answered_at = datetime.now(UTC)
    signed.save()
    nomination.state = Nomination.State.COSIGNED if yes else Nomination.State.DECLINED
    nomination.save(update_fields=["state"])
    told = nomination.head.email if nomination.head else nomination.nominator
    if told:
        queue(
            to=told,
            template="admissions/cosigned",
            context={"nomination": nomination, "cosignature": signed, "call": nomination.call},
            about=f"nomination/{nomination.pk}",
            by=None,
        )
    verb = "nomination co-signed" if yes else "nomination declined"
    record(verb, f"nomination/{nomination.pk}", by=None, reason=signed.reason)
    return signed
