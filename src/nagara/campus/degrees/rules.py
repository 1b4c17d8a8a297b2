"""Who may see a student's record, change it, and grade a class."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.degrees.models import Advising, Offering
from nagara.campus.people.queries import now_valid
from nagara.campus.people.rules import signed_in
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.programmes.rules import runs_batch


def _batch(thing: Any) -> Batch | None:
    if isinstance(thing, Batch):
        return thing
    if isinstance(thing, Offering):
        return thing.semester.batch
    return thing.batch if isinstance(thing, Enrolment) else None


@rules.predicate
def runs(user: Any, thing: Any) -> bool:
    """The office, or who runs the batch."""
    batch = _batch(thing)
    return batch is not None and runs_batch(user, batch)


@rules.predicate
def is_own(user: Any, thing: Any) -> bool:
    """One's own degree."""
    return isinstance(thing, Enrolment) and thing.user_id == user.pk


@rules.predicate
def advises(user: Any, thing: Any) -> bool:
    """The student's advisor today; for a batch: of anyone in it."""
    if isinstance(thing, Enrolment):
        return Advising.objects.filter(now_valid(), enrolment=thing, user=user).exists()
    if isinstance(thing, Batch):
        return Advising.objects.filter(now_valid(), enrolment__batch=thing, user=user).exists()
    return False


@rules.predicate
def teaches(user: Any, thing: Any) -> bool:
    """The lecturer of an offered course."""
    return isinstance(thing, Offering) and thing.lecturer_id == user.pk


rules.add_perm("degrees.see_record", signed_in & (is_own | runs | advises))
rules.add_perm("degrees.advise", signed_in & (runs | advises))
rules.add_perm("degrees.run", signed_in & runs)
rules.add_perm("degrees.take_courses", signed_in & (is_own | runs))
rules.add_perm("degrees.grade", signed_in & (teaches | runs))
rules.add_perm("degrees.see_students", signed_in & (runs | advises))
