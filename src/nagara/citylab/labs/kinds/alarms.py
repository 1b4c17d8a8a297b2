"""When an alarm rule speaks, and what it was worth: hits, false alarms, lead time.

The rule: level >= threshold for `hold_min` minutes (and, where a rate is given, rising by at least so much
an hour) on `k` of the chosen streams. Times are minutes since 1970 (UTC).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Times = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float64]

Span = tuple[int, int]


@dataclass(frozen=True)
class Rule:
    """An alarm rule. `threshold` in the stream's unit, `rate` in that unit an hour (None: not asked)."""

    streams: tuple[str, ...]
    threshold: float
    hold_min: float = 0.0
    rate: float | None = None
    k: int = 1


@dataclass(frozen=True)
class Event:
    """What the alarm should have told of: when it began, ended, and did harm (its peak)."""

    name: str
    starts: int
    ends: int
    peak: int


@dataclass(frozen=True)
class Terms:
    """How an alarm is judged: points for hits, few false alarms and lead; hours that count.

    An alarm tells of an event when it begins to speak between `before_h` before the start and the end: one
    that never stops tells of nothing. Alarms less than `quiet_h` apart are one. False alarms cost all of
    their points at `false_alarms_zero` in 30 days; beyond that they cost belief in the hits as well. With
    less lead than `lead_least_h` an alarm is late: no hit, and no false alarm.
    """

    hit: float
    false_alarms: float = 0.0
    lead: float = 0.0
    lead_full_h: float = 6.0
    false_alarms_zero: float = 6.0
    lead_least_h: float = 0.0
    before_h: float = 24.0
    quiet_h: float = 6.0


@dataclass(frozen=True)
class Judged:
    """What a rule did in a period, and its worth from 0 to 1."""

    events: int
    hits: int
    false_alarms: int
    false_alarms_30d: float
    lead_h: float
    alarms: int
    worth: float
    late: int = 0

    def facts(self) -> dict[str, Any]:
        return {
            "events": self.events,
            "hits": self.hits,
            "misses": self.events - self.hits,
            "false_alarms": self.false_alarms,
            "false_alarms_30d": round(self.false_alarms_30d, 2),
            "lead_h": round(self.lead_h, 2),
            "alarms": self.alarms,
            "late": self.late,
        }


def spans_of(times: Times, values: Values, rule: Rule) -> list[Span]:
    """Minutes in which the rule holds on one stream: [on, off). Off is the first reading that breaks it, or
    one minute after the last reading."""
    import numpy as np

    if not len(times):
        return []
    met = values >= rule.threshold
    if rule.rate is not None:
        met &= _rising(times, values, rule.rate)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], met.astype(np.int8), [0]))))
    spans = []
    for first, stop in zip(edges[::2], edges[1::2], strict=True):
        on = np.searchsorted(times, times[first] + rule.hold_min, side="left")
        if on < stop:
            off = times[stop] if stop < len(times) else times[-1] + 1
            spans.append((int(times[on]), int(off)))
    return spans


def _rising(times: Times, values: Values, rate: float) -> npt.NDArray[np.bool_]:
    """Where the level rose by at least `rate` an hour since the last reading an hour or more before (at most
    three hours)."""
    import numpy as np

    before = np.searchsorted(times, times - 60, side="right") - 1
    known = before >= 0
    at = np.where(known, before, 0)
    hours = (times - times[at]) / 60.0
    known &= (hours > 0) & (hours <= 3)
    rise = (values - values[at]) / np.where(hours > 0, hours, 1.0)
    return np.asarray(known & (rise >= rate))


def alarms(series: Mapping[str, tuple[Times, Values]], rule: Rule, quiet_h: float) -> list[Span]:
    """Alarms of a rule: spans in which `k` streams hold, those less than `quiet_h` apart as one."""
    edges = []
    for name in rule.streams:
        for on, off in spans_of(*series[name], rule):
            edges += [(on, 1), (off, -1)]
    found: list[Span] = []
    holding, since = 0, 0
    for at, change in sorted(edges, key=lambda e: (e[0], -e[1])):
        before, holding = holding, holding + change
        if before < rule.k <= holding:
            since = at
        elif holding < rule.k <= before and at > since:
            found.append((since, at))
    return _joined(found, round(quiet_h * 60))


def _joined(spans: Sequence[Span], gap: int) -> list[Span]:
    out: list[Span] = []
    for on, off in spans:
        if out and on - out[-1][1] < gap:
            out[-1] = (out[-1][0], max(off, out[-1][1]))
        else:
            out.append((on, off))
    return out


def judge(spoken: Sequence[Span], events: Sequence[Event], period: Span, terms: Terms) -> Judged:
    """Holds alarms against events. Points for few false alarms and for lead count in the share of hits: an
    alarm that never speaks earns nothing."""
    before = round(terms.before_h * 60)
    leads, told = list[float](), set[int]()
    for event in events:
        near = [i for i, (on, _) in enumerate(spoken) if event.starts - before <= on <= event.ends]
        told |= set(near)
        if near:
            leads.append(max(0, event.peak - spoken[near[0]][0]) / 60)
    hits = sum(lead >= terms.lead_least_h for lead in leads)
    false = len(spoken) - len(told)
    days = max(1.0, (period[1] - period[0]) / 1440)
    a_month, lead = false * 30 / days, median(leads) if leads else 0.0
    share = hits / len(events) if events else 0.0
    worth = terms.hit * share
    worth += terms.false_alarms * share * max(0.0, 1 - a_month / terms.false_alarms_zero)
    worth += terms.lead * share * min(1.0, lead / terms.lead_full_h)
    worth *= min(1.0, terms.false_alarms_zero / a_month) if a_month > 0 else 1.0
    total = terms.hit + terms.false_alarms + terms.lead
    late = len(leads) - hits
    return Judged(len(events), hits, false, a_month, lead, len(spoken), worth / total, late)


_TEST = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(>=|<=|==|!=|>|<)\s*([a-z][a-z0-9_]*|[+-]?\d+(?:\.\d+)?)\s*")
_SIGNS = {
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
FACTS = frozenset(
    [
        "events",
        "hits",
        "late",
        "misses",
        "false_alarms",
        "false_alarms_30d",
        "lead_h",
        "alarms",
        "threshold",
        "hold_min",
        "rate",
        "k",
        "streams",
        "seen_max",
        "seen_min",
    ]
)
"""Names that a predicate may use."""


def tests_of(when: str) -> list[tuple[str, str, str]]:
    """The tests of a predicate such as `false_alarms > 3 and lead_h < 1`. Raises ValueError."""
    tests = []
    for part in re.split(r"\band\b", when):
        found = _TEST.fullmatch(part)
        if found is None:
            raise ValueError(f"{part.strip()!r} is not like `false_alarms > 3`")
        strange = [n for n in (found[1], found[3]) if n[0].isalpha() and n not in FACTS]
        if strange:
            raise ValueError(f"{strange[0]} is not known; known are {', '.join(sorted(FACTS))}")
        tests.append((found[1], found[2], found[3]))
    return tests


def holds(when: str, facts: Mapping[str, float]) -> bool:
    """Whether a predicate is true of the facts."""

    def value(name: str) -> float:
        return float(facts[name]) if name[0].isalpha() else float(name)

    return all(bool(_SIGNS[sign](value(a), value(b))) for a, sign, b in tests_of(when))


def first_at_least(times: Times, values: Values, level: float, span: Span) -> int | None:
    """The first minute of a span at which a stream reaches a level."""
    inside = (times >= span[0]) & (times <= span[1]) & (values >= level)
    return int(times[inside.argmax()]) if inside.any() else None
