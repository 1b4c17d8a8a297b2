"""The score of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015, arXiv:1510.03336).

A detection inside a labelled window earns more the earlier it comes (only the first counts); one outside
costs more the farther behind a window it lies; a window without a detection costs a whole point. Scores are
scaled so that a detector that never speaks has 0 and a perfect one 100.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp

Window = tuple[int, int]
"""First and last index of an anomaly window, both included."""


@dataclass(frozen=True)
class Profile:
    """What a hit earns and what a false alarm and a miss cost."""

    hit: float = 1.0
    false_alarm: float = 0.11
    miss: float = 1.0


STANDARD = Profile()
FEW_FALSE_ALARMS = Profile(false_alarm=0.22)
FEW_MISSES = Profile(false_alarm=0.11, miss=2.0)


def sigmoid(position: float) -> float:
    """Worth of a detection at a position relative to a window: -1 its start, 0 its end, above 0 behind it."""
    return -1.0 if position > 3 else 2 / (1 + exp(5 * position)) - 1


def probation(n: int) -> int:
    """How many first values are left out, for a detector to settle: 15 %, at most 750."""
    return min(int(0.15 * n), 750)


def raw_score(
    n: int, windows: Sequence[Window], detections: Iterable[int], profile: Profile = STANDARD
) -> float:
    """Score of one series of n values: detections and windows as indices."""
    counted, last = 0.0, None
    windows = sorted(windows)
    hits: dict[Window, float] = {}
    for at in sorted(set(detections)):
        if at < probation(n):
            continue
        inside = next((w for w in windows if w[0] <= at <= w[1]), None)
        if inside is not None:
            width = inside[1] - inside[0] + 1
            worth = sigmoid(-(inside[1] - at + 1) / width) / sigmoid(-1.0)
            hits[inside] = max(hits.get(inside, -1.0), profile.hit * worth)
            continue
        last = max((w for w in windows if w[1] < at), default=None)
        if last is None:
            counted -= profile.false_alarm
        else:
            width = max(1, last[1] - last[0])
            counted += profile.false_alarm * sigmoid((at - last[1]) / width)
    missed = len(windows) - len(hits)
    return counted + sum(hits.values()) - profile.miss * missed


@dataclass(frozen=True)
class Series:
    """One labelled series and what a detector said about it."""

    name: str
    n: int
    windows: Sequence[Window]
    detections: Sequence[int]


def score(series: Iterable[Series], profile: Profile = STANDARD) -> float:
    """The score over many series, 0 (silence) to 100 (perfect); false alarms can make it negative."""
    everything = list(series)
    windows = sum(len(s.windows) for s in everything)
    if windows == 0:
        raise ValueError("no labelled window to score against")
    raw = sum(raw_score(s.n, s.windows, s.detections, profile) for s in everything)
    silence, perfect = -profile.miss * windows, profile.hit * windows
    return 100 * (raw - silence) / (perfect - silence)
