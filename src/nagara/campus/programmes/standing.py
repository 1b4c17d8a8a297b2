"""Where a person stands: every rule of certificate or degree, met or not, and what would meet it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from nagara.campus.programmes.facts import Fact, facts_about_many
from nagara.campus.programmes.models import Batch, Enrolment, Waiver
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


SECTIONS = ("certificate", "degree", "warnings")
WAIVED = ("certificate", "degree")
"""Sections whose rules can be waived: a warning cannot."""


def standings(enrolment: Enrolment, sections: Iterable[str] = SECTIONS) -> list[Standing]:
    """The sections that the version has, with waived rules marked."""
    return standings_of_many(enrolment.batch, [enrolment], sections)[enrolment.pk]


def standings_of_many(
    batch: Batch, enrolments: Sequence[Enrolment], sections: Iterable[str] = SECTIONS
) -> dict[int, list[Standing]]:
    """The same for people of one batch, by primary key of the enrolment, in a fixed number of queries."""
    held = {section: rules_of(batch.version.rules, section) for section in sections}
    names = fact_names([rule for rules in held.values() for rule in rules])
    facts = facts_about_many(batch, [enrolment.user for enrolment in enrolments], names)
    waivers: dict[int, dict[str, Waiver]] = {}
    for waiver in Waiver.objects.filter(enrolment__in=[e.pk for e in enrolments]):
        waivers.setdefault(waiver.enrolment_id, {})[waiver.rule] = waiver
    return {
        enrolment.pk: [
            judged(batch, section, facts[enrolment.user_id], waivers.get(enrolment.pk, {}))
            for section, rules in held.items()
            if rules
        ]
        for enrolment in enrolments
    }


def judged(
    batch: Batch, section: str, facts: Mapping[str, Fact], waivers: Mapping[str, Waiver] | None = None
) -> Standing:
    """One section of the batch's rules judged by these facts; waivers count for certificate and degree."""
    verdicts = check(rules_of(batch.version.rules, section), facts)
    if section in WAIVED:
        signed = _signed(batch, section, waivers or {})
        verdicts = [_waived(verdict, signed) for verdict in verdicts]
    met = outcome(verdicts)
    return Standing(section, RULE_SECTIONS[section], verdicts, met, _award(batch.version.rules, section, met))


def _signed(batch: Batch, section: str, waivers: Mapping[str, Waiver]) -> dict[str, Waiver]:
    """Waivers that speak of this section. Ids are unique within a section only: a degree rule whose id a
    certificate rule has too is waived as "degree.<id>"."""
    if section == "certificate":
        return dict(waivers)
    other = {str(rule.get("id", "")) for rule in rules_of(batch.version.rules, "certificate")}
    plain = {name: waiver for name, waiver in waivers.items() if name not in other}
    return plain | {
        name.removeprefix(f"{section}."): waiver
        for name, waiver in waivers.items()
        if name.startswith(f"{section}.")
    }


def _waived(verdict: Verdict, waivers: Mapping[str, Waiver]) -> Verdict:
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
