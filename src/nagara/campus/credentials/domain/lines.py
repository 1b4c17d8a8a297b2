"""Who of a batch gets which certificate, and who not yet: asked once for all, with few queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nagara.campus.credentials.models import Certificate
from nagara.campus.programmes.facts import Fact, facts_about_many
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.programmes.rule_schema import rules_of
from nagara.campus.programmes.rules_engine import Verdict, fact_names, says
from nagara.campus.programmes.standing import Standing, judged

TOLD = (
    "attendance.minutes",
    "attendance.minutes_planned",
    "attendance.minutes_share",
    "submissions.accepted",
    "tests.pre_percent",
    "tests.post_percent",
    "tests.gain",
    "grades.total_percent",
)
"""Facts that a certificate keeps beside those of its rules."""
MET, UNMET, OPEN, WAIVED, ELSEWHERE = "met", "not met", "not known yet", "waived", "does not apply"


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a batch: how the rules stand, and the certificate that holds (or the last one)."""

    enrolment: Enrolment
    standing: Standing
    facts: dict[str, Fact]
    certificate: Certificate | None

    @property
    def award(self) -> str | None:
        return self.standing.award

    @property
    def full(self) -> bool:
        return self.standing.met is True

    @property
    def holds(self) -> bool:
        """A certificate that is valid."""
        return self.certificate is not None and self.certificate.state == Certificate.State.VALID

    @property
    def ready(self) -> bool:
        """It can be issued now: decided, and none was given before (a new one after that is made by hand)."""
        return self.award is not None and self.certificate is None

    @property
    def waived(self) -> list[Verdict]:
        return [verdict for verdict in self.standing.verdicts if verdict.waived]

    @property
    def why_not(self) -> str:
        """Why nothing is issued; empty where it can be."""
        if self.certificate is not None:
            return f"{self.certificate.number}: {self.certificate.get_state_display().lower()}"
        if self.award is None:
            open_ = [v.said for v in self.standing.verdicts if word_of(v) == OPEN]
            return "Not yet decidable. " + "; ".join(open_)
        return ""

    @property
    def verdict(self) -> str:
        """In a word for lists and filters."""
        return self.award or "Not yet decidable"

    @property
    def cells(self) -> list[tuple[str, Verdict]]:
        return [(word_of(verdict), verdict) for verdict in self.standing.verdicts]


def word_of(verdict: Verdict) -> str:
    """What became of a rule, in the words of the pages."""
    if verdict.waived:
        return WAIVED
    if not verdict.applies:
        return ELSEWHERE
    return OPEN if verdict.met is None else MET if verdict.met else UNMET


def rules_in_words(batch: Batch) -> list[tuple[str, str]]:
    """The certificate rules of a batch: id and words."""
    return [(str(rule["id"]), says(rule)) for rule in rules_of(batch.version.rules, "certificate")]


def has_rule(batch: Batch) -> bool:
    """True where the programme version says how a certificate is earned."""
    return isinstance(batch.version.rules.get("certificate"), dict)


def is_over(batch: Batch, now: datetime) -> bool:
    """The last day has come at the host, or the batch is finished: verdicts are final enough to issue."""
    day = now.astimezone(ZoneInfo(batch.tz)).date()
    return batch.state == Batch.State.FINISHED or (batch.state == Batch.State.RUNNING and day >= batch.ends)


def line_up(batch: Batch, enrolments: Iterable[Any] | None = None) -> list[Line]:
    """Everyone of the batch who did not withdraw, sorted by name; `enrolments`: only these primary keys."""
    rows = (
        Enrolment.objects.filter(batch=batch)
        .exclude(state=Enrolment.State.WITHDRAWN)
        .select_related("user", "city__state")
        .prefetch_related("waivers")
        .order_by("user__sort_key", "pk")
    )
    if enrolments is not None:
        rows = rows.filter(pk__in=list(enrolments))
    people = list(rows)
    for person in people:
        person.batch = batch
    given: dict[int, Certificate] = {}
    for made in Certificate.objects.filter(enrolment__in=people).order_by("issued_at", "pk"):
        before = given.get(made.enrolment_id or 0)
        if before is None or before.state != Certificate.State.VALID:
            given[made.enrolment_id or 0] = made
    names = [*dict.fromkeys([*fact_names(rules_of(batch.version.rules, "certificate")), *TOLD])]
    about = facts_about_many(batch, [person.user for person in people], names)
    found = []
    for person in people:
        facts = about[person.user_id]
        waivers = {waiver.rule: waiver for waiver in person.waivers.all()}
        standing = judged(batch, "certificate", facts, waivers)
        found.append(Line(person, standing, facts, given.get(person.pk)))
    return found
