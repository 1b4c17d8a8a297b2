"""Rules as data, checked exactly against facts and explained in words.

A rule is a dictionary:

    {"id": "attendance", "fact": "attendance.minutes_share", "op": ">=", "value": 0.8,
     "says": "Attend at least 80 % of the minutes", "mend": "..."}

or a group: {"id": ..., "all": [rules]}, {"id": ..., "any": [rules]}; "when" (a rule) limits a rule to those
whom it concerns. Operators stand in OPERATORS. Numbers are compared as decimals: 0.1 + 0.2 never matters.
Order of rules never matters for their verdicts. A fact that is missing leaves a rule open (`met` None).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nagara.campus.programmes.facts import Fact, unknown

Rule = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one rule: `met` is None while a fact is missing. `said` tells the rule and what was
    found, `mend` what would meet it (empty where met). `applies` is False where its `when` does not hold."""

    rule: str
    met: bool | None
    said: str
    mend: str = ""
    facts: tuple[Fact, ...] = ()
    waived: bool = False
    applies: bool = True


def _number(value: Any) -> Decimal:
    return Decimal(str(value))


def _same(fact: Any, value: Any) -> bool:
    if _is_number(fact) and _is_number(value):
        return _number(fact) == _number(value)
    return bool(fact == value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _has_all(fact: Any, value: Any) -> bool:
    return all(item in fact for item in value)


OPERATORS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    ">=": ("at least", lambda fact, value: _number(fact) >= _number(value)),
    "<=": ("at most", lambda fact, value: _number(fact) <= _number(value)),
    ">": ("more than", lambda fact, value: _number(fact) > _number(value)),
    "<": ("less than", lambda fact, value: _number(fact) < _number(value)),
    "==": ("exactly", _same),
    "!=": ("not", lambda fact, value: not _same(fact, value)),
    "in": ("one of", lambda fact, value: fact in value),
    "not in": ("none of", lambda fact, value: fact not in value),
    "has all": ("all of", _has_all),
}


def check(rule_set: Sequence[Rule], facts: Mapping[str, Fact]) -> list[Verdict]:
    """A verdict for each rule, in the order of the rules."""
    return [_judge(rule, facts) for rule in rule_set]


def outcome(verdicts: Sequence[Verdict]) -> bool | None:
    """All together: False where one is not met, else None where one is open, else True."""
    met = [verdict.met for verdict in verdicts if verdict.applies and not verdict.waived]
    if any(item is False for item in met):
        return False
    return None if any(item is None for item in met) else True


def fact_names(rule_set: Sequence[Rule]) -> list[str]:
    """Names of the facts that the rules ask for, each once."""
    found: dict[str, None] = {}
    for rule in rule_set:
        if "fact" in rule:
            found[str(rule["fact"])] = None
        if isinstance(rule.get("of"), str):
            found[str(rule["of"])] = None
        parts = [*rule.get("all", ()), *rule.get("any", ())]
        if rule.get("when"):
            parts.append(rule["when"])
        found |= dict.fromkeys(fact_names(parts))
    return list(found)


def _judge(rule: Rule, facts: Mapping[str, Fact]) -> Verdict:
    name = str(rule.get("id", ""))
    condition = rule.get("when")
    if condition:
        concerned = _judge(condition, facts)
        if concerned.met is False:
            return Verdict(
                name, True, f"{says(rule)}: does not apply here", "", concerned.facts, applies=False
            )
        if concerned.met is None:
            return Verdict(
                name, None, f"{says(rule)}: {_open(concerned.facts)}", concerned.mend, concerned.facts
            )
    for kind in ("all", "any"):
        if kind in rule:
            return _judge_group(rule, kind, facts)
    return _judge_one(rule, facts)


def _judge_group(rule: Rule, kind: str, facts: Mapping[str, Fact]) -> Verdict:
    parts = check(rule[kind], facts)
    used = tuple(fact for part in parts for fact in part.facts)
    if kind == "all":
        met = outcome(parts)
    else:
        met = True if any(p.met for p in parts) else None if any(p.met is None for p in parts) else False
    wrong = [part for part in parts if not part.met]
    joint = "; " if kind == "all" else "; or "
    said = says(rule) + ("" if met else ": " + joint.join(part.said for part in wrong))
    mend = "" if met else str(rule.get("mend") or joint.join(part.mend for part in wrong if part.mend))
    return Verdict(str(rule.get("id", "")), met, said, mend, used)


def _judge_one(rule: Rule, facts: Mapping[str, Fact]) -> Verdict:
    name, wanted = str(rule.get("id", "")), str(rule["fact"])
    fact = facts.get(wanted) or unknown(wanted, "no part of this site records it yet")
    said = says(rule)
    if not fact.known:
        return Verdict(name, None, f"{said}: {_open((fact,))}", str(rule.get("mend", "")), (fact,))
    try:
        met = OPERATORS[rule["op"]][1](fact.value, rule["value"])
    except (ArithmeticError, TypeError, ValueError):
        odd = unknown(wanted, f"what is recorded ({fact.value!r}) cannot be compared")
        return Verdict(name, None, f"{said}: {_open((odd,))}", "Ask the office to correct it.", (odd,))
    found = f"{said}: {show(fact.value, str(rule.get('unit') or fact.unit))}"
    return Verdict(name, met, found, "" if met else _mend(rule, fact), (fact,))


def _mend(rule: Rule, fact: Fact) -> str:
    """What would meet a rule that is not met: its own words, else the difference in numbers."""
    if rule.get("mend"):
        return str(rule["mend"])
    value, unit = rule["value"], str(rule.get("unit") or fact.unit)
    if rule["op"] in (">=", ">") and _is_number(fact.value):
        return f"{show(_number(value) - _number(fact.value), unit)} more would meet it."
    if rule["op"] in ("<=", "<") and _is_number(fact.value):
        return f"{show(_number(fact.value) - _number(value), unit)} less would meet it."
    if rule["op"] == "has all":
        missing = [str(item) for item in value if item not in fact.value]
        return f"Missing: {', '.join(missing)}."
    return f"It must be {OPERATORS[rule['op']][0]} {show(value, unit)}."


def _open(facts: Sequence[Fact]) -> str:
    reasons = [fact.reason or "not known" for fact in facts if not fact.known]
    return f"not known yet ({'; '.join(dict.fromkeys(reasons)) or 'not known'})"


def says(rule: Rule) -> str:
    """The rule in words: its own, else put together."""
    if rule.get("says"):
        return str(rule["says"])
    for kind, word in (("all", " and "), ("any", " or ")):
        if kind in rule:
            return word.join(says(part) for part in rule[kind])
    name = str(rule["fact"]).replace("_", " ").replace(".", ": ")
    return f"{name} {OPERATORS[rule['op']][0]} {show(rule['value'], str(rule.get('unit', '')))}"


def show(value: Any, unit: str = "") -> str:
    """A value with its unit as people write it: shares as per cent."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(item) for item in value) or "none"
    if not _is_number(value):
        return str(value)
    number = _number(value)
    if unit == "1":
        return f"{_plain(number * 100)} %"
    return f"{_plain(number)} {unit}".strip()


def _plain(number: Decimal) -> str:
    """Exact, without trailing zeros or exponents; long fractions are cut at four places."""
    if number != round(number, 4):
        number = round(number, 4)
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
