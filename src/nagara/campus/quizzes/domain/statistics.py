"""How a quiz and its questions did: plain statistics over shares of full marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt

SMALL = 5
"""Fewer people than this are not told apart to those who only look."""


@dataclass(frozen=True, slots=True)
class Row:
    """An answer that counts: who, which item, its share of full marks (0-1), and how it is grouped among
    wrong ones (the name of the mistake, else the answer in words; "" for none)."""

    person: int
    item: int
    share: float
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """`facility`: mean share of full marks. `discrimination`: correlation of the item with the rest of the
    quiz (point-biserial where the item is right or wrong); None where `why` says so."""

    item: int
    people: int
    facility: float
    discrimination: float | None
    why: str = ""
    wrong: list[tuple[str, int]] = field(default_factory=list)

    @property
    def stuck(self) -> bool:
        """Where the class is stuck: at least five people, half of the marks or less."""
        return self.people >= SMALL and self.facility <= 0.5


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Pearson's r; None where one of both does not vary."""
    n = len(xs)
    if n < 2:
        return None
    mx, my = sum(xs) / n, sum(ys) / n
    sxx, syy = sum((x - mx) ** 2 for x in xs), sum((y - my) ** 2 for y in ys)
    if sxx < 1e-12 or syy < 1e-12:
        return None
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / sqrt(sxx * syy)


def item_statistics(rows: Sequence[Row], most: int = 3) -> list[ItemStatistics]:
    """Each item over the people who were asked it, the hardest first. The rest of the quiz is each person's
    mean share of the other items."""
    by_item: dict[int, list[Row]] = {}
    totals: dict[int, list[float]] = {}
    for row in rows:
        by_item.setdefault(row.item, []).append(row)
        total = totals.setdefault(row.person, [0.0, 0.0])
        total[0] += row.share
        total[1] += 1
    found = []
    for item, answers in by_item.items():
        shares = [a.share for a in answers]
        wrong = Counter(a.wrong for a in answers if a.share < 1 and a.wrong)
        r, why = _discrimination(answers, totals)
        found.append(
            ItemStatistics(item, len(answers), sum(shares) / len(shares), r, why, wrong.most_common(most))
        )
    return sorted(found, key=lambda s: (s.facility, s.item))


def _discrimination(answers: Sequence[Row], totals: dict[int, list[float]]) -> tuple[float | None, str]:
    pairs = [
        (a.share, (totals[a.person][0] - a.share) / (totals[a.person][1] - 1))
        for a in answers
        if totals[a.person][1] > 1
    ]
    if len(pairs) < 10:
        return None, "fewer than 10 people"
    r = correlation([x for x, _ in pairs], [y for _, y in pairs])
    if r is not None:
        return r, ""
    same = len({x for x, _ in pairs}) == 1
    return None, "everyone got the same marks for it" if same else "everyone did alike in the rest"


def distribution(percents: Sequence[float], steps: int = 10) -> list[tuple[str, int]]:
    """How many people reached 0-9, 10-19 ... 90-100 per cent."""
    width = 100 // steps
    counts = [0] * steps
    for percent in percents:
        counts[min(steps - 1, int(percent // width))] += 1
    return [
        (f"{n * width}-{n * width + width - (0 if n == steps - 1 else 1)}", count)
        for n, count in enumerate(counts)
    ]
