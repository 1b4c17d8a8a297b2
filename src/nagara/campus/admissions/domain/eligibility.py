"""Is this person eligible, and why: the call's rules on facts from the application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from nagara.campus.admissions.models import Application
from nagara.campus.people.models import PastParticipation
from nagara.campus.programmes.facts import Fact
from nagara.campus.programmes.models import Enrolment
from nagara.campus.programmes.rules_engine import Verdict, check, fact_names, says

PREFIX = "application."
SEALED = {
    "application.not_citizen_of_host": "self",
    "application.first_parent_not_citizen_of_host": "first_parent",
    "application.second_parent_not_citizen_of_host": "second_parent",
}
"""Facts that stand encrypted, and the question each comes from."""


@dataclass(frozen=True)
class Told:
    """One rule as it is shown: `met` None while open, `sealed` where it may be opened with a reason only."""

    rule: str
    met: bool | None
    said: str
    mend: str = ""
    sealed: bool = False

    @property
    def tag(self) -> str:
        return "sealed" if self.sealed else {True: "met", False: "not met", None: "open"}[self.met]


def facts(application: Application, sealed: Mapping[str, str] | None = None) -> dict[str, Fact]:
    """What the rules may ask of an application. `sealed` holds the opened answers about citizenship."""
    years = application.years_in_field
    found = {
        "years_in_field": Fact("", years, unit="years", reason="" if years is not None else "not said yet"),
        "secondary_city": Fact("", application.secondary_city),
        "returning": Fact("", application.returning),
        "sex": _given(application.sex),
        "state": _given(application.home_state.iso2 if application.home_state else ""),
        "city": _given(application.city.slug if application.city else ""),
        "nominated": Fact("", application.nomination_id is not None),
        "cosigned": Fact("", bool(application.nomination and application.nomination.state == "cosigned")),
        **_before(application),
    }
    for key, answer in _answers(application).items():
        found[f"answer.{key}"] = answer
    named = {f"{PREFIX}{key}": replace(fact, name=f"{PREFIX}{key}") for key, fact in found.items()}
    for name, question in SEALED.items():
        said = (sealed or {}).get(question, "")
        named[name] = Fact(name, said == "no" if said else None, reason="" if said else "not answered yet")
    return named


def _given(value: str) -> Fact:
    return Fact("", value or None, reason="" if value else "not said yet")


def _answers(application: Application) -> dict[str, Fact]:
    keys = [question["key"] for page in application.call.questions for question in page["questions"]]
    given = {key: application.answers.get(key) for key in keys}
    return {
        key: Fact("", value, reason="" if value is not None else "not answered yet")
        for key, value in given.items()
    }


def _before(application: Application) -> dict[str, Fact]:
    """Earlier batches of the same programme: from enrolments, and from what was imported."""
    batch = application.call.batch
    programme = batch.version.programme
    enrolments = (
        Enrolment.objects.filter(user=application.user_id, batch__version__programme=programme)
        .exclude(batch=batch)
        .exclude(state=Enrolment.State.WITHDRAWN)
        .select_related("batch")
    )
    years = {enrolled.batch.starts.year: enrolled.batch.name for enrolled in enrolments}
    past = PastParticipation.objects.filter(
        user=application.user_id, programme_title__iexact=programme.name, year__lte=batch.starts.year
    )
    years |= {earlier.year: earlier.batch_title for earlier in past}
    if not years:
        never = "never in this programme"
        return {
            "in_same_programme_before": Fact("", False),
            "years_since_same_programme": Fact("", None, unit="years", reason=never),
        }
    last = max(years)
    return {
        "in_same_programme_before": Fact("", True, evidence=years[last]),
        "years_since_same_programme": Fact("", batch.starts.year - last, unit="years", evidence=years[last]),
    }


def tell(application: Application, sealed: Mapping[str, str] | None = None) -> list[Told]:
    """The rules of the call and what became of them, for the person whose application it is (with the
    answers opened as `sealed`), or for others: rules on sealed facts then stay sealed."""
    rules = [_for_the_new(rule) for rule in application.call.eligibility]
    verdicts = check(rules, facts(application, sealed))
    return [_told(rule, verdict, sealed) for rule, verdict in zip(rules, verdicts, strict=True)]


def _for_the_new(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    """A rule on the years since the last time concerns only those who were in the programme before."""
    if rule.get("fact") != f"{PREFIX}years_since_same_programme" or rule.get("when"):
        return rule
    return {**rule, "when": {"fact": f"{PREFIX}in_same_programme_before", "op": "==", "value": True}}


def _told(rule: Mapping[str, Any], verdict: Verdict, sealed: Mapping[str, str] | None) -> Told:
    if sealed is None and SEALED.keys() & set(fact_names([rule])):
        return Told(verdict.rule, None, says(rule), "", sealed=True)
    return Told(verdict.rule, verdict.met, verdict.said, verdict.mend)


def outcome(told: list[Told]) -> bool | None:
    """False where a rule is not met, None where one is open, else True."""
    met = [one.met for one in told if not one.sealed]
    return False if False in met else None if None in met else True
