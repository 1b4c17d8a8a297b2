"""One datastream as arrays: its local time, its blocks and days, its usual values and usual movement.

Everything that sensor-qa must know of a datastream before it can judge a single value. Arrays are in order of
time; medians are exact and sums are of whole numbers, so that the same rows give the same answer everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

MAD = 1.4826
"""Factor that makes the median distance from the median a standard deviation, for normal noise."""
_ENOUGH = 10_000
"""So many moves tell their usual size."""
QUICK_S = 120
FEW_DAYS = 5
HALF_HOUR_US = 1_800_000_000
FAILED, MISSING = 4, 9
_WIDTHS = ((75, 1800), (150, 3600), (450, 10_800), (900, 21_600), (1800, 43_200))
"""Seconds between values, and how wide a block of about 24 of them is (a part of a day)."""


def quantile(values: Floats, share: float) -> float:
    """A quantile between the two nearest values; NaN of nothing."""
    n = len(values)
    if n == 0:
        return float("nan")
    place = share * (n - 1)
    low = int(place)
    high = min(low + 1, n - 1)
    part = np.partition(values, (low, high))
    return float(part[low] + (part[high] - part[low]) * (place - low))


def median(values: Floats) -> float:
    return quantile(values, 0.5)


def starts_of(groups: npt.NDArray[np.generic]) -> Longs:
    """Where each group begins in an array in which groups lie together."""
    if not len(groups):
        return np.zeros(0, np.int64)
    return np.concatenate([[0], np.flatnonzero(groups[1:] != groups[:-1]) + 1])


def medians(values: Floats, starts: Longs) -> Floats:
    """The median of each group of neighbours; no group is empty."""
    counts = np.diff(np.append(starts, len(values)))
    if not len(counts):
        return np.zeros(0)
    wide = int(counts.max())
    if len(counts) * wide > 4 * len(values) + 1000:  # groups of very different size
        return np.array([median(part) for part in np.split(values, starts[1:])])
    if int(counts.min()) == wide:
        table = values.reshape(len(counts), wide)
    else:
        table = np.full((len(counts), wide), np.inf)
        table[np.arange(wide) < counts[:, None]] = values
    table = np.sort(table, axis=1)
    rows = np.arange(len(counts))
    low, high = table[rows, (counts - 1) // 2], table[rows, counts // 2]
    return np.asarray(low + (high - low) * 0.5)


@dataclass(frozen=True)
class Clock:
    """The city's offsets from UTC: from when (microseconds) which offset (microseconds)."""

    starts: Longs
    offsets: Longs

    def half_hours(self, ts: Longs) -> tuple[Longs, Longs]:
        """The local half hour since 1970 of each time; and the same, but not going back with the clock."""
        first, last = np.searchsorted(self.starts, ts[[0, -1]], side="right") - 1
        if first == last:
            half = (ts + self.offsets[first]) // HALF_HOUR_US
            return half, half
        half = (ts + self.offsets[np.searchsorted(self.starts, ts, side="right") - 1]) // HALF_HOUR_US
        return half, np.maximum.accumulate(half)


@dataclass(frozen=True)
class Days:
    """One place for each local day: its number since 1970, its counts, the middle of its good values."""

    day: Longs
    n: Longs
    n_missing: Longs
    n_failed: Longs
    middle: Floats


@dataclass(frozen=True)
class Blocks:
    """Parts of days with good values: number since 1970, width (s), count, middle, first and last time."""

    width_s: int
    number: Longs
    n: Longs
    middle: Floats
    first: Longs
    last: Longs


@dataclass(frozen=True)
class Usual:
    """By local hour: the usual value and how far values usually lie from it (MAD). NaN where none came."""

    middle: Floats
    away: Floats


@dataclass(frozen=True)
class Noise:
    """How a datastream usually moves: the yardstick of the tests. See `noise_of`."""

    is_state: bool
    spike_limit: float
    step_limit: float
    runs_over: float
    rest_value: float


@dataclass(frozen=True)
class Series:
    """The good values of one datastream (not empty, not failed or missing before) in order of time.

    `hour` is the local hour, `day_at` the place of each value's day in `days`.
    """

    ts: Longs
    value: Floats
    hour: npt.NDArray[np.int8]
    day_at: Longs
    days: Days
    blocks: Blocks
    first: int
    last: int


def _ordered(
    ts: Longs, value: Floats, quality: npt.NDArray[np.int8]
) -> tuple[Longs, Floats, npt.NDArray[np.int8]]:
    """In order of time, then of value."""
    if np.any(ts[1:] < ts[:-1]):
        order = np.argsort(ts, kind="stable")
        ts, value, quality = ts[order], value[order], quality[order]
    if np.any(ts[1:] == ts[:-1]):
        order = np.lexsort((value, ts))
        ts, value, quality = ts[order], value[order], quality[order]
    return ts, value, quality


def _counted(flags: Truths, starts: Longs) -> Longs:
    if not flags.any():
        return np.zeros(len(starts), np.int64)
    return np.add.reduceat(flags.astype(np.int64), starts)


def series_of(ts: Longs, value: Floats, quality: npt.NDArray[np.int8], clock: Clock) -> Series:
    """All rows of one datastream (at least one; an empty value is NaN), in any order, as a Series."""
    ts, value, quality = _ordered(ts, value, quality)
    half, onward = clock.half_hours(ts)
    missing, failed = np.isnan(value), quality == FAILED
    good = ~(missing | failed | (quality == MISSING))
    guess_s = (ts[-1] - ts[0]) / (1e6 * max(1, len(ts) - 1))
    width_s = next((width for most, width in _WIDTHS if guess_s <= most), 86_400)
    every_day = onward // 48
    starts = starts_of(every_day)
    day = every_day[starts]
    n = np.add.reduceat(good.astype(np.int64), starts)
    if good.all():
        at, x = ts, value
    else:
        at, x, half, onward = ts[good], value[good], half[good], onward[good]
    blocks = _blocks(at, x, onward // (width_s // 1800), width_s)
    middle = np.full(len(day), np.nan)
    of_block = starts_of(blocks.number * width_s // 86_400)
    if len(of_block):
        found = blocks.number[of_block] * width_s // 86_400
        middle[np.searchsorted(day, found)] = medians(blocks.middle, of_block)
    days = Days(day, n, _counted(missing, starts), _counted(failed, starts), middle)
    hour = ((half >> 1) % 24).astype(np.int8)
    return Series(at, x, hour, np.repeat(np.arange(len(day)), n), days, blocks, int(ts[0]), int(ts[-1]))


def _blocks(at: Longs, x: Floats, number: Longs, width_s: int) -> Blocks:
    starts = starts_of(number)
    counts = np.diff(np.append(starts, len(x)))
    last = at[starts + counts - 1] if len(starts) else at[:0]
    return Blocks(width_s, number[starts], counts, medians(x, starts), at[starts], last)


def period_of(series: Series, told: float) -> float:
    """The usual seconds between values: as told (> 0); else the middle step, where most steps are about as
    long or there are three days at most; else from how many come a day. NaN where it cannot be known.
    """
    if told > 0:
        return told
    days, steps = series.days, np.diff(series.ts).astype(float)
    usual = median(steps)
    even = len(steps) >= 10 and np.count_nonzero(np.abs(steps - usual) <= 0.1 * usual) > 0.6 * len(steps)
    if even or (len(days.day) <= 3 and len(steps)):
        return usual / 1e6 or float("nan")
    per_day = quantile(days.n[days.n > 0].astype(float), 0.75)
    if per_day >= 2:
        return 86_400.0 / per_day
    step = median(np.diff(days.day).astype(float))
    return 86_400.0 * step if step >= 1 else float("nan")


def by_hour(series: Series) -> tuple[Longs, Sequence[slice]]:
    """The order that puts values of one local hour together, and where each hour lies in it."""
    order = np.argsort(series.hour, kind="stable")
    ends = np.cumsum(np.bincount(series.hour, minlength=24))
    return order, [slice(int(a), int(b)) for a, b in zip(np.append(0, ends[:-1]), ends, strict=True)]


def usual_of(series: Series) -> Usual:
    """The usual value by local hour of day: how far the hour usually lies from the middle of its day, plus
    the middle of all days. So a level that shifts for good does not bend the rhythm of the day.
    """
    order, hours = by_hour(series)
    value = series.value[order]
    apart = value - series.days.middle[series.day_at[order]]
    known = series.days.n > 0
    level = median(series.days.middle[known])
    middle = np.array([median(apart[where]) for where in hours]) + level
    away = np.array([median(np.abs(value[w] - m)) for w, m in zip(hours, middle, strict=True)])
    return Usual(middle, away)


def usual_values(series: Series, usual: Usual, period_s: float) -> Floats | float:
    """What to take off each value so that the rhythm of the day is no jump: the usual value of its hour.

    Where values come every few minutes, the day moves less between two of them than the hours would at their
    ends. Of a few days, one long fault would bend the hours. There it is one number for all.
    """
    if period_s <= QUICK_S or len(series.days.day) < FEW_DAYS:
        return median(series.days.middle[series.days.n > 0])
    return usual.middle[series.hour]


@dataclass(frozen=True)
class Moves:
    """How values follow one another. `r` is each value less the usual one of its local hour.

    `d2`: how far a value lies from the mean of its neighbours (from the second to the last but one). `d3`:
    how far the mean of three lies from that of the three before (from the fourth to the last but two).
    `again` and `times`: where one value comes at least twice in a row, and how often; `runs`: all runs.
    """

    r: Floats
    d2: Floats
    d3: Floats
    again: Longs
    times: Longs
    runs: int
    resolution: float


def moves_of(value: Floats, r: Floats) -> Moves:
    """How the values of a series follow one another."""
    d1 = value[1:] - value[:-1]
    still = np.flatnonzero(d1 == 0)
    starts = np.flatnonzero(np.diff(still, prepend=-2) != 1)
    size = np.abs(d1)
    least = float(np.min(size, where=size > 0, initial=np.inf))
    three = r[:-2] + r[1:-1] + r[2:]
    return Moves(
        r,
        r[1:-1] - (r[:-2] + r[2:]) / 2,
        (three[3:] - three[:-3]) / 3,
        still[starts],
        np.diff(np.append(starts, len(still))) + 1,
        len(value) - len(still),
        least if np.isfinite(least) else float("nan"),
    )


def _scale(moves: Floats) -> float:
    """The usual size of moves: by the median, or by the 90 % quantile of those that are not nought.

    Of very many, every third, fifth ... is enough (an odd number, so that all times of day take part).
    """
    size = np.abs(moves[:: max(1, len(moves) // _ENOUGH) | 1])
    n = len(size)
    if n == 0:
        return float("nan")
    none = n - int(np.count_nonzero(size))
    middle, most = 0.5 * (n - 1), none + 0.9 * (n - none - 1)
    places = {int(at) + more for at in (middle, most) for more in (0, 1)}
    part = np.partition(size, sorted(min(place, n - 1) for place in places))
    half, high = (
        part[int(at)] + (part[min(int(at) + 1, n - 1)] - part[int(at)]) * (at % 1) for at in (middle, most)
    )
    return float(max(MAD * half, high / 1.645) if none < n else 0.0)


def _is_state(value: Floats, unit: str) -> bool:
    """Whole numbers without a unit and with at most ten values are states (an alert level): not tested."""
    if not (unit == "1" or unit.startswith("{")) or np.any(value[:100] != np.round(value[:100])):
        return False
    return len(np.unique(value)) <= 10 and bool(np.all(value == np.round(value)))


def _chance(value: Floats, moves: Moves) -> float:
    """How many equal values in a row can be chance, given how often this sensor repeats itself."""
    n, over = len(value), 2.0
    changes = moves.runs - 1 - int(n > 1 and value[-1] != value[-2])  # moves that another value follows
    repeats = len(moves.again) - int(len(moves.again) > 0 and moves.again[0] == 0)
    if changes and repeats:
        over = float(np.ceil(np.log(1000.0 * n) / np.log((changes + 1.0) / (repeats + 0.5))))
    if moves.runs < 50:
        return over
    alone, longer = moves.runs - len(moves.times), np.sort(moves.times)

    def run_of(share: float) -> float:
        """The run that is longer than this share of all runs."""
        place = int(share * (moves.runs - 1))
        return float(longer[place - alone]) if place >= alone else 1.0

    half, most = run_of(0.5), run_of(0.9)
    tail = half + (most - half) * np.log(500.0 * moves.runs) / np.log(5.0)  # runs fall off evenly
    return max(over, 1.5 * run_of(0.98), float(tail))


def noise_of(value: Floats, moves: Moves, unit: str, *, spike_k: float, step_k: float) -> Noise:
    """How far values usually lie from their neighbours in time.

    Limits are in the datastream's unit. `runs_over`: more equal values than that are not chance.
    `rest_value`: where it rests at its least value, that one, else NaN.
    """
    spike = step = float("nan")
    is_state = _is_state(value, unit)
    if not is_state:
        spike = spike_k * float(np.fmax(_scale(moves.d2), moves.resolution))
        step = step_k * float(np.fmax(_scale(moves.d3), moves.resolution))
    least = value.min()
    rests = moves.runs > 1 and np.count_nonzero(value == least) > 0.2 * len(value)
    over = _chance(value, moves)
    return Noise(is_state, spike, step, over, float(least) if rests else float("nan"))
