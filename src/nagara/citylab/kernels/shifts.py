"""Shifts and drifts that no single value shows: a stretch of blocks far from usual, and how it ends.

A fault of a sensor begins or ends at once (it is knocked, cleaned, replaced); weather and floods come and
go. So a stretch counts as a step where both its ends are sharp, and as a drift where it grows in a straight
line and ends sharply, or with the data. Anything else is taken for an event.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nagara.citylab.kernels.series import FEW_DAYS, MAD, Floats, Longs, Series, median, medians, starts_of


@dataclass(frozen=True)
class Shift:
    """A step or a drift: when it starts and ends (microseconds, both inclusive), how far it goes."""

    test: str
    start: int
    end: int
    size: float


@dataclass(frozen=True)
class _Levels:
    """The middles of blocks without the rhythm of the day: block number, level, first and last time."""

    number: Longs
    x: Floats
    first: Longs
    last: Longs


@dataclass(frozen=True)
class _Stretch:
    """Blocks far from the usual level, by their numbers (inclusive), and how far."""

    low: int
    high: int
    shift: float
    first: int
    last: int


def split(r: Floats, least: int = 4) -> tuple[int, float, float]:
    """Where a series falls in two levels: (start of the second, jump, sharpness).

    Least squares. Sharpness is the part of the jump that the values around the split make at once: the middle
    of four against the middle of the four before; of up to twelve where the noise asks for it.
    """
    n = len(r)
    if n < 2 * least:
        return 0, 0.0, 0.0
    total, square = np.cumsum(r), np.cumsum(r * r)
    at = np.arange(least, n - least + 1)
    left, right = total[at - 1], total[-1] - total[at - 1]
    sse = square[-1] - left**2 / at - right**2 / (n - at)
    best = int(at[int(np.argmin(sse))])
    jump = float(right[best - least] / (n - best) - left[best - least] / best)
    noise = MAD * median(np.abs(np.diff(r))) / np.sqrt(2)
    wide = int(np.clip(np.ceil((9 * noise / jump) ** 2), 4, 12)) if jump else 4
    at_once = median(r[best : best + wide]) - median(r[max(0, best - wide) : best])
    return best, jump, at_once / jump if jump else 0.0


def _sharp(at: Longs, r: Floats, shift: float, sign: int) -> int | None:
    """The time (microseconds) of a sharp change by about `shift` (sign +1: into the stretch, -1: out)."""
    best, jump, sharpness = split(r)
    fits = jump * sign * np.sign(shift) >= 0.6 * abs(shift)
    return int(at[best]) if fits and sharpness >= 0.6 else None


def straight(x: Floats) -> tuple[int, float, float]:
    """The straight departure that ends with the series: (index of its start, rise, part explained).

    Least squares over "level, then a straight line", for every start.
    """
    if len(x) < 6:
        return 0, 0.0, 0.0
    rise, explained = hinges(np.arange(len(x), dtype=float), x)
    at = 2 + int(np.argmax(explained[2:-3]))
    if explained[at] <= 0:
        return 0, 0.0, 0.0
    return at, float(rise[at]), float(explained[at])


def hinges(t: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Least squares of "level until t[a], then straight" for every a at once: (rise at the end, explained).

    By running sums from the end, so that ten years of days cost no more than ten times one year.
    """
    t, y = t - t[0], y - y.mean()
    n, total = len(t), float(np.sum(y * y))
    after, first, second, value, both = (
        np.cumsum(part[::-1])[::-1] for part in (np.ones(n), t, t * t, y, t * y)
    )
    mean = (first - t * after) / n
    square = second - 2 * t * first + t * t * after - n * mean * mean
    shared = both - t * value
    with np.errstate(all="ignore"):
        slope = np.where(square > 0, shared / square, 0.0)
        explained = slope * shared / total if total > 0 else np.zeros(n)
    return slope * (t[-1] - t), explained


def _levels(series: Series) -> _Levels:
    """How far a time of day usually lies from its day's middle is the rhythm; levels are without it."""
    blocks, days = series.blocks, series.days
    full = np.flatnonzero(blocks.n >= 3)
    number, middle = blocks.number[full], blocks.middle[full]
    day = np.searchsorted(days.day, number * blocks.width_s // 86_400)
    slot = number % (86_400 // blocks.width_s)
    order = np.argsort(slot, kind="stable")
    from_day, starts = (middle - days.middle[day])[order], starts_of(slot[order])
    rhythm = np.zeros(86_400 // blocks.width_s)
    if len(days.day) >= FEW_DAYS:
        rhythm[slot[order][starts]] = medians(from_day, starts)
    return _Levels(number, middle - rhythm[slot], blocks.first[full], blocks.last[full])


def _segments(levels: _Levels, shift_k: float) -> Iterator[_Stretch]:
    """Stretches of at least two blocks that lie far from the usual level, on one side."""
    apart = levels.x - median(levels.x)
    spread = MAD * median(np.abs(apart))
    if not spread > 0 or len(apart) < 12:
        return
    far = np.abs(apart) > shift_k * spread
    for side in (1, -1):
        mine = np.flatnonzero(far & (np.sign(apart) == side))
        if len(mine) < 2:
            continue
        broken = np.flatnonzero(np.diff(levels.number[mine]) != 1) + 1
        for part in np.split(mine, broken):
            if 2 <= len(part) <= 0.5 * len(apart):
                yield _stretch(levels, int(part[0]), int(part[-1]), median(apart[part]))


def _stretch(levels: _Levels, low: int, high: int, shift: float) -> _Stretch:
    ends = int(levels.number[low]), int(levels.number[high])
    return _Stretch(*ends, shift, int(levels.first[low]), int(levels.last[high]))


def _tail(levels: _Levels, shift_k: float) -> Iterator[_Stretch]:
    """Where the blocks fall into two levels: the later part."""
    x = levels.x
    if len(x) < 24:
        return
    at, _, _ = split(x, 6)
    left, right = x[:at], x[at:]
    low, high = median(left), median(right)
    jump, half = high - low, (low + high) / 2
    scatter = MAD * median(np.abs(np.concatenate([left - low, right - high])))
    parted = min(np.mean((right > half) == (jump > 0)), np.mean((left < half) == (jump > 0)))
    if scatter > 0 and parted >= 0.95 and abs(jump) > shift_k * scatter:
        yield _stretch(levels, at, len(x) - 1, jump)


def shifts_of(series: Series, r: Floats, shift_k: float) -> list[Shift]:
    """Steps and drifts of one datastream; `r` is each value less the usual value of its local hour."""
    levels = _levels(series)
    if not len(levels.x):
        return []
    found = [*_segments(levels, shift_k), *_tail(levels, shift_k)]
    found.sort(key=lambda s: (s.low, s.high))
    judged = (_judged(stretch, series, r, levels) for stretch in found)
    return [one for one in judged if one is not None]


def _judged(s: _Stretch, series: Series, r: Floats, levels: _Levels) -> Shift | None:
    """What one stretch is: a step, a drift, or None for an event."""
    width = series.blocks.width_s * 1_000_000
    at = series.ts
    near = slice(*np.searchsorted(at, [s.first - 3 * width, s.first + 2 * width + 1]))
    start = _sharp(at[near], r[near], s.shift, 1)
    after = r[np.searchsorted(at, s.last, side="right") :]
    back = len(after) >= 4 and median(after) * np.sign(s.shift) < 0.5 * abs(s.shift)
    at_end = s.last >= series.last - width and not back  # nothing after it to tell a drift from weather
    end: int | None = series.last + 1
    if not at_end:
        near = slice(*np.searchsorted(at, [s.last - 2 * width, s.last + 3 * width + 1]))
        end = _sharp(at[near], r[near], s.shift, -1)
    if end is None:
        return None
    if start is not None:
        return Shift("step", start, end - 1, s.shift)
    upto = int(np.searchsorted(levels.number, s.high, side="right"))
    begin = max(0, int(np.searchsorted(levels.number, s.low)) - 6 * (s.high - s.low + 4))
    x = levels.x[begin:upto]
    if len(x) < 8:
        return None
    a, rise, explained = straight(x)
    if explained < (0.95 if at_end else 0.85) or rise * s.shift <= 0 or abs(rise) < abs(s.shift):
        return None
    return Shift("drift", int(levels.first[begin + a]), end - 1, rise)
