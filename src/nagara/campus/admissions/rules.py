"""Who may do what in admissions."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.admissions.models import Application, Call, Nomination
from nagara.campus.cities.models import CityMember, Representative
from nagara.campus.people.queries import is_office, now_valid
from nagara.campus.people.rules import signed_in
from nagara.campus.programmes.rules import runs_batch

LEADS = (CityMember.Role.CSCO, CityMember.Role.ALTERNATE)


def runs_call(user: Any, thing: Any) -> bool:
    """Runs the batch of a call, nomination or application."""
    call = thing if isinstance(thing, Call) else getattr(thing, "call", None)
    if is_office(user):
        return True
    return isinstance(call, Call) and runs_batch(user, call.batch)


def nominates(user: Any) -> bool:
    """A National Representative, a CSCO or an alternate today."""
    if not getattr(user, "is_authenticated", False):
        return False
    return (
        Representative.objects.filter(now_valid(), user=user).exists()
        or CityMember.objects.filter(now_valid(), user=user, role__in=LEADS).exists()
    )


def manages_nomination(user: Any, nomination: Any) -> bool:
    """Those who run the batch; for an NR's nomination the state's representatives; for a CSCO's the city's
    leads. A representative sees the others of the state but leaves them to those who made them."""
    if not isinstance(nomination, Nomination):
        return False
    if runs_call(user, nomination):
        return True
    if nomination.kind == Nomination.Kind.NR:
        return Representative.objects.filter(now_valid(), user=user, state=nomination.home_state_id).exists()
    if nomination.kind == Nomination.Kind.CSCO:
        return CityMember.objects.filter(
            now_valid(), user=user, city=nomination.city_id, role__in=LEADS
        ).exists()
    return False


runs_this_call = rules.predicate(runs_call)
owns_application = rules.predicate(
    lambda user, application: isinstance(application, Application) and application.user_id == user.pk
)
may_be_nominator = rules.predicate(nominates)
manages_this_nomination = rules.predicate(manages_nomination)

rules.add_perm("admissions.edit_call", signed_in & runs_this_call)
rules.add_perm("admissions.nominate", signed_in & may_be_nominator)
rules.add_perm("admissions.see_nominations", signed_in & (may_be_nominator | runs_this_call))
rules.add_perm("admissions.change_nomination", signed_in & manages_this_nomination)
rules.add_perm("admissions.use_desk", signed_in & runs_this_call)
rules.add_perm("admissions.fill_in", signed_in & owns_application)
rules.add_perm("admissions.read_citizenship", signed_in & runs_this_call)
