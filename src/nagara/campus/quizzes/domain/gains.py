"""Pre- and post-test: the gain of a learner, and of a class over those who took both.

Normalised gain after R. R. Hake, Interactive-engagement versus traditional methods, American Journal of
Physics 66 (1998), 64-74: g = (post - pre) / (100 - pre), in per cent of full marks. It is undefined for a
learner with pre = 100; the class value here is the mean of the learners' gains, over the matched only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


def gain(pre: Decimal, post: Decimal) -> Decimal | None:
    """g of one learner, rounded to 3 places; None where pre is 100 (nothing was left to gain)."""
    if pre >= 100:
        return None
    return ((post - pre) / (100 - pre)).quantize(Decimal("0.001"))


@dataclass(frozen=True, slots=True)
class ClassGain:
    """A class: `matched` took both tests, `defined` of them have a gain; means are over the matched."""

    matched: int
    defined: int
    only_pre: int
    only_post: int
    mean_pre: Decimal | None
    mean_post: Decimal | None
    mean_gain: Decimal | None


def class_gain(pre: Mapping[int, Decimal], post: Mapping[int, Decimal]) -> ClassGain:
    """The gain of a class from {learner: per cent} of both tests."""
    both = sorted(pre.keys() & post.keys())
    gains = [g for g in (gain(pre[k], post[k]) for k in both) if g is not None]
    return ClassGain(
        matched=len(both),
        defined=len(gains),
        only_pre=len(pre.keys() - post.keys()),
        only_post=len(post.keys() - pre.keys()),
        mean_pre=_mean([pre[k] for k in both], "0.01"),
        mean_post=_mean([post[k] for k in both], "0.01"),
        mean_gain=_mean(gains, "0.001"),
    )


def _mean(values: list[Decimal], step: str) -> Decimal | None:
    return (sum(values, Decimal(0)) / len(values)).quantize(Decimal(step)) if values else None
