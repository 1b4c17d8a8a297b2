"""The booklet of a call: through typst as PDF in all scripts, and its parts in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nagara.campus.admissions.domain import quotas
from nagara.campus.admissions.models import Call
from nagara.campus.cities.clocks import clock, day_text
from nagara.campus.cities.models import City, State
from nagara.campus.design import papers
from nagara.campus.design.markdown import blocks
from nagara.campus.programmes.rules_engine import says

TEMPLATE = Path(__file__).with_name("booklet.typ")


def modules(call: Call) -> list[dict[str, Any]]:
    """The module table, from the batch's programme version."""
    rows = call.batch.version.version_modules.select_related("module")
    return [
        {
            "code": row.module.code,
            "title": row.module.title,
            "can": row.module.can,
            "required": row.required,
            "hours": row.total,
        }
        for row in rows
    ]


def quota_lines(call: Call) -> list[str]:
    """Quotas in words."""
    states = {state.iso2: state.name for state in State.objects.all()} if call.quotas else {}
    slugs = [rule["key"] for rule in call.quotas if rule["scope"] == "city" and rule["key"] != "*"]
    cities = dict(City.objects.filter(slug__in=slugs).values_list("slug", "name")) if slugs else {}
    return [quota_words(rule, states | cities) for rule in call.quotas]


def quota_words(rule: dict[str, Any], names: dict[str, str]) -> str:
    """One quota in words: "each state: at most 6"."""
    if rule["scope"] not in quotas.SCOPES or rule["scope"] == "any":
        return f"All together: at most {rule['most']}"
    if rule["key"] == "*":
        return f"Each {rule['scope']}: at most {rule['most']}"
    return f"{names.get(rule['key'], rule['key'])}: at most {rule['most']}"


def eligibility_lines(call: Call) -> list[str]:
    return [says(rule) for rule in call.eligibility]


def pdf(call: Call) -> bytes:
    """The booklet on A4 as PDF bytes."""
    data = {
        "title": call.title,
        "summary": call.summary,
        "batch": call.batch.name,
        "host": call.batch.host_name,
        "days": f"{day_text(call.batch.starts)} to {day_text(call.batch.ends)}",
        "mode": call.batch.get_mode_display(),
        "seats": call.batch.seats,
        "opens": _wall(call.opens_at, call.tz),
        "closes": _wall(call.closes_at, call.tz),
        "closes_elsewhere": _elsewhere(call),
        "sections": [{"title": s["title"], "blocks": blocks(s["text"])} for s in call.sections],
        "modules": modules(call),
        "documents": call.documents,
        "eligibility": eligibility_lines(call),
        "quotas": quota_lines(call),
        "nomination": call.needs_nomination,
        "cosign": call.needs_cosign,
    }
    return papers.pdf(TEMPLATE, data)


def _wall(at: Any, zone: str) -> str:
    local = clock(zone, at)
    return f"{local.at:%d %b %Y, %H:%M} ({zone}, {local.offset})".lstrip("0")


def _elsewhere(call: Call) -> list[str]:
    """The closing time in the zones of the member states: paper cannot know who reads it."""
    zones = City.objects.members().order_by("tz").values_list("tz", flat=True).distinct()
    by_offset: dict[str, list[str]] = {}
    for zone in zones:
        local = clock(zone, call.closes_at)
        by_offset.setdefault(f"{local.at:%d %b, %H:%M} ({local.offset})".lstrip("0"), []).append(
            zone.rpartition("/")[2].replace("_", " ")
        )
    return [f"{when}: {', '.join(places)}" for when, places in by_offset.items()]
