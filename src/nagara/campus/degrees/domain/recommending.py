"""Who meets every degree rule, and the recommendation to the committee."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.degrees.domain.arithmetic import Record
from nagara.campus.degrees.domain.judging import Judged, judge_many
from nagara.campus.degrees.domain.semesters import DegreeError
from nagara.campus.degrees.models import Recommendation, Recommended
from nagara.campus.people.models import User
from nagara.campus.programmes.domain.batches import subject
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.programmes.standing import Standing


@dataclass(frozen=True)
class Candidate:
    """A student with every verdict; `ready` where all rules are met or waived."""

    enrolment: Enrolment
    standing: Standing
    record: Record
    recommended: Recommended | None = None

    @property
    def ready(self) -> bool:
        return self.standing.met is True

    @property
    def open(self) -> list[str]:
        return [v.said for v in self.standing.verdicts if not v.met and not v.waived]

    @property
    def open_rules(self) -> list[str]:
        """Ids of the rules that are open."""
        return [v.rule for v in self.standing.verdicts if not v.met and not v.waived]

    @property
    def waived(self) -> list[str]:
        return [v.said for v in self.standing.verdicts if v.waived]


def candidates(
    batch: Batch, enrolments: Sequence[Enrolment], *, now: datetime | None = None
) -> list[Candidate]:
    """These people with their verdicts, in a fixed number of queries."""
    return candidates_of(judge_many(batch, enrolments, ("degree",), now=now).values())


def candidates_of(found: Iterable[Judged]) -> list[Candidate]:
    """Candidates from what is judged already; those whose version has no degree rules are left out."""
    held = [j for j in found if "degree" in j.sections]
    rows = Recommended.objects.filter(enrolment__in=[j.enrolment.pk for j in held])
    done = {r.enrolment_id: r for r in rows.select_related("recommendation__by")}
    return [
        Candidate(j.enrolment, j.sections["degree"], j.ledger.record(), done.get(j.enrolment.pk))
        for j in held
    ]


@transaction.atomic
def recommend(
    enrolments: Sequence[Enrolment], *, by: User, reason: str, now: datetime | None = None
) -> Recommendation:
    """Recommend people of one batch for the degree. Refused where a rule is open for one of them, and where
    one was recommended before. Every verdict is kept as it stands."""
    if not enrolments:
        raise DegreeError("Nobody is chosen.", mend="Tick at least one person.")
    if not reason.strip():
        raise DegreeError(
            "The recommendation needs its reason.", where="reason", mend="Name the meeting or the basis."
        )
    batch = Batch.objects.select_for_update().get(pk=enrolments[0].batch_id)
    if any(e.batch_id != batch.pk for e in enrolments):
        raise DegreeError("These people are in more than one batch.")
    found = candidates(batch, list(enrolments), now=now)
    missing = len(enrolments) - len(found)
    if missing:
        raise DegreeError("The version of this batch has no degree rules.")
    open_ = [c for c in found if not c.ready]
    if open_:
        said = "; ".join(f"{c.enrolment.user}: {' / '.join(c.open)}" for c in open_[:5])
        raise DegreeError(
            f"Not every rule is met. {said}", mend="Leave these people out, or waive the rule with a reason."
        )
    again = [c for c in found if c.recommended]
    if again:
        names = ", ".join(str(c.enrolment.user) for c in again)
        raise DegreeError(f"Recommended before: {names}.", mend="Leave them out.")
    made = Recommendation.objects.create(batch=batch, reason=reason.strip(), by=by)
    Recommended.objects.bulk_create(
        Recommended(
            recommendation=made,
            enrolment=c.enrolment,
            award=c.standing.award or "",
            verdicts=[
                {"rule": v.rule, "said": v.said, "met": v.met, "waived": v.waived}
                for v in c.standing.verdicts
            ],
            gpa=None if c.record.gpa is None else c.record.gpa.quantize(Decimal("0.01"), ROUND_HALF_UP),
            credits=c.record.credits,
        )
        for c in found
    )
    record(
        "recommended for the degree",
        subject(batch),
        by=by,
        reason=reason,
        people=[c.enrolment.pk for c in found],
    )
    return made
