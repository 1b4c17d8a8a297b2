"""Who runs, reads for, decides and releases a round."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.people.rules import signed_in
from nagara.campus.programmes.rules import runs_batch
from nagara.campus.selection.models import Assignment, Committee, Reviewer, Round


def _round(thing: Any) -> Round | None:
    return thing if isinstance(thing, Round) else getattr(thing, "round", None)


@rules.predicate
def runs_round(user: Any, thing: Any) -> bool:
    """The office, or who runs the batch of the round's call."""
    round_ = _round(thing)
    return round_ is not None and runs_batch(user, round_.call.batch)


def committee_role(user: Any, thing: Any) -> str:
    """ "chair", "member", "secretary", or nothing. Asked once a request: the answer is kept on the user."""
    round_ = _round(thing)
    if round_ is None or not getattr(user, "is_authenticated", False):
        return ""
    known: dict[int, str] = user.__dict__.setdefault("_committees", {})
    if round_.pk not in known:
        role = Committee.objects.filter(round=round_, user=user).values_list("role", flat=True).first()
        known[round_.pk] = role or ""
    return known[round_.pk]


@rules.predicate
def on_committee(user: Any, thing: Any) -> bool:
    return bool(committee_role(user, thing))


@rules.predicate
def chairs(user: Any, thing: Any) -> bool:
    return committee_role(user, thing) == Committee.Role.CHAIR


@rules.predicate
def reads_for(user: Any, thing: Any) -> bool:
    """A reviewer of the round."""
    round_ = _round(thing)
    if round_ is None or not getattr(user, "is_authenticated", False):
        return False
    return Reviewer.objects.filter(round=round_, user=user, active=True).exists()


@rules.predicate
def is_the_reader(user: Any, thing: Any) -> bool:
    """The reviewer of this reading, while it is open or done."""
    return isinstance(thing, Assignment) and Assignment.objects.read_by(user).filter(pk=thing.pk).exists()


rules.add_perm("selection.run_round", signed_in & runs_round)
rules.add_perm("selection.see_round", signed_in & (runs_round | on_committee))
rules.add_perm("selection.decide", signed_in & (runs_round | on_committee))
rules.add_perm("selection.release", signed_in & (runs_round | chairs))
rules.add_perm("selection.read_for", signed_in & reads_for)
rules.add_perm("selection.score", signed_in & is_the_reader)
