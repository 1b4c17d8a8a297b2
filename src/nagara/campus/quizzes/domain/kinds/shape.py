"""What every kind of item offers, and what it works on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random
from typing import Any, Protocol

Body = Mapping[str, Any]
Given = dict[str, Any]
Say = Callable[..., None]
Fields = Callable[[str], Sequence[str]]
"""fields("") are the values of the question's own field, fields("unit") those of its field "unit"."""


@dataclass(frozen=True, slots=True)
class Posed:
    """An item as one person gets it: the variant chosen, texts filled in, numbers computed. It holds the
    key. `order` is the order in which choices are shown, as positions in the item."""

    body: Body
    order: tuple[int, ...] = ()

    @property
    def most(self) -> Decimal:
        """Full marks."""
        return Decimal(str(self.body.get("marks", 1)))


@dataclass(frozen=True, slots=True)
class Mark:
    """What an answer is worth: a share from 0 to 1. `mistake` names a known wrong way; `remark` says in
    words, without giving the key away, what became of the answer."""

    share: Fraction
    mistake: str = ""
    remark: str = ""

    def of(self, most: Decimal) -> Decimal:
        """Marks to 3 places, half away from zero."""
        exact = Fraction(most) * max(Fraction(0), min(Fraction(1), self.share))
        return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(
            Decimal("0.001"), rounding=ROUND_HALF_UP
        )


FULL, NOTHING = Mark(Fraction(1)), Mark(Fraction(0))


@dataclass(frozen=True, slots=True)
class Question:
    """What a page may show before the explanation is due: no key, and no name that the author gave."""

    kind: str
    asks: str
    most: Decimal
    parts: dict[str, Any] = field(default_factory=dict)


class Kind(Protocol):
    """A kind of item. `given` is an answer in the words of the item (ids of the author), so that it stays
    true in whatever order the choices were shown."""

    @property
    def name(self) -> str:
        """The word in the data."""

    @property
    def title(self) -> str:
        """The word on the page."""

    def check(self, body: Body, say: Say) -> None:
        """Tell what is wrong with an item: say(where, what, mend)."""

    def order(self, body: Body, chance: Random, *, shuffle: bool) -> list[int]:
        """The order in which choices are shown."""

    def ask(self, posed: Posed, given: Given) -> dict[str, Any]:
        """What the page needs, with the answer so far."""

    def read(self, posed: Posed, fields: Fields) -> Given:
        """The answer from a form; {} where nothing was answered."""

    def mark(self, posed: Posed, given: Given) -> Mark:
        """What the answer is worth."""

    def key(self, posed: Posed) -> Given:
        """An answer that gets full marks."""

    def words(self, posed: Posed, given: Given) -> str:
        """The answer in words."""


def positions(posed: Posed, count: int) -> list[int]:
    """The order of display: as drawn where it fits the item, else the author's."""
    return list(posed.order) if sorted(posed.order) == list(range(count)) else list(range(count))


def shuffled(count: int, chance: Random) -> list[int]:
    order = list(range(count))
    chance.shuffle(order)
    return order
