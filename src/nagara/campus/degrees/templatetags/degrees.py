"""How credits, averages and verdicts are shown."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms, template

from nagara.campus.degrees.audit import Audit
from nagara.campus.degrees.domain.arithmetic import plain, shown
from nagara.campus.degrees.domain.recommending import Candidate
from nagara.campus.programmes.rule_schema import rules_of
from nagara.campus.programmes.rules_engine import Verdict, says
from nagara.campus.programmes.standing import Standing

register = template.Library()


@register.filter
def credits(value: Any) -> str:
    """Credits or points as people write them: 3, 1.5, 4.3."""
    return "" if value is None else plain(Decimal(str(value)))


@register.filter
def average(value: Decimal | None) -> str:
    """A grade average: two places, half up."""
    return shown(value)


@register.filter
def unmet(standing: Standing | None) -> list[Verdict]:
    """The rules that are not met."""
    return [v for v in standing.verdicts if v.met is False] if standing else []


@register.filter
def words_of(found: Audit | Candidate, names: list[str]) -> list[str]:
    """These rules in words, without what was found."""
    rules = rules_of(found.enrolment.batch.version.rules, "degree")
    return [says(rule) for rule in rules if str(rule.get("id", "")) in names]


@register.filter
def rests_on(verdict: Verdict) -> list[str]:
    """The evidence of a verdict with its period, each once."""
    found = [f"{f.evidence} ({f.period})" if f.period else f.evidence for f in verdict.facts if f.evidence]
    return list(dict.fromkeys(found))


@register.filter
def found_words(verdict: Verdict) -> str:
    """What was found, without the rule."""
    return verdict.said.rpartition(": ")[2]


@register.filter
def at_key(mapping: Mapping[Any, Any], key: Any) -> Any:
    return mapping.get(key)


@register.filter
def prefixed(form: forms.Form, word: str) -> forms.Form:
    """Ids of fields of their own, where several forms stand on one page. Names stay."""
    form.auto_id = f"{word}-%s"
    return form


@register.filter
def numbered(form: forms.Form, number: int) -> forms.Form:
    """The same for a form that stands on the page many times."""
    return prefixed(form, f"log{number}")
