"""The constraints of a selection as data: read, checked, and said in words.

A constraint is a small table that the office edits:

    {"kind": "at_most", "fact": "state", "value": "ID", "amount": 8}
    {"kind": "each_at_least", "fact": "state", "amount": 1}
    {"kind": "at_least", "fact": "sex", "value": "woman", "amount": 40, "share": true}
    {"kind": "bonus", "fact": "ascn", "value": "yes", "amount": 2}

`amount` counts people; with `share` it is per cent of those chosen; of a bonus it is points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nagara.citylab.errors import CityLabError

SCALE = 1000
"""Scores are whole thousandths of a point, so that sums are exact."""

KINDS = {
    "at_most": "at most",
    "at_least": "at least",
    "each_at_most": "of each, at most",
    "each_at_least": "of each, at least",
    "bonus": "bonus points for",
}
FACTS = {
    "state": "state",
    "city": "city",
    "sex": "sex",
    "secondary": "secondary city",
    "returning": "city that took part before",
    "ascn": "member city of the network",
    "kind": "kind of nomination",
}


@dataclass(frozen=True)
class Constraint:
    """One rule about who may be chosen together. `amount`: people, per cent (`share`), or thousandths of a
    point (bonus)."""

    key: str
    kind: str
    fact: str
    value: str = ""
    amount: int = 0
    share: bool = False
    note: str = ""

    @property
    def is_bonus(self) -> bool:
        return self.kind == "bonus"

    def as_dict(self) -> dict[str, Any]:
        """The constraint as it is stored."""
        amount: float = self.amount / SCALE if self.is_bonus else self.amount
        return {
            "kind": self.kind,
            "fact": self.fact,
            "value": self.value,
            "amount": int(amount) if amount == int(amount) else amount,
            "share": self.share,
            "note": self.note,
        }


def read(found: Iterable[Mapping[str, Any]]) -> tuple[Constraint, ...]:
    """Constraints from their stored form. Raises CityLabError naming the one that is wrong."""
    if not isinstance(found, list | tuple):
        raise CityLabError("Constraints are a list.", mend="Write them one after the other in [ ].")
    return tuple(_one(number, entry) for number, entry in enumerate(found, 1))


def _one(number: int, entry: Mapping[str, Any]) -> Constraint:
    where = f"Constraint {number}"
    if not isinstance(entry, Mapping):
        raise CityLabError("A constraint is a table of its parts.", where=where, mend='Write {"kind": ...}.')
    kind, fact = str(entry.get("kind", "")), str(entry.get("fact", ""))
    value, share = str(entry.get("value", "") or ""), bool(entry.get("share", False))
    if kind not in KINDS:
        raise CityLabError(f'There is no kind "{kind}".', where=where, mend=f"Use one of {', '.join(KINDS)}.")
    if fact not in FACTS:
        raise CityLabError(
            f'Nothing is known of "{fact}".', where=where, mend=f"Use one of {', '.join(FACTS)}."
        )
    each = kind.startswith("each_")
    if each == bool(value):
        mend = "Leave its value empty." if each else f"Say which {FACTS[fact]} is meant."
        raise CityLabError("Its value does not fit its kind.", where=where, mend=mend)
    amount = _amount(where, entry.get("amount"), bonus=kind == "bonus", share=share)
    return Constraint(
        f"c{number}", kind, fact, value, amount, share and kind != "bonus", str(entry.get("note", ""))
    )


def _amount(where: str, given: Any, *, bonus: bool, share: bool) -> int:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise CityLabError("Its amount is no number.", where=where, mend="Write a number of people.")
    if bonus:
        if not 0 <= given <= 100:
            raise CityLabError("A bonus is 0 to 100 points.", where=where, mend="Write fewer points.")
        return round(given * SCALE)
    if given != int(given) or given < 0:
        raise CityLabError("Its amount is no whole number.", where=where, mend="Write 0, 1, 2, ...")
    if share and given > 100:
        raise CityLabError("A share is at most 100 per cent.", where=where, mend="Write 0 to 100.")
    return int(given)


WORDS = {
    ("sex", "woman"): "women",
    ("sex", "man"): "men",
    ("secondary", "yes"): "from secondary cities",
    ("secondary", "no"): "from other than secondary cities",
    ("returning", "yes"): "from cities that took part before",
    ("returning", "no"): "from cities that never took part",
    ("ascn", "yes"): "from member cities of the network",
    ("ascn", "no"): "from cities outside the network",
}


def said(constraint: Constraint, names: Mapping[str, str]) -> str:
    """The constraint as a sentence. `names`: a value such as "ID" or "jakarta" -> how people call it."""
    value = WORDS.get((constraint.fact, constraint.value)) or (
        f"from {names.get(constraint.value, constraint.value)}"
    )
    if constraint.is_bonus:
        return f"{constraint.amount / SCALE:g} bonus points for people {value}"
    much = f"{constraint.amount} %" if constraint.share else f"{constraint.amount}"
    side = "At most" if constraint.kind.endswith("at_most") else "At least"
    if constraint.kind.startswith("each_"):
        return f"{side} {much} from each {FACTS[constraint.fact]}"
    return f"{side} {much} {value}"
