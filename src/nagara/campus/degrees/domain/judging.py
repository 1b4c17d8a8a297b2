"""The rules of many students judged at once, with their ledgers read once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from nagara.campus.degrees.domain.ledger import FACTS, Ledger, facts_of, read_many
from nagara.campus.programmes.facts import Fact, facts_about_many
from nagara.campus.programmes.models import Batch, Enrolment, Waiver
from nagara.campus.programmes.rule_schema import rules_of
from nagara.campus.programmes.rules_engine import fact_names
from nagara.campus.programmes.standing import Standing, judged


@dataclass(frozen=True)
class Judged:
    """A student's ledger, all facts that the rules ask for, and the sections of rules with their verdicts."""

    enrolment: Enrolment
    ledger: Ledger
    facts: dict[str, Fact]
    sections: dict[str, Standing]


def judge_many(
    batch: Batch,
    enrolments: Sequence[Enrolment],
    sections: Iterable[str] = ("degree", "warnings"),
    *,
    now: datetime | None = None,
) -> dict[int, Judged]:
    """By primary key of the enrolment, in a fixed number of queries. The same verdicts as `standings`, with
    our own facts from one reading of the record and the others from their rooms."""
    held = {section: rules_of(batch.version.rules, section) for section in sections}
    names = fact_names([rule for rules in held.values() for rule in rules])
    ledgers = read_many(batch, enrolments, now=now)
    own = {e.pk: facts_of(ledgers[e.pk]) for e in enrolments}
    known = {name for facts in own.values() for name in facts}
    others = [name for name in names if name not in known and name not in FACTS]
    users = [e.user for e in enrolments]
    asked = facts_about_many(batch, users, others) if others else {user.pk: {} for user in users}
    waivers: dict[int, dict[str, Waiver]] = {}
    if "degree" in held or "certificate" in held:
        for waiver in Waiver.objects.filter(enrolment__in=[e.pk for e in enrolments]):
            waivers.setdefault(waiver.enrolment_id, {})[waiver.rule] = waiver
    found = {}
    for e in enrolments:
        facts = {**asked[e.user_id], **own[e.pk]}
        found[e.pk] = Judged(
            e,
            ledgers[e.pk],
            facts,
            {s: judged(batch, s, facts, waivers.get(e.pk)) for s, rules in held.items() if rules},
        )
    return found
