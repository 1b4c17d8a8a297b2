"""What the audit page shows: every rule with its verdict, what is on the way, and what would mend it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from nagara.campus.degrees.domain.judging import judge_many
from nagara.campus.degrees.domain.ledger import Ledger, facts_of
from nagara.campus.degrees.domain.mending import (
    Help,
    Marks,
    Smallest,
    expected,
    graded,
    helps,
    judge,
    lost,
    needed_average,
    smallest,
    time_left,
)
from nagara.campus.degrees.domain.offers import Offer, as_taken, next_semester, obstacles, offers_in
from nagara.campus.degrees.domain.semesters import policy_of
from nagara.campus.degrees.models import Grade, Semester
from nagara.campus.programmes.facts import Fact
from nagara.campus.programmes.models import Course, Enrolment
from nagara.campus.programmes.rule_schema import rules_of
from nagara.campus.programmes.rules_engine import Rule, Verdict
from nagara.campus.programmes.standing import Standing


@dataclass(frozen=True)
class Line:
    """One rule on the page. `soon`: the courses being taken meet it. `then`: it is met now and will not be
    once these courses are passed. `picked`: how it would be with the courses that were ticked (None: none
    were)."""

    verdict: Verdict
    soon: bool = False
    then: Verdict | None = None
    helps: list[Help] = field(default_factory=list)
    never: str = ""
    average: str = ""
    picked: Verdict | None = None

    @property
    def now(self) -> list[Help]:
        return [h for h in self.helps if h.can]

    @property
    def mending(self) -> list[Help]:
        """Courses that can be taken now and meet the rule alone."""
        return [h for h in self.now if h.meets]

    @property
    def nearer(self) -> list[Help]:
        return [h for h in self.now if not h.meets]

    @property
    def barred(self) -> list[Help]:
        return [h for h in self.helps if not h.can]

    @property
    def state(self) -> str:
        v = self.verdict
        if v.waived or v.met:
            return "waived" if v.waived else "falls" if self.then else "met"
        return "soon" if self.soon else "unknown" if v.met is None else "open"


@dataclass(frozen=True)
class Mend:
    """An offered course and the rules that it would meet; `all`: every rule that a single course can."""

    offer: Offer
    rules: list[str]
    all: bool

    @property
    def part(self) -> bool:
        return not self.all


@dataclass(frozen=True)
class Audit:
    """The whole page."""

    enrolment: Enrolment
    ledger: Ledger
    standing: Standing
    warnings: Standing | None
    lines: list[Line]
    semester: Semester | None
    offers: list[tuple[Offer, tuple[str, ...]]]
    smallest: Smallest
    no_time: str
    supposed: Grade | None
    marks: Marks
    picks: tuple[str, ...]

    @property
    def mends(self) -> list[Mend]:
        """Courses that can be taken now and meet open rules alone, most rules first."""
        found: dict[int, tuple[Offer, list[str]]] = {}
        for line in self.lines:
            for one in line.mending:
                found.setdefault(one.offer.offering.pk, (one.offer, []))[1].append(line.verdict.rule)
        every = {rule for _, rules in found.values() for rule in rules}
        made = [Mend(offer, rules, len(rules) == len(every)) for offer, rules in found.values()]
        return sorted(made, key=lambda m: (-len(m.rules), m.offer.code))

    @property
    def full_mends(self) -> list[Mend]:
        """Those that meet every rule that any course alone can meet."""
        return [m for m in self.mends if m.all]

    @property
    def open_lines(self) -> list[Line]:
        return [line for line in self.lines if line.state in ("open", "unknown", "falls")]

    @property
    def taking(self) -> bool:
        return any(t.state == "registered" for t in self.ledger.taken)


def audit_of(
    enrolment: Enrolment,
    *,
    letter: str = "",
    picks: Collection[str] = (),
    now: datetime | None = None,
) -> Audit:
    """The audit of one student. `letter` is the grade supposed for courses that are not graded yet, `picks`
    are codes of courses ticked to see what they would change. Nothing is stored."""
    batch = enrolment.batch
    rules = rules_of(batch.version.rules, "degree")
    judged = judge_many(batch, [enrolment], now=now)[enrolment.pk]
    ledger, facts, standing = judged.ledger, judged.facts, judged.sections["degree"]
    marks = Marks.of(policy_of(batch).scale.grades.all())
    supposed = marks.supposed(letter)
    semester = next_semester(ledger.semesters, ledger.today)
    offers = offers_in(semester) if semester else []
    barred = {o.offering.pk: obstacles(o, ledger, offers) for o in offers}
    soon = expected(ledger, supposed)
    courses = list(Course.objects.filter(version=batch.version))
    waived = [v.rule for v in standing.verdicts if v.waived]
    free = [o for o in offers if not barred[o.offering.pk]]
    least = smallest(rules, soon, facts, courses, free, waived)
    chosen = _picked(picks, soon, offers, courses, supposed)
    return Audit(
        enrolment=enrolment,
        ledger=ledger,
        standing=standing,
        warnings=judged.sections.get("warnings"),
        lines=_lines(rules, standing, soon, facts, offers, barred, marks, chosen, least),
        semester=semester,
        offers=[(o, tuple(barred[o.offering.pk])) for o in offers],
        smallest=least,
        no_time=time_left(batch.version.rules, ledger, least.credits),
        supposed=supposed,
        marks=marks,
        picks=tuple(sorted(set(picks))) if chosen is not None else (),
    )


def _lines(
    rules: Sequence[Rule],
    standing: Standing,
    soon: Ledger,
    facts: dict[str, Fact],
    offers: Sequence[Offer],
    barred: dict[int, list[str]],
    marks: Marks,
    chosen: Ledger | None,
    least: Smallest,
) -> list[Line]:
    by_id = {str(rule.get("id", "")): rule for rule in rules}
    then = judge(rules, soon, facts)
    picked = judge(rules, chosen, facts) if chosen is not None else {}
    own = facts_of(soon)
    lines = []
    for verdict in standing.verdicts:
        rule = by_id[verdict.rule]
        done = bool(verdict.met or verdict.waived)
        will = bool(then[verdict.rule].met)
        needs = not will and not verdict.waived
        lines.append(
            Line(
                verdict,
                soon=not done and will,
                then=then[verdict.rule] if done and needs else None,
                helps=helps(rule, soon, facts, offers, barred, marks) if needs else [],
                never="" if verdict.waived else lost(rule, then[verdict.rule], own),
                average=needed_average(rule, soon, least.credits, marks) if needs else "",
                picked=picked.get(verdict.rule),
            )
        )
    return lines


def _picked(
    picks: Collection[str],
    soon: Ledger,
    offers: Sequence[Offer],
    courses: Sequence[Course],
    grade: Grade | None,
) -> Ledger | None:
    """The record with the courses that were ticked, each passed once with the supposed grade."""
    by_code = {c.code: c for c in courses}
    known = sorted({code for code in picks if code in by_code})
    if not known:
        return None
    last = soon.semesters[-1].number if soon.semesters else 1
    number = offers[0].offering.semester.number if offers else last
    return soon.with_courses(graded(as_taken(by_code[code], number), grade) for code in known)
