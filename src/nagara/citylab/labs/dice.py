"""Chance that anybody can repeat: numbers from a keyed hash of the seed, the same on every machine."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A row of numbers that follows from a seed and a name."""

    def __init__(self, seed: str, name: str) -> None:
        self._key, self._name, self._turn = seed.encode(), name, 0

    def number(self, below: int) -> int:
        """A whole number from 0 to `below` (exclusive)."""
        self._turn += 1
        text = f"{self._name}:{self._turn}".encode()
        return int.from_bytes(hmac.new(self._key, text, hashlib.sha256).digest(), "big") % below

    def one_of(self, items: Sequence[T]) -> T:
        return items[self.number(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order (Fisher and Yates)."""
        out = list(items)
        for i in range(len(out) - 1, 0, -1):
            j = self.number(i + 1)
            out[i], out[j] = out[j], out[i]
        return out


def candidate(seed: str, name: str, count: int, attempt: int) -> int:
    """Which of `count` candidates the draw `name` takes at an attempt: every attempt another one, while
    there are more."""
    dice, met = Dice(seed, f"draw:{name}"), list[int]()
    attempt %= count
    while len(met) <= attempt:
        at = dice.number(count)
        while at in met:
            at = (at + 1) % count
        met.append(at)
    return met[attempt]
