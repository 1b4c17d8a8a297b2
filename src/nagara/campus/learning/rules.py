"""Who writes, grades and learns."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.learning.queries import graded_batches, taught_batches
from nagara.campus.people.rules import signed_in
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.rules import enrolled_in_batch


def _known(user: Any, name: str, batch: Any, ask: Any) -> bool:
    """Asked once a request for each batch: the answer is kept on the user."""
    if not isinstance(batch, Batch) or not getattr(user, "is_authenticated", False):
        return False
    kept: dict[tuple[str, int], bool] = user.__dict__.setdefault("_learning", {})
    if (name, batch.pk) not in kept:
        kept[name, batch.pk] = ask(user).filter(pk=batch.pk).exists()
    return kept[name, batch.pk]


@rules.predicate
def teaches(user: Any, batch: Any) -> bool:
    """The office, who runs the batch, its lecturers."""
    return _known(user, "teaches", batch, taught_batches)


@rules.predicate
def grades(user: Any, batch: Any) -> bool:
    """The same and its mentors."""
    return _known(user, "grades", batch, graded_batches)


rules.add_perm("learning.teach", signed_in & teaches)
rules.add_perm("learning.grade", signed_in & grades)
rules.add_perm("learning.learn", signed_in & enrolled_in_batch)
