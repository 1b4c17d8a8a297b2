"""Briefs: from runs to two pages that a decision maker reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nagara.citylab.errors import CityLabError

if TYPE_CHECKING:
    from nagara.citylab.brief.document import Brief
    from nagara.citylab.lake import CityLake

__all__ = ["write"]


def write(
    city: CityLake, to: Path, *, run_ids: Sequence[str] = (), title: str = "", event: str = ""
) -> Brief:
    """Write a brief as .html or .pdf. Raises CityLabError on any other ending, or without a run."""
    if to.suffix not in {".html", ".pdf"}:
        raise CityLabError(f"cannot write a brief as {to.name}.", mend="Name it .html or .pdf.")
    from nagara.citylab.brief.document import make

    brief = make(city, run_ids=run_ids, title=title, event=event)
    if to.suffix == ".pdf":
        from nagara.citylab.brief.pdf import pdf

        to.write_bytes(pdf(brief, city.city_id))
    else:
        from nagara.citylab.brief.page import page

        to.write_text(page(brief, city.city_id), encoding="utf-8")
    return brief
