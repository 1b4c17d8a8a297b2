"""Who edits banks and quizzes, who takes them, who sees results."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.people.queries import is_office, now_valid
from nagara.campus.people.rules import in_office, signed_in
from nagara.campus.programmes.models import Batch, BatchRole
from nagara.campus.programmes.rules import is_enrolled
from nagara.campus.quizzes.models import Quiz
from nagara.campus.quizzes.models.banks import TEACHING, teaches_now


def _batch(thing: Any) -> Batch | None:
    return thing.batch if isinstance(thing, Quiz) else thing if isinstance(thing, Batch) else None


def role_in(user: Any, batch: Batch | None) -> frozenset[str]:
    """Slugs of the roles of `user` in the batch today. Asked once a request: kept on the user."""
    if batch is None or not getattr(user, "is_authenticated", False):
        return frozenset()
    known: dict[int, frozenset[str]] = user.__dict__.setdefault("_roles_in_batches", {})
    if batch.pk not in known:
        held = BatchRole.objects.filter(now_valid(), user=user, batch=batch).values_list("role", flat=True)
        known[batch.pk] = frozenset(held)
    return known[batch.pk]


@rules.predicate
def teaches(user: Any, thing: Any) -> bool:
    """The office, or a manager, coordinator, lecturer or mentor of the batch."""
    batch = _batch(thing)
    return batch is not None and (is_office(user) or bool(role_in(user, batch) & set(TEACHING)))


@rules.predicate
def looks_into(user: Any, thing: Any) -> bool:
    """Any role in the batch, an observer's too."""
    batch = _batch(thing)
    return batch is not None and (is_office(user) or bool(role_in(user, batch)))


@rules.predicate
def takes(user: Any, thing: Any) -> bool:
    """In the batch, and the quiz is no draft."""
    return isinstance(thing, Quiz) and thing.state != Quiz.State.DRAFT and is_enrolled(user, thing.batch)


@rules.predicate
def works_on_banks(user: Any) -> bool:
    return teaches_now(user)


rules.add_perm("quizzes.edit_banks", signed_in & (in_office | works_on_banks))
rules.add_perm("quizzes.edit", signed_in & teaches)
rules.add_perm("quizzes.see_results", signed_in & looks_into)
rules.add_perm("quizzes.take", signed_in & takes)
