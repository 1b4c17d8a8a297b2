"""Who sees results, who answers for the team."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.people.rules import in_office, signed_in
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.rules import has_role, runs_batch
from nagara.campus.timetable.models import Session


def _batch(thing: Any) -> Batch | None:
    return thing if isinstance(thing, Batch) else getattr(thing, "batch", None)


@rules.predicate
def runs(user: Any, thing: Any) -> bool:
    """The office, or who runs the batch."""
    return runs_batch(user, _batch(thing))


@rules.predicate
def teaches(user: Any, thing: Any) -> bool:
    """A role in the batch, or a session of it at which one speaks."""
    batch = _batch(thing)
    if batch is None or not getattr(user, "is_authenticated", False):
        return False
    return has_role(user, batch) or Session.objects.filter(activity__batch=batch, people__user=user).exists()


rules.add_perm("evaluation.see_results", signed_in & (in_office | teaches))
rules.add_perm("evaluation.run_evaluation", signed_in & runs)
