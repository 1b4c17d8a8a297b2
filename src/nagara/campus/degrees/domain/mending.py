"""Which course would mend it: what an offered course does for each open rule, the smallest set of courses
that meets all credit rules, and what cannot be met any more. Nothing here writes.

A rule is judged by the very engine that judges the record: the record with supposed courses is added up, its
facts replace the real ones, and the verdicts are compared. No approximation is made anywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from nagara.campus.degrees.domain.arithmetic import Taken, plain, shown
from nagara.campus.degrees.domain.ledger import Ledger, facts_of
from nagara.campus.degrees.domain.offers import Offer, most_credits
from nagara.campus.degrees.models import Grade
from nagara.campus.programmes.facts import Fact
from nagara.campus.programmes.models import Course
from nagara.campus.programmes.rule_schema import rules_of
from nagara.campus.programmes.rules_engine import Rule, Verdict, check, fact_names

GROWING = ("degree.semesters", "degree.most_credits_in_a_semester")
"""Facts that never become smaller: a limit that was passed stays passed."""
CREDITS = ("degree.credits", "degree.credits_outside_share")
FREE = (*CREDITS, "degree.gpa", "degree.credits_double_counted", "degree.credits_this_semester")
MOST_TRIED = 2_000
"""Mixes of courses that the search looks at before it gives up and says so."""


@dataclass(frozen=True)
class Marks:
    """The grades of a scale that carry points, from the lowest that passes upwards."""

    passing: tuple[Grade, ...]

    @classmethod
    def of(cls, grades: Iterable[Grade]) -> Marks:
        held = [g for g in grades if g.passes and g.points is not None]
        return cls(tuple(sorted(held, key=lambda g: g.points or Decimal(0))))

    def supposed(self, letter: str) -> Grade | None:
        """The grade of a letter, else the one nearest to 3.0 from above, else the best."""
        by_letter = {g.letter: g for g in self.passing}
        if letter in by_letter:
            return by_letter[letter]
        good = [g for g in self.passing if (g.points or 0) >= 3]
        return good[0] if good else (self.passing[-1] if self.passing else None)


def graded(one: Taken, grade: Grade | None) -> Taken:
    """A course as it would stand once it is passed with a grade."""
    return replace(
        one,
        state="completed",
        passes=True,
        letter=grade.letter if grade else "P",
        points=grade.points if grade else None,
    )


def judge(rules: Sequence[Rule], ledger: Ledger, facts: Mapping[str, Fact]) -> dict[str, Verdict]:
    """Verdicts by id of the rule, with the ledger's own facts in place of those in `facts`."""
    return {v.rule: v for v in check(rules, {**facts, **facts_of(ledger)})}


def expected(ledger: Ledger, grade: Grade | None) -> Ledger:
    """The record once the courses being taken are passed with `grade`."""
    return ledger.supposing({t: graded(t, grade) for t in ledger.taken if t.state == "registered"})


@dataclass(frozen=True)
class Help:
    """What an offered course would do for one rule. `meets`: the rule would be met with it. `letter` is the
    lowest grade for that where a bare pass is not enough. `obstacles` keep it from being taken."""

    offer: Offer
    meets: bool
    said: str
    letter: str = ""
    obstacles: tuple[str, ...] = ()

    @property
    def can(self) -> bool:
        return not self.obstacles


def helps(
    rule: Rule,
    ledger: Ledger,
    facts: Mapping[str, Fact],
    offers: Sequence[Offer],
    standing: Mapping[int, list[str]],
    marks: Marks,
) -> list[Help]:
    """The offered courses that would meet a rule or bring it nearer, those that meet it and can be taken
    first. `ledger` is the record as it is expected; `standing` holds the obstacles by offering."""
    if not _movable(rule):
        return []
    before = judge([rule], ledger, facts)[str(rule.get("id", ""))]
    found = []
    for offer in offers:
        if any(t.code == offer.code and t.earns for t in ledger.record().counting) and not _about_gpa(rule):
            continue
        one = _helped(rule, ledger, facts, offer, marks, before)
        if one is not None:
            found.append(replace(one, obstacles=tuple(standing.get(offer.offering.pk, ()))))
    return sorted(found, key=lambda h: (not h.can, not h.meets, h.offer.code, h.offer.offering.section))


def _movable(rule: Rule) -> list[str]:
    return [n for n in fact_names([rule]) if n in FREE or n.startswith("degree.credits_")]


def _about_gpa(rule: Rule) -> bool:
    return "degree.gpa" in fact_names([rule])


def _helped(
    rule: Rule, ledger: Ledger, facts: Mapping[str, Fact], offer: Offer, marks: Marks, before: Verdict
) -> Help | None:
    semester = offer.offering.semester.number
    name = str(rule.get("id", ""))
    tries: list[Grade | None] = list(marks.passing) or [None]
    needs_mark = _about_gpa(rule)
    for grade in tries if needs_mark else tries[-1:]:
        with_it = ledger.with_courses([graded(offer.taken(semester), grade)])
        after = judge([rule], with_it, facts)[name]
        if after.met:
            letter = grade.letter if needs_mark and grade is not None else ""
            return Help(offer, True, after.said, letter)
    best = ledger.with_courses([graded(offer.taken(semester), tries[-1])])
    after = judge([rule], best, facts)[name]
    nearer = _gap(after, rule, facts_of(best), facts) < _gap(before, rule, facts_of(ledger), facts)
    return Help(offer, False, after.said) if nearer else None


def _gap(verdict: Verdict, rule: Rule, own: Mapping[str, Fact], facts: Mapping[str, Fact]) -> Decimal:
    """How far a rule is from being met, summed over its parts: 0 where it is met."""
    if verdict.met:
        return Decimal(0)
    if "fact" in rule:
        fact = own.get(rule["fact"]) or facts.get(rule["fact"])
        if fact is None or not fact.known or not isinstance(fact.value, int | float | Decimal):
            return Decimal(10**6)
        return abs(Decimal(str(rule["value"])) - Decimal(str(fact.value)))
    gaps = [
        _gap(part_verdict, part, own, facts)
        for part in [*rule.get("all", ()), *rule.get("any", ())]
        for part_verdict in check([part], {**facts, **own})
    ]
    return min(gaps) if rule.get("any") and gaps else sum(gaps, Decimal(0))


@dataclass(frozen=True)
class Choice:
    """One kind of course in the smallest set: how many of which, offered ones first."""

    count: int
    words: str
    courses: tuple[Course, ...]
    offered: tuple[Offer, ...]


@dataclass(frozen=True)
class Smallest:
    """The smallest set of courses that meets all credit rules. `choices` is empty where nothing is missing;
    `impossible` says why no set does it."""

    choices: tuple[Choice, ...] = ()
    credits: Decimal = Decimal(0)
    impossible: str = ""

    @property
    def count(self) -> int:
        return sum(choice.count for choice in self.choices)


def smallest(
    rules: Sequence[Rule],
    ledger: Ledger,
    facts: Mapping[str, Fact],
    courses: Sequence[Course],
    takeable: Sequence[Offer],
    waived: Iterable[str] = (),
) -> Smallest:
    """The smallest number of courses, in addition to the record of `ledger`, that meets every credit rule.

    Courses that do the same for the rules (category, credits, unit) are alike, so mixes of kinds are looked
    at instead of sets of courses: by number of courses upwards, and among equals those first that can be
    taken now. The first mix that the rules engine accepts is the smallest there is.
    """
    open_rules = [
        rule for rule in rules if str(rule.get("id", "")) not in set(waived) and _only_credits(rule)
    ]
    if all(v.met for v in judge(open_rules, ledger, facts).values()):
        return Smallest()
    record = ledger.record()
    have = {t.code for t in record.counting if t.earns} | {
        t.code for t in ledger.taken if t.state == "registered"
    }
    kinds = _kinds([c for c in courses if c.code not in have], takeable)
    for tried, mix in enumerate(_mixes(kinds, _least(open_rules, facts_of(ledger), kinds))):
        if tried >= MOST_TRIED:
            return Smallest(impossible="There are too many mixes of courses to look at all of them here.")
        supposed = [t for kind, n in zip(kinds, mix, strict=True) for t in kind.taken(n)]
        if all(v.met for v in judge(open_rules, ledger.with_courses(supposed), facts).values()):
            chosen = [kind.choice(n) for kind, n in zip(kinds, mix, strict=True) if n]
            credits = sum((t.credits for t in supposed), Decimal(0))
            return Smallest(tuple(chosen), credits)
    left = ", ".join(sorted(c.code for c in courses if c.code not in have)) or "none"
    return Smallest(impossible=f"The courses that are left ({left}) do not meet every credit rule together.")


def _only_credits(rule: Rule) -> bool:
    names = fact_names([rule])
    return bool(names) and all(
        n in CREDITS or (n.startswith("degree.credits_") and n not in FREE) for n in names
    )


@dataclass(frozen=True)
class _Kind:
    category: str
    credits: Decimal
    outside: bool
    courses: tuple[Course, ...]
    offered: tuple[Offer, ...]

    def taken(self, count: int) -> list[Taken]:
        return [
            Taken(
                c.code, c.title, c.category, c.credits, "completed", 10**6,
                outside=c.outside_home_unit, letter="P", passes=True,
            )
            for c in self.courses[:count]
        ]  # fmt: skip

    def choice(self, count: int) -> Choice:
        unit = "outside the home unit" if self.outside else "of the home unit"
        one = f"{self.category} course {unit} ({plain(self.credits)} credits)"
        many = f"{self.category} courses {unit} ({plain(self.credits)} credits each)"
        words = f"{count} {one if count == 1 else many}"
        return Choice(count, words, self.courses, self.offered)


def _kinds(courses: Sequence[Course], takeable: Sequence[Offer]) -> list[_Kind]:
    """Courses by what they do for the rules, those that can be taken now first in each kind; kinds of which
    a course can be taken now stand first."""
    offered = {offer.code: offer for offer in reversed(takeable)}
    groups: dict[tuple[str, Decimal, bool], list[Course]] = defaultdict(list)
    for course in sorted(courses, key=lambda c: (c.code not in offered, c.order, c.code)):
        groups[(course.category, course.credits, course.outside_home_unit)].append(course)
    kinds = [
        _Kind(*key, tuple(held), tuple(offered[c.code] for c in held if c.code in offered))
        for key, held in groups.items()
    ]
    return sorted(kinds, key=lambda k: (not k.offered, k.courses[0].order))


def _least(rules: Sequence[Rule], own: Mapping[str, Fact], kinds: Sequence[_Kind]) -> dict[str, int]:
    """How many courses of a category are needed at the very least: what is missing by the rule of that
    category alone, in its biggest courses."""
    least: dict[str, int] = {}
    for rule in rules:
        for part in (rule, *rule.get("all", ())):
            name = str(part.get("fact", ""))
            category = name.removeprefix("degree.credits_")
            biggest = max((k.credits for k in kinds if k.category == category), default=Decimal(0))
            if part.get("op") != ">=" or category == name or not biggest or name not in own:
                continue
            lacking = Decimal(str(part["value"])) - Decimal(str(own[name].value or 0))
            if lacking > 0:
                least[category] = max(least.get(category, 0), int(-(-lacking // biggest)))
    return least


def _mixes(kinds: Sequence[_Kind], least: Mapping[str, int]) -> Iterator[tuple[int, ...]]:
    """How many courses of each kind, by number of courses upwards; kinds that stand first are used first."""
    most = sum(len(kind.courses) for kind in kinds)
    for total in range(sum(least.values()), most + 1):
        for mix in _sums(kinds, total):
            per: dict[str, int] = defaultdict(int)
            for kind, n in zip(kinds, mix, strict=True):
                per[kind.category] += n
            if all(per[category] >= n for category, n in least.items()):
                yield mix


def _sums(kinds: Sequence[_Kind], total: int) -> Iterator[tuple[int, ...]]:
    if not kinds:
        if total == 0:
            yield ()
        return
    room = sum(len(kind.courses) for kind in kinds[1:])
    most = min(total, len(kinds[0].courses))
    for n in range(most, max(0, total - room) - 1, -1):
        for rest in _sums(kinds[1:], total - n):
            yield (n, *rest)


def lost(rule: Rule, verdict: Verdict, own: Mapping[str, Fact]) -> str:
    """Why a rule cannot be met any more, whatever is done; empty where it can."""
    if verdict.met is not False:
        return ""
    for part in (rule, *rule.get("all", ())):
        name = part.get("fact")
        fact = own.get(str(name))
        if name not in GROWING or fact is None or not fact.known:
            continue
        if part.get("op") in ("<=", "<") and not check([part], own)[0].met:
            limit, value = plain(Decimal(str(part["value"]))), plain(Decimal(str(fact.value)))
            words = "semesters" if name == "degree.semesters" else "credits in one semester"
            return (
                f"It cannot be met any more because there were {value} {words} already and at most {limit} "
                "are allowed. Only the office can set this rule aside, with a reason."
            )
    return ""


def time_left(rules: Mapping[str, Any], ledger: Ledger, missing: Decimal) -> str:
    """Why the missing credits do not fit into the semesters that are left; empty where they do."""
    limits = [
        Decimal(str(part["value"]))
        for rule in rules_of(rules, "degree")
        for part in (rule, *rule.get("all", ()))
        if part.get("fact") == "degree.semesters" and part.get("op") == "<="
    ]
    most = most_credits(rules)
    if not limits or most is None or not missing:
        return ""
    now = ledger.current()
    used = Decimal(len(ledger.semesters_counted()))
    load = ledger.record().load
    open_now = now is not None and now.number not in ledger.on_leave and now.open_on(ledger.today)
    room = max(Decimal(0), most - load.get(now.number, Decimal(0))) if open_now and now else Decimal(0)
    if used > min(limits):
        room = Decimal(0)
    room += max(Decimal(0), min(limits) - used) * most
    if missing <= room:
        return ""
    return (
        f"{plain(missing)} credits are still to be taken and at most {plain(room)} fit into the semesters "
        "that are left. Speak with the office about an extension."
    )


def needed_average(rule: Rule, ledger: Ledger, weight: Decimal, marks: Marks) -> str:
    """What grade average over `weight` more graded credits brings the average of the record to the rule's
    limit, in a sentence; empty for other rules."""
    if rule.get("fact") != "degree.gpa" or rule.get("op") != ">=":
        return ""
    record = ledger.record()
    target = Decimal(str(rule["value"]))
    if record.gpa is None or record.gpa >= target or not marks.passing:
        return ""
    top = marks.passing[-1].points or Decimal(0)
    if not weight:
        return "No graded course is left: repeat a course in which the grade was low."
    wanted = (target * (record.graded_credits + weight) - record.points) / weight
    if wanted > top:
        return (
            f"Even {marks.passing[-1].letter} in all of the {plain(weight)} credits that are left would not "
            "be enough: repeat a course in which the grade was low."
        )
    letter = next(g.letter for g in marks.passing if (g.points or 0) >= wanted)
    return (
        f"An average of {shown(wanted)} ({letter} or better) over the {plain(weight)} graded credits that "
        "are left would meet it."
    )
