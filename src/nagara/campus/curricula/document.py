"""A curriculum as PDF on A4: typst shapes all scripts of the region."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typst

from nagara.campus.curricula.domain.skills import Bridge
from nagara.campus.curricula.models import Curriculum
from nagara.campus.curricula.owners import Page
from nagara.citylab.brief.figures import FONTS

TEMPLATE = Path(__file__).with_name("curriculum.typ")


def pdf(page: Page, shown: Curriculum, bridging: Sequence[Bridge]) -> bytes:
    """The curriculum as PDF bytes."""
    data: dict[str, Any] = {
        "title": f"Curriculum of {page.owner}",
        "made": f"{shown.made_at:%d %b %Y}".lstrip("0"),
        "version": shown.version,
        "by": str(shown.made_by) if shown.made_by else "",
        "mode": shown.mode or "any mode",
        "needs": _needs(shown.inputs["needs"]),
        "basis": shown.inputs["basis"],
        "missing": shown.inputs["missing"],
        **shown.choices,
        "bridges": [{"title": b.skill.bridge, "hours": b.skill.hours, "why": b.why} for b in bridging],
    }
    with tempfile.TemporaryDirectory(prefix="nagara-curriculum-") as folder:
        here = Path(folder)
        (here / "curriculum.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        (here / "curriculum.typ").write_text(TEMPLATE.read_text("utf-8"), encoding="utf-8")
        fonts = [str(FONTS)] if FONTS.is_dir() else []
        return bytes(typst.compile(str(here / "curriculum.typ"), root=folder, font_paths=fonts))


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
