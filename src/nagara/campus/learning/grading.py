"""What waits to be graded: oldest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nagara.campus.learning.domain.marking import wants_third
from nagara.campus.learning.models import Marking, Submission
from nagara.campus.programmes.models import Batch

State = Submission.State


@dataclass(frozen=True)
class Waiting:
    """A piece of work and what it waits for from this person."""

    work: Submission
    why: str


def to_grade(user: Any, batches: Iterable[Batch]) -> list[Waiting]:
    """Work of these batches that waits for `user`, oldest first: two questions to the database."""
    rows = (
        Submission.objects.filter(assignment__batch__in=batches, number__gt=0)
        .exclude(state=State.RETURNED)
        .select_related("assignment__batch", "enrolment__user", "group")
        .prefetch_related("markings__marker")
        .order_by("handed_in_at", "pk")
    )
    found = ((work, wanted(work, user)) for work in rows)
    return [Waiting(work, why) for work, why in found if why]


def wanted(work: Submission, user: Any) -> str:
    """What this person should do with it, or nothing."""
    rows = list(work.markings.all())
    if not work.assignment.second_marker:
        sheet = rows[0] if rows else None
        return _own(work, sheet) or _decision(work)
    mine = next((row for row in rows if row.marker_id == user.pk), None)
    if mine is not None:
        said = _own(work, mine)
        if said:
            return said
        return "the two of you differ: agree" if _to_agree(work, rows) else _decision(work, rows)
    taken = {row.place for row in rows}
    if not {1, 2} <= taken:
        return "second mark" if taken else "to mark"
    if wants_third(work, rows) and 3 not in taken and not _agreed(work):
        return "third mark: the two differ"
    return ""


def _own(work: Submission, sheet: Marking | None) -> str:
    if sheet is None:
        return "to mark"
    if not sheet.is_done:
        return "begun"
    return "a newer version came" if sheet.hand_in < work.number else ""


def _decision(work: Submission, rows: list[Marking] | None = None) -> str:
    """Whether it waits to be accepted or returned."""
    if not work.assignment.needs_acceptance or work.state != State.HANDED_IN:
        return ""
    if rows is not None and (len(rows) < 2 or not all(row.is_done for row in rows)):
        return ""
    return "to accept or return"


def _agreed(work: Submission) -> bool:
    return work.assignment.grades.filter(how__agreed=True, enrolment=work.enrolment_id).exists()


def _to_agree(work: Submission, rows: list[Marking]) -> bool:
    return wants_third(work, rows) and not any(row.place == 3 for row in rows) and not _agreed(work)


def following(user: Any, work: Submission) -> Submission | None:
    """The next piece that waits for this person: of the same assignment first, then of the batch."""
    rows = [w.work for w in to_grade(user, [work.assignment.batch]) if w.work.pk != work.pk]
    return next((w for w in rows if w.assignment_id == work.assignment_id), rows[0] if rows else None)
