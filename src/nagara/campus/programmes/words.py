"""Rules of a version in words, for pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nagara.campus.programmes.facts import catalogue
from nagara.campus.programmes.rules_engine import OPERATORS, fact_names, says, show


@dataclass(frozen=True, slots=True)
class Explained:
    """A rule for a reader: what it says, how it is checked, what mends it."""

    id: str
    says: str
    checked: str
    mend: str
    recorded: bool


def checked(rule: Mapping[str, Any]) -> str:
    """How the rule is checked: attendance.minutes_share at least 80 %."""
    text = ""
    for kind, word in (("all", " and "), ("any", " or ")):
        if kind in rule:
            text = word.join(checked(part) for part in rule[kind])
    if "fact" in rule:
        unit = str(rule.get("unit", ""))
        text = f"{rule['fact']} {OPERATORS[rule['op']][0]} {show(rule['value'], unit)}"
    if rule.get("when"):
        text = f"where {checked(rule['when'])}: {text}"
    return text


def explain(rule: Mapping[str, Any]) -> Explained:
    """One rule in words. `recorded` is False where no part of the site provides one of its facts."""
    known = catalogue()
    names = fact_names([rule])
    recorded = all(name in known or name.startswith("application.") for name in names)
    return Explained(str(rule.get("id", "")), says(rule), checked(rule), str(rule.get("mend", "")), recorded)


def heading(rules: Mapping[str, Any], section: str) -> str:
    """What a section is for, in a sentence."""
    held = rules.get(section)
    said = held if isinstance(held, Mapping) else {}
    if section == "certificate":
        full, otherwise = said.get("full", "Completion"), said.get("otherwise", "Participation")
        return (
            f"Who meets every rule receives a certificate of {full}, else of {otherwise}. "
            "The office may waive a rule, with a reason and a signature."
        )
    if section == "degree":
        return f"Who meets every rule may be awarded: {said.get('award', 'the degree')}."
    if section == "eligibility":
        return "An application is checked against these rules and told why."
    return "Where one of these is not met, the office and the advisor are told."
