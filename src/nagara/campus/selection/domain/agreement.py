"""How reviewers agree: severity by two-way means, spread, and how often two readers differ.

The additive model score(application, reviewer) = mean + application + severity is fitted by least squares on
what was read (unbalanced two-way classification without interaction; Scheffé, The Analysis of Variance, 1959,
chapter 4). A severity of -6 says: six points below what the same applications get from the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean, median, stdev


@dataclass(frozen=True)
class Score:
    """One reading: a score of 0 to 100 points."""

    application: str
    reviewer: str
    points: float


@dataclass(frozen=True)
class ReviewerFacts:
    """How one reviewer scores. `severity` and `apart` in points; None where it cannot be told, with `why`."""

    reviewer: str
    read: int
    mean: float
    spread: float | None
    severity: float | None
    apart: float | None
    outlier: bool
    why: str = ""


@dataclass(frozen=True)
class Agreement:
    """All readings together. `apart`: mean difference of two readers of one application, in points; `within`:
    share of pairs at most `differ_by` apart; `reliability`: intraclass correlation ICC(1), None where it
    cannot be told (Shrout and Fleiss 1979)."""

    reviewers: tuple[ReviewerFacts, ...]
    pairs: int
    apart: float | None
    within: float | None
    reliability: float | None


MIN_READ = 5
"""Below this many shared readings a severity says more about the applications than about the reviewer."""


def calibrate(scores: Iterable[Score], *, differ_by: float, outlier_at: float = 2.0) -> Agreement:
    """Facts about every reviewer, ordered by key. An outlier lies more than `outlier_at` robust standard
    deviations, and more than half of `differ_by`, from the middle severity."""
    found = sorted(scores, key=lambda s: (s.reviewer, s.application))
    severity = severities(found)
    by_paper: dict[str, list[Score]] = defaultdict(list)
    by_reviewer: dict[str, list[Score]] = defaultdict(list)
    for score in found:
        by_paper[score.application].append(score)
        by_reviewer[score.reviewer].append(score)
    gaps: list[float] = []
    own_gaps: dict[str, list[float]] = defaultdict(list)
    for together in by_paper.values():
        for one, other in combinations(together, 2):
            gap = abs(one.points - other.points)
            gaps.append(gap)
            own_gaps[one.reviewer].append(gap)
            own_gaps[other.reviewer].append(gap)
    known = [severity[k] for k in by_reviewer if severity.get(k) is not None and len(own_gaps[k]) >= MIN_READ]
    middle, width = _middle([v for v in known if v is not None])
    facts = []
    for key, own in by_reviewer.items():
        value = severity.get(key)
        enough = len(own_gaps[key]) >= MIN_READ
        off = abs(value - middle) if value is not None else 0.0
        facts.append(
            ReviewerFacts(
                key,
                len(own),
                fmean(s.points for s in own),
                stdev(s.points for s in own) if len(own) > 1 else None,
                value,
                fmean(own_gaps[key]) if own_gaps[key] else None,
                enough and off > outlier_at * width and off > differ_by / 2,
                "" if enough else f"fewer than {MIN_READ} readings shared with others",
            )
        )
    return Agreement(
        tuple(facts),
        len(gaps),
        fmean(gaps) if gaps else None,
        fmean(float(g <= differ_by) for g in gaps) if gaps else None,
        _reliability([[s.points for s in t] for t in by_paper.values() if len(t) > 1]),
    )


def _middle(values: Sequence[float]) -> tuple[float, float]:
    """Median and robust width (1.4826 times the median distance from it)."""
    if not values:
        return 0.0, 0.0
    middle = median(values)
    return middle, 1.4826 * median(abs(v - middle) for v in values)


def severities(scores: Sequence[Score]) -> dict[str, float | None]:
    """Each reviewer's severity in points; None for one who shares no application with the others.

    Reviewers who are linked by shared applications are compared among themselves: within each linked group
    the severities, weighted by readings, sum to zero."""
    import numpy as np

    severity: dict[str, float | None] = {}
    for group in _linked(scores):
        people = sorted({s.reviewer for s in group})
        if len(people) < 2:
            severity[people[0]] = None
            continue
        papers = sorted({s.application for s in group})
        column = {("a", k): i for i, k in enumerate(papers)}
        column |= {("r", k): len(papers) + i for i, k in enumerate(people)}
        design = np.zeros((len(group) + 1, len(column)))
        points = np.zeros(len(group) + 1)
        for i, score in enumerate(group):
            design[i, column["a", score.application]] = 1
            design[i, column["r", score.reviewer]] = 1
            design[-1, column["r", score.reviewer]] += 1
            points[i] = score.points
        found = np.linalg.lstsq(design, points, rcond=None)[0]
        severity |= {k: float(found[column["r", k]]) for k in people}
    return severity


def _linked(scores: Sequence[Score]) -> list[list[Score]]:
    """Groups of readings that hang together by applications or reviewers."""
    root: dict[tuple[str, str], tuple[str, str]] = {}

    def find(node: tuple[str, str]) -> tuple[str, str]:
        root.setdefault(node, node)
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    for score in scores:
        root[find(("a", score.application))] = find(("r", score.reviewer))
    groups: dict[tuple[str, str], list[Score]] = defaultdict(list)
    for score in scores:
        groups[find(("r", score.reviewer))].append(score)
    return [groups[key] for key in sorted(groups)]


def _reliability(groups: Sequence[Sequence[float]]) -> float | None:
    """ICC(1) of one reading, by one-way analysis of variance with unequal group sizes."""
    count = sum(len(g) for g in groups)
    if len(groups) < 2 or count == len(groups):
        return None
    mean = sum(sum(g) for g in groups) / count
    between = sum(len(g) * (fmean(g) - mean) ** 2 for g in groups) / (len(groups) - 1)
    within = sum((v - fmean(g)) ** 2 for g in groups for v in g) / (count - len(groups))
    size = (count - sum(len(g) ** 2 for g in groups) / count) / (len(groups) - 1)
    if between + (size - 1) * within == 0:
        return None
    return float((between - within) / (between + (size - 1) * within))
