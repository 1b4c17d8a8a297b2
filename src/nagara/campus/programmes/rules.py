"""Who may see and run a batch, who may change a programme."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.people.queries import is_office, now_valid
from nagara.campus.people.rules import in_office, signed_in
from nagara.campus.programmes.models import Batch, BatchRole, Enrolment, RoleKind


def runs_batch(user: Any, batch: Any) -> bool:
    """The office, or a person whose role in the batch today is one that runs it."""
    if not isinstance(batch, Batch) or not getattr(user, "is_authenticated", False):
        return False
    if is_office(user):
        return True
    running = RoleKind.objects.filter(runs=True).values("slug")
    return BatchRole.objects.filter(now_valid(), user=user, batch=batch, role__in=running).exists()


def has_role(user: Any, batch: Any) -> bool:
    """Any role in the batch today: lecturers, mentors and observers too."""
    if not isinstance(batch, Batch) or not getattr(user, "is_authenticated", False):
        return False
    return BatchRole.objects.filter(now_valid(), user=user, batch=batch).exists()


def is_enrolled(user: Any, batch: Any) -> bool:
    """In the batch and not withdrawn."""
    if not isinstance(batch, Batch) or not getattr(user, "is_authenticated", False):
        return False
    return Enrolment.objects.filter(user=user, batch=batch).exclude(state="withdrawn").exists()


runs_this_batch = rules.predicate(runs_batch)
has_role_in_batch = rules.predicate(has_role)
enrolled_in_batch = rules.predicate(is_enrolled)

rules.add_perm("programmes.view_batch", signed_in & (in_office | has_role_in_batch | enrolled_in_batch))
rules.add_perm("programmes.run_batch", signed_in & runs_this_batch)
rules.add_perm("programmes.see_enrolments", signed_in & (in_office | has_role_in_batch))
rules.add_perm("programmes.copy_batch", in_office)
rules.add_perm("programmes.change_programme", in_office)
rules.add_perm("programmes.change_holidays", in_office)
