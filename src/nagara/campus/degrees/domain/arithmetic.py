"""Credits and grade average from the courses that a student took: exact, without a database.

How it counts:

* One attempt of each course counts: the best one or the last one (`repeats`); both stay on the transcript.
  The attempt that counts gives its credits where it passed, and its points where its grade has points.
* Withdrawn and dropped courses count nowhere. A course being taken counts only in the load of its semester.
* The grade average is the sum of points x credits over the sum of credits of the counting attempts whose
  grade has points: F counts with 0, P and NP and transferred credits do not count.
* Transferred credits are credits; they are in no semester.
* A credit that counts for another degree too is a credit here; how many there are is a number of its own.
* The load of a semester is every course in it that was neither dropped nor withdrawn, repeats included.

Numbers are decimals. A quotient is kept at 28 digits, far finer than any limit of a rule can tell apart;
`shown` rounds half up to two places and is for eyes only: no rule ever sees a rounded number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

ZERO = Decimal(0)
GRADED = ("completed", "failed")


@dataclass(frozen=True, slots=True)
class Taken:
    """A course as it was taken. `semester` is the number of the semester (None: transferred), `turn` orders
    attempts within one semester, `points` are None where the grade has none."""

    code: str
    title: str
    category: str
    credits: Decimal
    state: str
    semester: int | None = None
    outside: bool = False
    letter: str = ""
    points: Decimal | None = None
    passes: bool = False
    other_degree: str = ""
    turn: int = 0

    @property
    def earns(self) -> bool:
        """It gives its credits, if it is the attempt that counts."""
        return self.state == "transferred" or (self.state == "completed" and self.passes)

    @property
    def judged(self) -> bool:
        """It has ended with a grade, or came as a transfer."""
        return self.state in GRADED or self.state == "transferred"

    @property
    def order(self) -> tuple[int, int]:
        return (self.semester or 0, self.turn)


@dataclass(frozen=True, slots=True)
class Record:
    """What the courses add up to. `gpa` and `outside_share` are None where nothing was graded or earned."""

    credits: Decimal
    by_category: dict[str, Decimal]
    gpa: Decimal | None
    graded_credits: Decimal
    points: Decimal
    outside: Decimal
    double_counted: Decimal
    load: dict[int, Decimal]
    counting: tuple[Taken, ...] = field(repr=False)

    @property
    def outside_share(self) -> Decimal | None:
        return self.outside / self.credits if self.credits else None

    @property
    def most_in_a_semester(self) -> Decimal:
        return max(self.load.values(), default=ZERO)


def _best(one: Taken) -> tuple[bool, Decimal, Decimal, tuple[int, int]]:
    """A pass before none, then points (none stand below 0), then credits, then the later one."""
    return (one.earns, Decimal(-1) if one.points is None else one.points, one.credits, one.order)


def _last(one: Taken) -> tuple[int, int]:
    return one.order


def counting(taken: Iterable[Taken], repeats: str = "best") -> list[Taken]:
    """The attempt of each course that counts, in the order in which the courses were taken."""
    attempts: dict[str, list[Taken]] = defaultdict(list)
    for one in taken:
        if one.judged:
            attempts[one.code].append(one)
    prefer: Callable[[Taken], Any] = _last if repeats == "last" else _best
    return sorted((max(tries, key=prefer) for tries in attempts.values()), key=_last)


def add_up(taken: Sequence[Taken], repeats: str = "best") -> Record:
    """The record of one student."""
    counted = counting(taken, repeats)
    earned = [one for one in counted if one.earns]
    by_category: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for one in earned:
        by_category[one.category] += one.credits
    points, weight = _points(counted)
    load: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for one in taken:
        if one.semester is not None and one.state in ("registered", *GRADED):
            load[one.semester] += one.credits
    return Record(
        credits=_sum(one.credits for one in earned),
        by_category=dict(by_category),
        gpa=points / weight if weight else None,
        graded_credits=weight,
        points=points,
        outside=_sum(one.credits for one in earned if one.outside),
        double_counted=_sum(one.credits for one in earned if one.other_degree),
        load=dict(load),
        counting=tuple(counted),
    )


def semester_gpa(taken: Iterable[Taken], semester: int) -> Decimal | None:
    """The grade average of what was graded in one semester, repeats as they were then."""
    points, weight = _points([one for one in taken if one.semester == semester and one.state in GRADED])
    return points / weight if weight else None


def _points(taken: Iterable[Taken]) -> tuple[Decimal, Decimal]:
    graded = [one for one in taken if one.points is not None and one.state in GRADED]
    return _sum((one.points or ZERO) * one.credits for one in graded), _sum(one.credits for one in graded)


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    return sum(numbers, ZERO)


def shown(number: Decimal | None) -> str:
    """Two places, half up; empty for None. For eyes only."""
    return "" if number is None else str(number.quantize(Decimal("0.01"), ROUND_HALF_UP))


def plain(number: Decimal) -> str:
    """A number of credits as people write it: 3, 1.5."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
