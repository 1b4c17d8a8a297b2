"""Verbs that give answers, evidence and targets. Nothing that someone typed is lost: an answer carries a
version, and who saves over a newer one is shown both instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.people.models import User
from nagara.campus.readiness.domain.deciding import NotNow, State, forget_yes, held
from nagara.campus.readiness.instruments import SCORES
from nagara.campus.readiness.models import Answer, Assessment, EvidenceItem, Target
from nagara.campus.readiness.questions import questionnaire

MOST_NOTE = 4000
MOST_EVIDENCE = 12
"""Items a question."""


@dataclass(frozen=True)
class Typed:
    """What came in for one question. `seen` is the version that the form was made from, 0 for none."""

    question: str
    score: int | None
    note: str
    seen: int = 0


@dataclass
class Saved:
    """What happened: versions by question as they now are, and what was not saved because someone else
    (or the same person in another window) had been there: (typed, kept)."""

    versions: dict[str, int] = field(default_factory=dict)
    conflicts: list[tuple[Typed, Answer]] = field(default_factory=list)


@transaction.atomic
def answer(assessment: Assessment, typed: Iterable[Typed], *, side: str, by: User) -> Saved:
    """Save the answers of one person. Sending the same twice changes nothing. Raises NotNow where the
    assessment is closed for that side, ValueError for a question or score that does not exist."""
    found = held(assessment, State.SELF if side == Answer.Side.SELF else State.VERIFYING)
    known = questionnaire(found).home_of
    rows = found.answers.select_for_update().filter(side=side)
    if side == Answer.Side.SELF:
        rows = rows.filter(by=by)
    there = {row.question: row for row in rows}
    saved, changed = Saved(), []
    for one in typed:
        if one.question not in known or one.score not in {None, *SCORES}:
            raise ValueError(f"{one.question}: {one.score} is no answer of this instrument")
        row, note = there.get(one.question), one.note.strip()[:MOST_NOTE]
        if row is not None and (row.score, row.note) == (one.score, note):
            saved.versions[one.question] = row.version
        elif row is not None and row.version != one.seen:
            saved.conflicts.append((one, row))
            saved.versions[one.question] = row.version
        elif row is not None or one.score is not None or note:
            saved.versions[one.question] = _keep(found, row, one, note, side=side, by=by)
            changed.append(one.question)
    if changed and side == Answer.Side.VERIFIED:
        forget_yes(found)
        record("verified", found.subject, by=by, questions=changed)
    elif changed:
        record("answered", found.subject, by=by, questions=changed)
    return saved


def _keep(found: Assessment, row: Answer | None, one: Typed, note: str, *, side: str, by: User) -> int:
    if row is None:
        made = Answer.objects.create(
            assessment=found, question=one.question, side=side, score=one.score, note=note, by=by
        )
        return made.version
    row.score, row.note, row.by = one.score, note, by
    row.version += 1
    row.save()
    return row.version


@transaction.atomic
def add_evidence(
    assessment: Assessment, question: str, *, title: str, by: User, url: str = "", file: Any = None
) -> EvidenceItem:
    """A link or a file for a question. The same link twice is kept once. Raises NotNow."""
    found = held(assessment, State.SELF, State.VERIFYING)
    if question not in questionnaire(found).home_of:
        raise ValueError(f"there is no question {question}")
    if not url and not file:
        raise NotNow("Evidence is a link or a file.", mend="Give one of the two.")
    items = found.evidence.filter(question=question)
    there = items.filter(url=url, title=title).first() if url and not file else None
    same = [i for i in items.filter(by=by, title=title) if file and i.file and i.file.size == file.size]
    there = there or (same[0] if same else None)  # a form sent twice
    if there is not None:
        return there
    if items.count() >= MOST_EVIDENCE:
        raise NotNow(f"{question} has {MOST_EVIDENCE} items already.", mend="Take one away first.")
    item = EvidenceItem(assessment=found, question=question, title=title, url=url, by=by)
    if file:
        item.file = file
    item.save()
    forget_yes(found)
    record("evidence added", found.subject, by=by, question=question, item=item.pk)
    return item


@transaction.atomic
def take_evidence_away(item: EvidenceItem, *, by: User, reason: str) -> None:
    """Remove an item; its file goes when the transaction is done. Needs a reason."""
    found = held(item.assessment, State.SELF, State.VERIFYING)
    if not reason.strip():
        raise NotNow("Please say why the evidence is taken away.")
    record("evidence taken away", found.subject, by=by, reason=reason, question=item.question, item=item.pk)
    forget_yes(found)
    file = item.file
    item.delete()
    if file:
        transaction.on_commit(lambda: file.storage.delete(str(file.name)))


@transaction.atomic
def set_target(
    assessment: Assessment, dimension: str, value: Decimal | None, *, by: User, reason: str = ""
) -> Target | None:
    """Where the city wants to be in a dimension; None goes back to the default. Raises NotNow."""
    found = held(assessment, State.VERIFYING)
    if dimension not in questionnaire(found).dimension:
        raise ValueError(f"there is no dimension {dimension}")
    old = found.targets.filter(dimension=dimension).first()
    if value is None:
        if old is not None:
            old.delete()
            forget_yes(found)
            record("target back to default", found.subject, by=by, reason=reason, dimension=dimension)
        return None
    if not 0 <= value <= 5:
        raise NotNow(f"A target is a number from 0 to 5, not {value}.")
    value = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if old is not None and old.value == value and old.reason == reason.strip():
        return old
    made, _ = Target.objects.update_or_create(
        assessment=found,
        dimension=dimension,
        defaults={"value": value, "reason": reason.strip(), "set_by": by},
    )
    forget_yes(found)
    record("target set", found.subject, by=by, reason=reason, dimension=dimension, value=float(value))
    return made
