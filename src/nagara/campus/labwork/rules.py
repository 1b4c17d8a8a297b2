"""Who sets labs, who does them, who sees the work of others."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.labwork.models import LabAssignment, LabWork
from nagara.campus.learning.rules import grades, teaches
from nagara.campus.people.rules import signed_in
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.rules import is_enrolled


def _batch(thing: Any) -> Batch | None:
    if isinstance(thing, LabWork):
        return thing.assignment.batch if thing.assignment is not None else None
    return thing.batch if isinstance(thing, LabAssignment) else thing if isinstance(thing, Batch) else None


@rules.predicate
def sets_labs(user: Any, thing: Any) -> bool:
    """The office, who runs the batch, its lecturers."""
    return bool(teaches(user, _batch(thing)))


@rules.predicate
def sees_class(user: Any, thing: Any) -> bool:
    """The same and its mentors."""
    return bool(grades(user, _batch(thing)))


@rules.predicate
def does_it(user: Any, thing: Any) -> bool:
    """In the batch, and the lab is published."""
    published = isinstance(thing, LabAssignment) and thing.state == LabAssignment.State.PUBLISHED
    return published and is_enrolled(user, thing.batch)


@rules.predicate
def owns_work(user: Any, work: Any) -> bool:
    return isinstance(work, LabWork) and work.user_id == user.pk


rules.add_perm("labwork.set", signed_in & sets_labs)
rules.add_perm("labwork.see_class", signed_in & sees_class)
rules.add_perm("labwork.do", signed_in & does_it)
rules.add_perm("labwork.answer", signed_in & owns_work)
