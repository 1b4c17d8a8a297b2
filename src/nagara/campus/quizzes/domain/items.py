"""An item as data: its schema, drawing a variant with numbers, posing it to a person, checking it.

    kind: single | multiple | numeric | text | matching | ordering | map
    asks: the question in Markdown; {name} shows a number, {name:1} with one place
    explains: what is shown afterwards
    marks: full marks (1), level: foundation ..., tags: [...]
    parameters: {name: {values: [...]} or {from: 1, to: 9, step: 1}}   drawn for each person
    computed: {name: formula}                                          in order; may use those before
    guards: [formula]                                                  all must hold, else drawn again
    variants: [{...}]                                                  each replaces fields of the item
    mistakes: [{key, answer, because}]                                 named wrong answers (numeric, text)
    void: true                                                         everyone gets full marks
and the fields of its kind (see docs/quizzes.md).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any

from nagara.campus.quizzes.domain.expressions import evaluate, plain
from nagara.campus.quizzes.domain.kinds import KINDS
from nagara.campus.quizzes.domain.kinds.shape import FULL, Body, Given, Mark, Posed, Question
from nagara.citylab.errors import CityLabError

UNFILLED = {"parameters", "computed", "guards", "variants", "id", "key", "kind", "unit", "units", "pattern"}
SLOT = re.compile(r"\{([a-z][a-z0-9_]*)(?::(\d))?\}")
TRIES = 200
MOST_VALUES = 10_000
Drawn = dict[str, Any]


class ItemError(CityLabError):
    """An item that cannot be drawn or posed."""


def seed_for(learner: object, quiz: object, attempt: object) -> str:
    """The seed of an attempt: the same three give the same quiz again."""
    return hashlib.sha256(f"{learner}/{quiz}/{attempt}".encode()).hexdigest()


def draw(body: Body, seed: str, *, shuffle: bool = True) -> Drawn:
    """Choose a variant, the values of its parameters, and the order of its choices, by the seed. What is
    drawn is kept as plain data: posing needs no chance any more."""
    chance = Random(seed)  # noqa: S311 (which numbers a learner gets, no secret)
    variants = body.get("variants") or []
    variant = chance.randrange(len(variants)) if variants else None
    merged = _merged(body, variant)
    for _ in range(TRIES):
        values = {name: _drawn(name, how, chance) for name, how in (merged.get("parameters") or {}).items()}
        names = _computed(merged, values)
        if all(evaluate(str(g), _numbers(names)) != 0 for g in merged.get("guards") or []):
            break
    else:
        raise ItemError("No numbers fit the guards.", where="guards", mend="Widen the parameters.")
    posed = pose(body, {"variant": variant, "values": values})
    order = KINDS[str(body["kind"])].order(posed.body, chance, shuffle=shuffle)
    return {"variant": variant, "values": values, "order": order}


def pose(body: Body, drawn: Mapping[str, Any]) -> Posed:
    """The item as it was drawn: texts filled in, formulas computed. Raises CityLabError where that fails."""
    variant = drawn.get("variant")
    merged = _merged(body, variant)
    names = _computed(merged, drawn.get("values") or {})
    filled = {key: value if key in UNFILLED else _filled(value, names) for key, value in merged.items()}
    numbers = _numbers(names)
    if merged.get("kind") == "numeric":
        filled["answer"] = evaluate(str(merged.get("answer", "")), numbers)
        filled["mistakes"] = [
            {**m, "answer": evaluate(str(m.get("answer", "")), numbers)} for m in filled.get("mistakes") or []
        ]
    return Posed(filled, tuple(drawn.get("order") or ()))


def question(posed: Posed, given: Given) -> Question:
    """What the page may show: nothing of the key."""
    kind = KINDS[str(posed.body["kind"])]
    return Question(kind.name, str(posed.body["asks"]), posed.most, kind.ask(posed, given))


def mark(posed: Posed, given: Given) -> Mark:
    """What an answer is worth. A void item gives everyone full marks."""
    return FULL if posed.body.get("void") else KINDS[str(posed.body["kind"])].mark(posed, given)


def because(posed: Posed, mistake: str) -> str:
    """The explanation of a named mistake."""
    if mistake == "swapped" and posed.body["kind"] == "map":
        return "Latitude and longitude are swapped: latitude says how far north, longitude how far east."
    for named in posed.body.get("mistakes") or []:
        if str(named.get("key", "")) == mistake:
            return str(named.get("because", ""))
    for option in posed.body.get("options") or []:
        if str(option.get("id")) == mistake:
            return str(option.get("because", ""))
    return ""


def _merged(body: Body, variant: Any) -> dict[str, Any]:
    variants = body.get("variants") or []
    if variant is None or not variants:
        return dict(body)
    if not 0 <= int(variant) < len(variants):
        raise ItemError(
            f"Variant {variant} is missing.", where="variants", mend="Keep the number of variants."
        )
    return {**body, **variants[int(variant)]}


def _drawn(name: str, how: Any, chance: Random) -> str:
    """One value of a parameter, as text."""
    values = _values(name, how)
    return values[chance.randrange(len(values))]


def _values(name: str, how: Any) -> list[str]:
    if isinstance(how, Mapping) and isinstance(how.get("values"), list) and how["values"]:
        return [str(value) for value in how["values"]]
    try:
        low, high, step = (Decimal(str(how[key])) for key in ("from", "to", "step"))
    except (TypeError, KeyError, ArithmeticError) as error:
        raise ItemError(
            f"The parameter {name} says neither values nor from, to and step.",
            where="parameters",
            mend="values: [10, 20] or {from: 10, to: 90, step: 10}.",
        ) from error
    count = int((high - low) / step) + 1 if step > 0 and high >= low else 0
    if not 1 <= count <= MOST_VALUES:
        raise ItemError(
            f"The range of {name} has {count} values.", where="parameters", mend=f"1 to {MOST_VALUES}."
        )
    return [plain(low + step * n) for n in range(count)]


def _computed(merged: Body, values: Mapping[str, Any]) -> dict[str, Decimal | str]:
    """Parameters and computed numbers by name; words stay words."""
    names: dict[str, Decimal | str] = {name: as_number(str(value)) for name, value in values.items()}
    for name, formula in (merged.get("computed") or {}).items():
        names[name] = evaluate(str(formula), _numbers(names))
    return names


def as_number(text: str) -> Decimal | str:
    """The number that a text is, else the text."""
    try:
        value = Decimal(text)
    except ArithmeticError:
        return text
    return value if value.is_finite() else text


def _numbers(names: Mapping[str, Decimal | str]) -> dict[str, Decimal]:
    return {name: value for name, value in names.items() if isinstance(value, Decimal)}


def _filled(value: Any, names: Mapping[str, Decimal | str]) -> Any:
    if isinstance(value, str):
        return SLOT.sub(lambda found: _shown(found, names), value) if "{" in value else value
    if isinstance(value, Mapping):
        return {k: v if k in UNFILLED else _filled(v, names) for k, v in value.items()}
    if isinstance(value, list):
        return [_filled(v, names) for v in value]
    return value


def _shown(found: re.Match[str], names: Mapping[str, Decimal | str]) -> str:
    value = names.get(found[1])
    if value is None:
        return found[0]
    return plain(value, int(found[2]) if found[2] else None) if isinstance(value, Decimal) else value
