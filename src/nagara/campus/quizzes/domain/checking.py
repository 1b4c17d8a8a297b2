"""What is wrong with an item: its fields, its formulas, its key."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nagara.campus.quizzes.domain.expressions import FormulaError, plain
from nagara.campus.quizzes.domain.items import SLOT, as_number, draw, mark, pose
from nagara.campus.quizzes.domain.kinds import KINDS
from nagara.campus.quizzes.domain.kinds.shape import Body, Kind, Posed, Say
from nagara.citylab.errors import CityLabError

COMMON = {
    *("kind", "asks", "explains", "marks", "level", "tags", "parameters", "computed"),
    *("guards", "variants", "mistakes", "void"),
}
OWN: dict[str, set[str]] = {
    "single": {"options"},
    "multiple": {"options"},
    "numeric": {"answer", "unit", "units", "tolerance"},
    "text": {"accepts", "pattern", "exact"},
    "matching": {"pairs", "extra"},
    "ordering": {"sequence"},
    "map": {"map", "target"},
}
NAME = re.compile(r"[a-z][a-z0-9_]{0,30}\Z")
LONGEST = 40_000
SEEDS = 12


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an item: where, what, how to mend it."""

    where: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what} {self.mend}".strip()


def check(body: Any) -> list[Problem]:
    """What is wrong with an item; nothing for a good one. It is posed with several seeds in every variant,
    and its own key must get full marks each time."""
    if not isinstance(body, Mapping):
        return [Problem("item", "An item is a set of named fields.", "kind, asks, ...")]
    problems: list[Problem] = []

    def say(where: str, what: str, mend: str = "") -> None:
        problem = Problem(where, what, mend)
        if problem not in problems:
            problems.append(problem)

    _check_fields(body, say)
    if problems:
        return problems
    for variant in range(len(body.get("variants") or []) or 1):
        _check_variant(body, variant, say)
    return problems


def _check_fields(body: Body, say: Say) -> None:
    kind = str(body.get("kind"))
    if kind not in KINDS:
        say("kind", f"There is no kind {kind!r}.", f"One of {', '.join(KINDS)}.")
        return
    for name in sorted({str(name) for name in body} - COMMON - OWN[kind]):
        say(name, f"An item of kind {kind} has no field {name!r}.", "Take it out, or mend its name.")
    if not str(body.get("asks", "")).strip():
        say("asks", "The question is missing.")
    marks = as_number(str(body.get("marks", 1)))
    if not isinstance(marks, Decimal) or not 0 < marks <= 100:
        say("marks", "Full marks are a number above 0 and up to 100.")
    if len(json.dumps(body, default=str)) > LONGEST:
        say("item", "The item is too long.", f"At most {LONGEST} letters.")
    _check_shapes(body, say)
    for variant in _list(body.get("variants")):
        if not isinstance(variant, dict) or variant.keys() & {"variants", "kind", "marks", "tags"}:
            say("variants", "A variant replaces fields of the item, but not kind, marks, tags or variants.")
    for number, mistake in enumerate(_list(body.get("mistakes")), 1):
        needed = ("key", "answer", "because")
        if not isinstance(mistake, dict) or not all(str(mistake.get(n, "")).strip() for n in needed):
            say("mistakes", f"Mistake {number} needs key, answer and because.")


def _check_shapes(body: Body, say: Say) -> None:
    shapes = {
        "parameters": dict,
        "computed": dict,
        "guards": list,
        "variants": list,
        "mistakes": list,
        "tags": list,
    }
    for name, shape in shapes.items():
        if body.get(name) is not None and not isinstance(body[name], shape):
            say(name, f"This must be a {'list' if shape is list else 'set of named values'}.")
    for name in [*_dict(body.get("parameters")), *_dict(body.get("computed"))]:
        if not NAME.match(str(name)):
            say("parameters", f"{name!r} is no name for a number.", "Small letters, digits and _.")


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _check_variant(body: Body, variant: int, say: Say) -> None:
    one = {**body, "variants": [body["variants"][variant]]} if body.get("variants") else body
    where = f"variant {variant + 1}, " if body.get("variants") else ""

    def told(place: str, what: str, mend: str = "") -> None:
        say(f"{where}{place}", what, mend)

    kind = KINDS[str(body["kind"])]
    for seed in range(SEEDS):
        try:
            drawn = draw(one, f"check {seed}")
            posed = pose(one, drawn)
            kind.check(posed.body, told)
        except (CityLabError, FormulaError) as error:
            told(error.where or "item", error.what, error.mend)
            return
        except (TypeError, ValueError, AttributeError, KeyError, IndexError) as error:
            told("item", f"A field has the wrong shape ({type(error).__name__}).", "Compare with an example.")
            return
        left = (
            SLOT.search(str(posed.body.get("asks"))) if one.get("parameters") or one.get("computed") else None
        )
        if left:
            told("asks", f"{left[0]} is no parameter and no computed number.", "Mend its name.")
        _check_key(kind, posed, told)


def _check_key(kind: Kind, posed: Posed, told: Say) -> None:
    """The key gets full marks; a named mistake does not."""
    try:
        if mark(posed, kind.key(posed)).share != 1:
            told("item", "Its own key does not get full marks.", "Compare key, unit and tolerance.")
        for mistake in posed.body.get("mistakes") or []:
            given = {**kind.key(posed), "text": _text(mistake["answer"])}
            if not posed.body.get("void") and mark(posed, given).share == 1:
                told(
                    "mistakes", f"{mistake['key']} equals the right answer for some numbers.", "Add a guard."
                )
    except (TypeError, ValueError, AttributeError, KeyError, IndexError, StopIteration):
        told("item", "Its key cannot be read.", "Mend what is said above.")


def _text(value: Any) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)
