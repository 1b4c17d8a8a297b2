"""Gini, Theil, Moran's I and LISA: plain functions over arrays.

Sources: Theil (1967); Moran (1950); Anselin (1995); Benjamini and Hochberg (1995). Weights of neighbours are
row-standardised; pairs (i, j) say that j is a neighbour of i.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]


def lorenz(y: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Cumulative share of weight and of weighted value at each item, in the items' own order.

    Items are ranked by value; ties share their place in the order given.
    """
    order = np.argsort(y, kind="stable")
    w, v = np.cumsum(weight[order]), np.cumsum((weight * y)[order])
    people, value = np.empty(len(y)), np.empty(len(y))
    people[order] = w / w[-1]
    value[order] = v / v[-1] if v[-1] > 0 else 0.0
    return people, value


def gini(y: Floats, weight: Floats | None = None) -> float:
    """Gini coefficient of values >= 0 (0: equal, 1: one has all), counted `weight` times. NaN without sum."""
    weight = np.ones(len(y)) if weight is None else weight
    order = np.argsort(y, kind="stable")
    w, v = weight[order], (weight * y)[order]
    if v.sum() <= 0:
        return float("nan")
    people, value = np.cumsum(w) / w.sum(), np.cumsum(v) / v.sum()
    before, below = np.concatenate([[0.0], people[:-1]]), np.concatenate([[0.0], value[:-1]])
    return float(1 - np.sum((people - before) * (value + below)))


def theil(y: Floats, weight: Floats | None = None) -> float:
    """Theil's T of values >= 0: sum of shares times ln(share over share of weight). NaN without a sum."""
    weight = np.ones(len(y)) if weight is None else weight
    total = float(np.sum(weight * y))
    if total <= 0:
        return float("nan")
    share, of = weight * y / total, weight / weight.sum()
    kept = share > 0
    return float(np.sum(share[kept] * np.log(share[kept] / of[kept])))


def theil_parts(y: Floats, group: Longs, weight: Floats | None = None) -> tuple[float, float]:
    """Theil's T between groups and within them; they add up to `theil`. group: a number for each item."""
    weight = np.ones(len(y)) if weight is None else weight
    _, at = np.unique(group, return_inverse=True)
    values, weights = np.bincount(at, weight * y).astype(float), np.bincount(at, weight).astype(float)
    between = theil(values / weights, weights)
    return between, theil(y, weight) - between


@dataclass(frozen=True)
class Moran:
    """Moran's I, its expectation, and from permutations: p (two-sided, pseudo), spread, z."""

    i: float
    expected: float
    p: float
    sd: float
    z: float
    n: int


def _lag(z: Floats, i: Longs, j: Longs, n: int) -> Floats:
    """Mean of the neighbours of each item; z: (..., n)."""
    degree = np.bincount(i, minlength=n).astype(float)
    order = np.argsort(i, kind="stable")
    starts = np.searchsorted(i[order], np.arange(n))
    padded = np.concatenate([z[..., j[order]], np.zeros((*z.shape[:-1], 1))], axis=-1)
    sums = np.add.reduceat(padded, np.minimum(starts, len(i)), axis=-1)
    return np.where(degree > 0, sums / np.maximum(degree, 1), 0.0)


def moran(y: Floats, i: Longs, j: Longs, *, draws: int = 999, seed: int = 1) -> Moran:
    """Global Moran's I with row-standardised weights. Every item needs a neighbour; one seed, one answer."""
    n = len(y)
    z = y - y.mean()
    square = float(z @ z)
    if n < 3 or square == 0:
        return Moran(float("nan"), float("nan"), float("nan"), float("nan"), float("nan"), n)
    found = float(z @ _lag(z, i, j, n)) / square
    rng = np.random.default_rng(seed)
    drawn = np.empty(draws)
    for start in range(0, draws, 100):
        many = min(100, draws - start)
        mixed = rng.permuted(np.broadcast_to(z, (many, n)), axis=1)
        drawn[start : start + many] = np.sum(mixed * _lag(mixed, i, j, n), axis=1) / square
    mean, sd = float(drawn.mean()), float(drawn.std())
    above = int(np.sum(drawn >= found))
    p = min(1.0, 2 * (min(above, draws - above) + 1) / (draws + 1))
    return Moran(found, -1 / (n - 1), p, sd, (found - mean) / sd if sd > 0 else float("nan"), n)


def local_moran(
    y: Floats, i: Longs, j: Longs, *, draws: int = 999, seed: int = 1
) -> tuple[Floats, Floats, Longs, Floats]:
    """Local Moran's I of each item: value, one-sided pseudo p, quadrant, spread (conditional permutations).

    Quadrants: 1 high among high, 2 low among high, 3 low among low, 4 high among low. Items without
    neighbours have NaN and quadrant 0.
    """
    n = len(y)
    z = (y - y.mean()) / y.std() if y.std() > 0 else np.zeros(n)
    lag = _lag(z, i, j, n)
    degree = np.bincount(i, minlength=n)
    value = np.where(degree > 0, z * lag * (n - 1) / n, np.nan)
    p, sd = np.full(n, np.nan), np.full(n, np.nan)
    rng = np.random.default_rng(seed)
    ranks = np.argsort(rng.random((draws, n - 1)), axis=1)[:, : max(1, int(degree.max(initial=0)))]
    for item in np.flatnonzero(degree):
        others = np.delete(z, item)
        drawn = z[item] * others[ranks[:, : degree[item]]].mean(axis=1)
        above = int(np.sum(drawn >= z[item] * lag[item]))
        p[item] = (min(above, draws - above) + 1) / (draws + 1)
        sd[item] = drawn.std()
    quadrant = np.where(z > 0, np.where(lag > 0, 1, 4), np.where(lag > 0, 2, 3))
    return value, p, np.where(degree > 0, quadrant, 0).astype(np.int64), sd


def discoveries(p: Floats, rate: float) -> npt.NDArray[np.bool_]:
    """Which of many tests hold at a false discovery rate (Benjamini and Hochberg). NaN never does."""
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    limit = rate * np.arange(1, len(order) + 1) / max(1, len(order))
    below = np.flatnonzero(p[order] <= limit)
    held = np.zeros(len(p), bool)
    if len(below):
        held[order[: below[-1] + 1]] = True
    return held


def bootstrap(y: Floats, weight: Floats, group: Longs, *, draws: int = 400, seed: int = 1) -> Floats:
    """95 % percentile ranges by drawing items: rows gini, theil, between, within, share between (%).

    Columns: low and high.
    """
    rng, found = np.random.default_rng(seed), []
    for _ in range(draws):
        at = rng.integers(0, len(y), len(y))
        whole = theil(y[at], weight[at])
        between, within = theil_parts(y[at], group[at], weight[at])
        share = 100 * between / whole if whole > 0 else np.nan
        found.append((gini(y[at], weight[at]), whole, between, within, share))
    drawn = np.array(found)
    drawn[:, 4] = np.where(np.isfinite(drawn[:, 4]), drawn[:, 4], 0.0)  # nothing to part: nothing between
    return np.asarray(np.quantile(drawn, [0.025, 0.975], axis=0).T)
