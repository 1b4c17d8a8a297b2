"""A curriculum as PDF on A4: typst shapes all scripts of the region."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nagara.campus.cities.clocks import day_text
from nagara.campus.curricula.domain.skills import Bridge
from nagara.campus.curricula.models import Curriculum
from nagara.campus.curricula.owners import Page
from nagara.campus.design import papers

TEMPLATE = Path(__file__).with_name("curriculum.typ")


def pdf(page: Page, shown: Curriculum, bridging: Sequence[Bridge]) -> bytes:
    """The curriculum as PDF bytes."""
    data: dict[str, Any] = {
        "title": f"Curriculum of {page.owner}",
        "made": day_text(shown.made_at),
        "version": shown.version,
        "by": str(shown.made_by) if shown.made_by else "",
        "mode": shown.mode or "any mode",
        "needs": _needs(shown.inputs["needs"]),
        "basis": shown.inputs["basis"],
        "missing": shown.inputs["missing"],
        **shown.choices,
        "bridges": [{"title": b.skill.bridge, "hours": b.skill.hours, "why": b.why} for b in bridging],
    }
    return papers.pdf(TEMPLATE, data)


def _needs(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Needs as text, the greatest priority first."""
    found = sorted(rows, key=lambda n: (-n["gap"] * n["weight"], n["dimension"]))
    return [
        {
            "name": f"{n['dimension']} {n['name']}",
            "current": f"{n['current']:.2f}",
            "target": f"{n['target']:.2f}",
            "gap": f"{n['gap']:.2f}",
            "weight": f"{round(n['weight'], 2):g}",
            "priority": f"{n['gap'] * n['weight']:.2f}",
        }
        for n in found
    ]
