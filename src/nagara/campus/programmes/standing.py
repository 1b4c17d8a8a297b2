"""Where a person stands: every rule of certificate or degree, met or not, and what would meet it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nagara.campus.programmes.facts import facts_about
from nagara.campus.programmes.models import Enrolment, Waiver
from nagara.campus.programmes.rule_schema import RULE_SECTIONS, rules_of
from nagara.campus.programmes.rules_engine import Verdict, check, fact_names, outcome


@dataclass(frozen=True, slots=True)
class Standing:
    """One set of rules and its verdicts. `award` is what follows; None while a rule is open."""

    section: str
    title: str
    verdicts: list[Verdict]
    met: bool | None
    award: str | None

    @property
    def counts(self) -> str:
        """In a few words: 3 of 4 met, 1 not known yet."""
        met = sum(v.met is True or v.waived for v in self.verdicts)
        unknown = sum(v.met is None and not v.waived for v in self.verdicts)
        return f"{met} of {len(self.verdicts)} met" + (f", {unknown} not known yet" if unknown else "")


def standings(
    enrolment: Enrolment, sections: Iterable[str] = ("certificate", "degree", "warnings")
) -> list[Standing]:
    """The sections that the version has, with waived rules marked."""
    batch = enrolment.batch
    held = {section: rules_of(batch.version.rules, section) for section in sections}
    names = fact_names([rule for rules in held.values() for rule in rules])
    facts = facts_about(batch, enrolment.user, names)
    waivers = {waiver.rule: waiver for waiver in enrolment.waivers.all()}
    found = []
    for section, rules in held.items():
        if not rules:
            continue
        verdicts = (
            [_waived(verdict, waivers) for verdict in check(rules, facts)]
            if section == "certificate"
            else check(rules, facts)
        )
        met = outcome(verdicts)
        found.append(
            Standing(
                section, RULE_SECTIONS[section], verdicts, met, _award(batch.version.rules, section, met)
            )
        )
    return found


def _waived(verdict: Verdict, waivers: dict[str, Waiver]) -> Verdict:
    waiver = waivers.get(verdict.rule)
    if waiver is None:
        return verdict
    return replace(
        verdict, waived=True, said=f"{verdict.said}. Waived: {waiver.reason} ({waiver.signature})", mend=""
    )


def _award(rules: dict[str, object], section: str, met: bool | None) -> str | None:
    held = rules.get(section)
    if not isinstance(held, dict) or met is None:
        return None
    if section == "certificate":
        return str(held.get("full", "Completion") if met else held.get("otherwise", "Participation"))
    return str(held.get("award", "")) if met else None
