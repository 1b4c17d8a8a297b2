"""Waiving one rule for one person, and taking that back before a certificate rests on it."""

from __future__ import annotations

from django.db import transaction

from nagara.campus.credentials.domain.lines import rules_in_words
from nagara.campus.credentials.models import Certificate
from nagara.campus.people.models import User
from nagara.campus.programmes.domain import waive, withdraw_waiver
from nagara.campus.programmes.models import Enrolment, Waiver
from nagara.citylab.errors import CityLabError


@transaction.atomic
def waive_rule(enrolment: Enrolment, rule: str, *, by: User, reason: str, signature: str) -> Waiver:
    """Waive a certificate rule of the batch for one person: reason and full name needed; audited.

    Raises CityLabError for a rule that the batch does not have, and where it is waived already.
    """
    held = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    words = dict(rules_in_words(held.batch))
    if rule not in words:
        raise CityLabError(
            f"The certificate has no rule {rule!r}.", where="rule", mend="Choose one of the list."
        )
    if held.waivers.filter(rule=rule).exists():
        raise CityLabError(f"This rule is waived already: {words[rule]}.", where="rule")
    return waive(held, rule, by=by, reason=reason, signature=signature)


@transaction.atomic
def take_back(waiver: Waiver, *, by: User, reason: str) -> None:
    """Take a waiver back. Raises CityLabError where a valid certificate rests on it."""
    enrolment = Enrolment.objects.select_for_update(of=("self",)).get(pk=waiver.enrolment_id)
    for held in Certificate.objects.standing().filter(enrolment=enrolment):
        if any(kept["rule"] == waiver.rule for kept in held.snapshot.get("waivers", ())):
            raise CityLabError(
                f"{held.number} rests on this waiver.",
                mend="Revoke the certificate first, or issue it anew afterwards.",
            )
    withdraw_waiver(waiver, by=by, reason=reason)
