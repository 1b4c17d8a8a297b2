"""The tests value by value: range, spike, unusual, step, gap, and runs of one value (QARTOD tests 2, 5 to 8).

`r` is a value less the usual value of its local hour, in spike limits: the rhythm of the day is no jump,
and one number fits all datastreams. p1 to p3 are the values before, n1 to n3 those after; NaN for none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nagara.citylab.kernels.series import MAD, Floats, Longs, Moves, Noise, Series, Truths, Usual


@dataclass(frozen=True)
class Stream:
    """What is told of a datastream: k, unit, period (s, or NaN), plausible values (or NaN)."""

    k: int
    unit: str
    period_s: float
    valid_min: float
    valid_max: float


@dataclass(frozen=True)
class Failed:
    """Values that fail a test, in order of time. `step` and `gap_s` are NaN where there is none."""

    at: Longs
    is_range: Truths
    is_spike: Truths
    is_unusual: Truths
    step: Floats
    gap_s: Floats


class _Near:
    """Values at some places, and their three neighbours on either side."""

    def __init__(self, r: Floats, at: Longs) -> None:
        wide = np.concatenate([np.full(3, np.nan), r, np.full(3, np.nan)])
        self.p3, self.p2, self.p1, self.r, self.n1, self.n2, self.n3 = (wide[at + i] for i in range(7))

    def support(self) -> Longs:
        """How many of the six neighbours lie close."""
        around = (self.p1, self.p2, self.p3, self.n1, self.n2, self.n3)
        return np.sum([np.abs(one - self.r) < 0.5 for one in around], axis=0)

    def _out(self, before: Floats, after: Floats, *flanks: Floats) -> Floats:
        """How far outside `before` and `after`; nought where those or the flanks move half as far."""
        far = np.abs(self.r - (before + after) / 2)
        outside = ((self.r - before) * (self.r - after) > 0) & (np.abs(before - after) < far / 2)
        for move in flanks:
            outside &= ~(np.abs(move) >= far / 2)  # a flank without a value is no objection
        return np.where(outside, far, 0.0)

    def spikes(self) -> tuple[Floats, Floats, Floats]:
        """How far out as a spike of one, of two and of three values.

        The flanks themselves move less than half of that, so that the crest of a flood is no spike.
        """
        p1, p2, p3, n1, n2, n3 = self.p1, self.p2, self.p3, self.n1, self.n2, self.n3
        one = self._out(p1, n1, p1 - p2, n2 - n1)
        two = np.maximum(self._out(p1, n2, p1 - p2, n3 - n2), self._out(p2, n1, p2 - p3, n2 - n1))
        three = np.maximum(self._out(p1, n3, p1 - p2), self._out(p2, n2, p2 - p3, n3 - n2))
        return one, two, np.maximum(three, self._out(p3, n1, n2 - n1))


def _suspects(r: Floats, d3: Floats, step_ratio: float) -> Truths:
    """Values that can fail a test: of a spike, both flanks move at least three quarters of its height; of a
    step, the first value moves at least half. `d3` is from the fourth value to the last but two.
    """
    found = np.zeros(len(r), bool)
    move = np.abs(r[1:] - r[:-1])
    found[1:-1] = (move[:-1] > 0.525) & (move[1:] > 0.525)
    far = move > 0.93
    found[1:] |= far
    found[:-1] |= far
    two = np.abs(r[2:] - r[:-2]) > 1.1
    found[2:-2] |= two[:-2] & two[2:]
    found[3:-2] |= np.abs(d3) > step_ratio
    return found


def _steps(x: _Near, step_ratio: float) -> Truths:
    d3 = (x.r + x.n1 + x.n2 - x.p1 - x.p2 - x.p3) / 3
    half = 0.5 * np.abs(d3)
    quiet = (np.abs(x.n1 - x.r) < half) & (np.abs(x.p1 - x.p2) < half)
    quiet &= (np.abs(x.n2 - x.n1) < half) & (np.abs(x.p2 - x.p3) < half)
    jumps = (np.abs(x.r - x.p1) > half) & ((x.r - x.p1) * d3 > 0)
    return quiet & jumps & (np.abs(d3) > step_ratio)


def failed_of(
    series: Series, stream: Stream, usual: Usual, noise: Noise, params: Mapping[str, Any], moves: Moves
) -> Failed:
    """The values of one datastream that fail a test."""
    limit = noise.spike_limit if noise.spike_limit > 0 else float("nan")
    ratio, scaled = noise.step_limit / limit, moves.r / limit
    outside = (series.value < stream.valid_min) | (series.value > stream.valid_max)
    apart = np.diff(series.ts)
    after_gap = np.append(False, apart > float(params["gap_periods"]) * stream.period_s * 1e6)
    look = outside | after_gap
    if limit > 0:
        look |= _suspects(scaled, moves.d3 / limit, ratio)
    at = np.flatnonzero(look)
    x = _Near(scaled, at)
    seconds = np.concatenate([[np.nan], apart / 1e6, [np.nan]])
    since, until = seconds[at], seconds[at + 1]
    near = (since <= 5 * stream.period_s) & (until <= 5 * stream.period_s)
    away = MAD * usual.away[series.hour[at]]
    far = np.abs(x.r * limit)
    support = x.support()
    one, two, three = x.spikes()
    wild = (one > 0.7) & (away > 0) & (far > float(params["spike_k"]) * 0.9 * away)
    is_spike = near & (support <= 2) & ((one > 1) | (two > 1.25) | (three > 1.5) | wild)
    alone = ~(np.abs(x.r - x.p1) <= 1) | (since > 5 * stream.period_s)
    alone &= ~(np.abs(x.n1 - x.r) <= 1) | (until > 5 * stream.period_s)
    alone &= ~((x.r - x.p1) * (x.r - x.n1) <= 0)
    is_unusual = (support <= 1) & (away > 0) & (far > float(params["unusual_k"]) * away) & alone
    d3 = (x.r + x.n1 + x.n2 - x.p1 - x.p2 - x.p3) / 3
    step = np.where(near & _steps(x, ratio), d3 * limit, np.nan)
    gap = np.where(after_gap[at], since, np.nan)
    found = outside[at] | is_spike | is_unusual | np.isfinite(step) | np.isfinite(gap)
    return Failed(at[found], outside[at][found], is_spike[found], is_unusual[found], step[found], gap[found])


def flat_of(series: Series, noise: Noise, moves: Moves, params: Mapping[str, Any]) -> tuple[Longs, Longs]:
    """Runs of one value that last too long: places of their first and last values."""
    if noise.is_state or moves.runs == 1:  # one that never moved may be at rest: nothing tells
        return moves.again[:0], moves.again[:0]
    starts = moves.again
    ends = starts + moves.times - 1
    long = moves.times >= max(3, float(params["flat_values"]), noise.runs_over)
    long &= series.value[starts] != noise.rest_value
    long &= series.ts[ends] - series.ts[starts] >= float(params["flat_hours"]) * 3.6e9
    return starts[long], ends[long]
