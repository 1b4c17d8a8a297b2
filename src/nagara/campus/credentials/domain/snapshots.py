"""What a certificate keeps of the moment: plain JSON, never read back from the batch again."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from nagara.campus.credentials.domain.lines import Line, word_of
from nagara.campus.credentials.models import Signatory, Wording
from nagara.campus.programmes.facts import Fact
from nagara.campus.programmes.models import Batch
from nagara.citylab.errors import CityLabError

SCHEMA = 1
PLACES = ("programme", "batch", "host", "from", "to", "hours", "kind", "city", "organisation")
"""Names in braces that a text may use."""
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")


def day(value: Any) -> str:
    """12 January 2027, with spaces at which no line breaks."""
    return f"{value.day}\u00a0{value:%B}\u00a0{value.year}"


def places_of(batch: Batch, kind: str, city: str, organisation: str) -> dict[str, str]:
    """What the names in braces stand for."""
    return {
        "programme": batch.version.programme.name,
        "batch": batch.name,
        "host": batch.host_name or organisation,
        "from": day(batch.starts),
        "to": day(batch.ends),
        "hours": _plain_number(batch.version.hours),
        "kind": kind,
        "city": city,
        "organisation": organisation,
    }


def filled(text: str, places: dict[str, str]) -> str:
    """A text with its names in braces filled in. Raises CityLabError for a name that nobody knows."""
    strange = [found for found in _BRACES.findall(text) if found.strip("{}") not in places]
    if strange:
        raise CityLabError(
            f"The text has something in braces that cannot be filled in: {strange[0]}",
            mend="Use only " + ", ".join(f"{{{name}}}" for name in PLACES) + ".",
        )
    return _BRACES.sub(lambda found: places[found.group().strip("{}")], text)


def _plain_number(value: Any) -> str:
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain(value: Any) -> Any:
    """A value of a fact as JSON keeps it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def fact(held: Fact) -> dict[str, Any]:
    """A fact as the snapshot keeps it, without what is empty."""
    kept = {
        "name": held.name,
        "value": plain(held.value),
        "unit": held.unit,
        "period": str(held.period or ""),
        "evidence": str(held.evidence or ""),
        "reason": held.reason,
    }
    return {key: value for key, value in kept.items() if value not in ("", None)}


def rules_of(line: Line) -> list[dict[str, Any]]:
    """Each rule and what became of it."""
    return [
        {
            "id": verdict.rule,
            "state": word_of(verdict),
            "said": verdict.said,
            "facts": [fact(held) for held in verdict.facts],
        }
        for verdict in line.standing.verdicts
    ]


def waivers_of(line: Line, words: dict[str, str]) -> list[dict[str, Any]]:
    """Each waiver: the rule in words, why, who signed, when."""
    return [
        {
            "rule": waiver.rule,
            "says": words.get(waiver.rule, waiver.rule),
            "reason": waiver.reason,
            "signature": waiver.signature,
            "at": waiver.at.isoformat(),
        }
        for waiver in line.enrolment.waivers.all()
    ]


def paper_of(batch: Batch, wording: Wording, line: Line, signed: list[Signatory]) -> dict[str, Any]:
    """What is printed, in full: later changes of the wording do not reach it."""
    kind = line.award or ""
    city = line.enrolment.city.name if line.enrolment.city else ""
    places = places_of(batch, kind, city, wording.organisation)
    return {
        "organisation": wording.organisation,
        "heading": filled(wording.heading, places),
        "lead": filled(wording.lead, places),
        "body": filled(wording.full if line.full else wording.otherwise, places),
        "foot": filled(wording.foot, places),
        "hours": wording.show_hours,
        "attendance": wording.show_attendance,
        "waivers": wording.waivers,
        "signatories": [{"name": s.name, "title": s.title, "image": s.image_id or ""} for s in signed],
    }


def snapshot(
    batch: Batch,
    line: Line,
    *,
    wording: Wording,
    signed: list[Signatory],
    words: dict[str, str],
    cohort: int,
    now: datetime,
) -> dict[str, Any]:
    """Everything that the certificate says for ever."""
    user, city = line.enrolment.user, line.enrolment.city
    return {
        "schema": SCHEMA,
        "site": settings.NAGARA_ADDRESS,
        "name": user.certificate_name or user.passport_name,
        "passport_name": user.passport_name,
        "native_name": user.native_name,
        "email": user.email,
        "city": city.name if city else "",
        "state": city.state.name if city else "",
        "kind": line.award,
        "full": line.full,
        "programme": batch.version.programme.name,
        "programme_slug": batch.version.programme.slug,
        "version": batch.version.number,
        "track": batch.version.programme.track.name,
        "summary": batch.version.programme.summary,
        "batch": batch.name,
        "batch_slug": batch.slug,
        "mode": batch.get_mode_display(),
        "language": batch.language,
        "host": batch.host_name,
        "host_state": batch.host_state.name if batch.host_state else "",
        "starts": batch.starts.isoformat(),
        "ends": batch.ends.isoformat(),
        "hours": _plain_number(batch.version.hours),
        "cohort": cohort,
        "criteria": list(words.values()),
        "rules": rules_of(line),
        "waivers": waivers_of(line, words),
        "facts": {name: fact(held) for name, held in line.facts.items() if held.known},
        "paper": paper_of(batch, wording, line, signed),
        "issued": now.isoformat(),
    }
