"""Minutes from evidence: pure functions over instants (aware datetimes, any zone)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One stay as recorded. `ended` None: checked in and not out. `by` is who said so (rosters)."""

    way: str
    began: datetime
    ended: datetime | None
    by: int | None = None
    said_at: datetime | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a batch counts: minutes of grace, and minutes for who never checks out (None: to the end)."""

    grace: int = 0
    without_check_out: int | None = None


def union_seconds(spans: Iterable[Span], start: datetime, end: datetime) -> int:
    """Whole seconds of the union of `spans`, clipped to [start, end]. Order and doubling never matter."""
    clipped = sorted((max(a, start), min(b, end)) for a, b in spans)
    total = timedelta()
    covered = start
    for began, ended in clipped:
        fresh = max(began, covered)
        if ended > fresh:
            total += ended - fresh
            covered = ended
    return int(total.total_seconds())


def in_force(evidence: Iterable[Evidence]) -> list[Evidence]:
    """The evidence that counts: the last correction alone, where there is one; else all, with of each
    lecturer's roster only the last word."""
    found = list(evidence)
    if len(found) == 1:
        return found
    corrections = [e for e in found if e.way == "correction"]
    if corrections:
        return [max(corrections, key=_spoken)]
    words: dict[int | None, Evidence] = {}
    kept = []
    for one in found:
        if one.way != "roster":
            kept.append(one)
        elif one.by not in words or _spoken(words[one.by]) < _spoken(one):
            words[one.by] = one
    return kept + list(words.values())


def _spoken(one: Evidence) -> tuple[float, str]:
    return (one.said_at.timestamp() if one.said_at else 0.0, one.key)


def spans(
    evidence: Iterable[Evidence],
    start: datetime,
    end: datetime,
    terms: Terms,
    *,
    now: datetime | None = None,
) -> list[Span]:
    """Stays as they count in a session from `start` to `end`: open ones closed, late ones with grace.

    With `now`: nothing is counted before it has happened.
    """
    last = min(end, now) if now is not None else end
    found = []
    for one in in_force(evidence):
        began, ended = one.began, one.ended
        if ended is None:
            ended = (
                end
                if terms.without_check_out is None
                else max(began, start) + timedelta(minutes=terms.without_check_out)
            )
        if one.way == "code" and start < began <= start + timedelta(minutes=terms.grace):
            began = start
        ended = min(ended, last)
        if ended > began:
            found.append((began, ended))
    return found


def seconds_present(
    evidence: Iterable[Evidence],
    start: datetime,
    end: datetime,
    terms: Terms,
    *,
    now: datetime | None = None,
) -> int:
    """Whole seconds of one person in one session."""
    counted = spans(evidence, start, end, terms, now=now)
    if len(counted) == 1:
        began, ended = max(counted[0][0], start), min(counted[0][1], end)
        return max(0, int((ended - began).total_seconds()))
    return union_seconds(counted, start, end)
