"""Names that the importer found alike: a person confirms each, or leaves it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict

from nagara.citylab.findings import Findings

LEAVE_OUT = "~leave-out"
MOST = 400
"""Proposals shown on one page; with more than this a mapping file is the better way."""


def as_plain(findings: Findings) -> list[dict[str, Any]]:
    """The proposals of an import as plain values for the job's report."""
    return [
        {
            "key": p.key,
            "name": p.name,
            "within": list(p.within),
            "zone_id": p.zone_id,
            "zone_name": p.zone_name,
            "score": p.score,
        }
        for p in getattr(findings, "proposals", ())
    ]


def proposals(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The proposals that a job's report carries."""
    return list(report.get("proposals", ()))[:MOST]


def answers(data: QueryDict, proposed: Sequence[Mapping[str, Any]] = ()) -> dict[str, str]:
    """What a person said: name in the file -> zone id; "" leaves the name out on purpose.

    With `all` in the form, the proposals that were shown and not answered otherwise are taken."""
    said: dict[str, str] = {p["key"]: p["zone_id"] for p in proposed} if data.get("all") else {}
    for key, value in data.items():
        if key.startswith("match:") and value:
            said[key.removeprefix("match:")] = "" if value == LEAVE_OUT else str(value)
        elif key.startswith("other:") and str(value).strip():
            said[key.removeprefix("other:")] = str(value).strip()
    return said
