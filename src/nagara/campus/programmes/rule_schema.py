"""The schema of a version's rules: small, checked, with messages that say where and how to mend.

    {"certificate": {"full": "Completion", "otherwise": "Participation", "rules": [rule, ...]},
     "degree":      {"award": "Master of ...", "rules": [rule, ...]},
     "eligibility": [rule, ...],
     "warnings":    [rule, ...],
     "documents":   [{"kind", "title", "help", "required", "types", "max_mb"}, ...],
     "quotas":      [{"scope": "state" | "city" | "any", "key", "most"}, ...]}

Every section may be absent. A rule is described in `rules_engine.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nagara.campus.programmes.rules_engine import OPERATORS

RULE_SECTIONS = {
    "certificate": "Certificate",
    "degree": "Degree",
    "eligibility": "Who may apply",
    "warnings": "Early warnings",
}
LIST_SECTIONS = {"documents": "Documents to hand in", "quotas": "Quotas"}
SECTIONS = RULE_SECTIONS | LIST_SECTIONS
RULE_KEYS = {"id", "says", "mend", "fact", "op", "value", "unit", "all", "any", "when", "note"}
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*\Z")
DEEPEST = 4


def rules_of(rules: Mapping[str, Any], section: str) -> list[dict[str, Any]]:
    """The rules of a section, whichever way it is written."""
    held = rules.get(section) or []
    return list(held.get("rules", [])) if isinstance(held, Mapping) else list(held)


def with_rules(rules: Mapping[str, Any], section: str, changed: list[dict[str, Any]]) -> dict[str, Any]:
    """A copy of `rules` with other rules in a section."""
    held = rules.get(section)
    new: Any = changed
    if isinstance(held, Mapping) or (held is None and section in ("certificate", "degree")):
        new = {**(held or {}), "rules": changed}
    return {**rules, section: new}


def problems(rules: Any) -> list[str]:
    """What is wrong with the rules of a version, one sentence each; empty where they are sound."""
    if not isinstance(rules, Mapping):
        return ["The rules must be an object with sections such as certificate."]
    found = [
        f"{section}: no such section. Use {', '.join(SECTIONS)}."
        for section in rules
        if section not in SECTIONS
    ]
    for section in RULE_SECTIONS:
        if section in rules:
            found += _section(section, rules[section])
    found += _rows(rules, "documents", _document)
    found += _rows(rules, "quotas", _quota)
    return found


def _section(section: str, held: Any) -> Iterator[str]:
    where = section
    if isinstance(held, Mapping):
        where, held = f"{section}.rules", held.get("rules", [])
    if not isinstance(held, list):
        yield f"{where}: must be a list of rules."
        return
    seen: set[str] = set()
    for number, rule in enumerate(held, 1):
        at = f"{where}, rule {number}"
        yield from _rule(rule, at)
        name = rule.get("id") if isinstance(rule, Mapping) else None
        if not isinstance(name, str) or not NAME.match(name):
            yield f"{at}: needs an id of small letters, digits, dots and hyphens."
        elif name in seen:
            yield f"{at}: the id {name!r} stands twice. Give each rule its own."
        else:
            seen.add(name)


def _rule(rule: Any, at: str, depth: int = 0) -> Iterator[str]:
    if not isinstance(rule, Mapping):
        yield f"{at}: must be an object."
        return
    if depth > DEEPEST:
        yield f"{at}: groups are nested more than {DEEPEST} deep."
        return
    strange = sorted(set(rule) - RULE_KEYS)
    if strange:
        yield f"{at}: does not know {', '.join(strange)}."
    kinds = [kind for kind in ("fact", "all", "any") if kind in rule]
    if len(kinds) != 1:
        yield f"{at}: needs exactly one of fact, all, any."
        return
    if rule.get("when") is not None:
        yield from _rule(rule["when"], f"{at}, when", depth + 1)
    for text in ("says", "mend", "unit"):
        if not isinstance(rule.get(text, ""), str):
            yield f"{at}: {text} must be text."
    if kinds == ["fact"]:
        yield from _comparison(rule, at)
        return
    parts = rule[kinds[0]]
    if not isinstance(parts, list) or not parts:
        yield f"{at}: {kinds[0]} must be a list of rules that is not empty."
        return
    for number, part in enumerate(parts, 1):
        yield from _rule(part, f"{at}, part {number}", depth + 1)


def _comparison(rule: Mapping[str, Any], at: str) -> Iterator[str]:
    if not isinstance(rule["fact"], str) or not NAME.match(rule["fact"]):
        yield f"{at}: fact must be a name such as attendance.minutes_share."
    if rule.get("op") not in OPERATORS:
        yield f"{at}: op must be one of {', '.join(OPERATORS)}."
        return
    if "value" not in rule or rule["value"] is None:
        yield f"{at}: needs a value."
        return
    value, op = rule["value"], rule["op"]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if op in (">=", "<=", ">", "<") and not number:
        yield f"{at}: {op} needs a number as value, not {value!r}."
    if op in ("in", "not in", "has all") and not isinstance(value, list):
        yield f"{at}: {op!r} needs a list as value."
    if op in ("==", "!=") and not isinstance(value, str | int | float | bool):
        yield f"{at}: {op} needs one value."


def _rows(
    rules: Mapping[str, Any], section: str, check: Callable[[Any, str], Iterator[str]]
) -> Iterator[str]:
    held = rules.get(section, [])
    if not isinstance(held, list):
        yield f"{section}: must be a list."
        return
    for number, row in enumerate(held, 1):
        at = f"{section}, row {number}"
        if not isinstance(row, Mapping):
            yield f"{at}: must be an object."
        else:
            yield from check(row, at)


def _document(row: Mapping[str, Any], at: str) -> Iterator[str]:
    kind, title = row.get("kind"), row.get("title")
    if not isinstance(kind, str) or not NAME.match(kind):
        yield f"{at}: needs a kind of small letters, digits and hyphens."
    if not isinstance(title, str) or not title.strip():
        yield f"{at}: needs a title."
    if not isinstance(row.get("required", True), bool):
        yield f"{at}: required must be true or false."


def _quota(row: Mapping[str, Any], at: str) -> Iterator[str]:
    if row.get("scope") not in ("state", "city", "any"):
        yield f"{at}: scope must be state, city or any."
    most = row.get("most")
    if not isinstance(most, int) or isinstance(most, bool) or most < 0:
        yield f"{at}: most must be a whole number."
