"""Who runs, leads and sees a visit, and who reads what is sealed."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.people.rules import signed_in
from nagara.campus.programmes.rules import runs_batch
from nagara.campus.visits.models import Visit


@rules.predicate
def runs_visit(user: Any, visit: Any) -> bool:
    """The office, or who runs the batch of the visit."""
    return isinstance(visit, Visit) and runs_batch(user, visit.batch)


@rules.predicate
def leads_visit(user: Any, visit: Any) -> bool:
    """One of the leaders of this visit."""
    if not isinstance(visit, Visit) or not getattr(user, "is_authenticated", False):
        return False
    return visit.leaders.filter(pk=user.pk).exists()


rules.add_perm("visits.run_visit", signed_in & runs_visit)
rules.add_perm("visits.see_roster", signed_in & (runs_visit | leads_visit))
rules.add_perm("visits.read_sealed", signed_in & (runs_visit | leads_visit))
