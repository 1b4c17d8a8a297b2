"""The minutes for the committee: every candidate, each rule's verdict, waivers: PDF and XLSX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from nagara.campus.cities.clocks import day_text
from nagara.campus.degrees.domain.arithmetic import plain, shown
from nagara.campus.degrees.domain.recommending import Candidate
from nagara.campus.degrees.models import Recommendation
from nagara.campus.design.lists import Column, xlsx_bytes
from nagara.campus.design.papers import pdf
from nagara.campus.people.data_port import erased_name
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.rule_schema import rules_of
from nagara.campus.programmes.rules_engine import Verdict, says

TEMPLATE = Path(__file__).with_name("minutes.typ")


def name_of(user: User | None) -> str:
    """Passport name with the native one beside it."""
    if user is None:
        return erased_name
    native = f" ({user.native_name})" if user.native_name and user.native_name != user.passport_name else ""
    return f"{user.passport_name}{native}"


def verdict_word(verdict: Verdict) -> str:
    if verdict.waived:
        return "waived"
    return "met" if verdict.met else "not known" if verdict.met is None else "not met"


def columns_of(batch: Batch) -> list[Column]:
    """One row for each student, one column for each rule."""
    held = [
        Column("name", "Name as in passport", lambda c: c.enrolment.user.passport_name),
        Column("native_name", "Name in own script", lambda c: c.enrolment.user.native_name),
        Column("city", "City", lambda c: c.enrolment.city.name if c.enrolment.city else ""),
        Column("ready", "Meets every rule", lambda c: c.ready, "yes"),
        Column("credits", "Credits", lambda c: float(c.record.credits), "number"),
        Column(
            "gpa",
            "Grade average",
            lambda c: float(shown(c.record.gpa)) if c.record.gpa is not None else None,
            "number",
        ),
    ]
    for n, rule in enumerate(rules_of(batch.version.rules, "degree")):
        held.append(Column(f"rule_{rule['id']}", says(rule), _verdict(n)))
    held += [
        Column("open", "What is open", lambda c: "; ".join(c.open)),
        Column("waivers", "Waivers", lambda c: "; ".join(c.waived)),
        Column("recommended", "Recommended", _recommended),
    ]
    return held


def _verdict(place: int) -> Callable[[Candidate], str]:
    return lambda candidate: verdict_word(candidate.standing.verdicts[place])


def _recommended(candidate: Candidate) -> str:
    done = candidate.recommended
    return f"{done.award}, {done.recommendation.at:%Y-%m-%d}" if done else ""


def minutes_xlsx(batch: Batch, found: Sequence[Candidate]) -> bytes:
    return xlsx_bytes(columns_of(batch), found, f"Degrees {batch.slug}")


def minutes_pdf(batch: Batch, found: Sequence[Candidate], today: date) -> bytes:
    """The minutes on A4."""
    rules = rules_of(batch.version.rules, "degree")
    recommendations = (
        Recommendation.objects.filter(batch=batch)
        .select_related("by")
        .prefetch_related("people__enrolment__user")
    )
    award = next((c.standing.award for c in found if c.standing.award), "")
    return pdf(
        TEMPLATE,
        {
            "title": f"Degree recommendation: {batch.name}",
            "programme": str(batch.version),
            "award": award or "",
            "host": batch.host_name,
            "printed": day_text(today),
            "rules": [[str(n), says(rule)] for n, rule in enumerate(rules, 1)],
            "ready": sum(c.ready for c in found),
            "people": [
                {
                    "name": name_of(c.enrolment.user),
                    "city": str(c.enrolment.city or ""),
                    "credits": plain(c.record.credits),
                    "gpa": shown(c.record.gpa),
                    "ready": c.ready,
                    "verdicts": [_mark(v) for v in c.standing.verdicts],
                    "open": c.open,
                    "waived": c.waived,
                    "recommended": _recommended(c),
                }
                for c in found
            ],
            "recommendations": [
                {
                    "at": day_text(r.at.date()),
                    "by": name_of(r.by),
                    "reason": r.reason,
                    "names": [name_of(p.enrolment.user) for p in r.people.all()],
                }
                for r in recommendations
            ],
        },
    )


def _mark(verdict: Verdict) -> str:
    if verdict.waived:
        return "W"
    return "yes" if verdict.met else "?" if verdict.met is None else "no"
