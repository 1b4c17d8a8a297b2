"""The brief as PDF: typst shapes all scripts of the region."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typst

import nagara
from nagara.citylab.brief.document import Brief, Picture, Section
from nagara.citylab.brief.palette import PRINT, paint

TEMPLATE = Path(__file__).with_name("brief.typ")
FONTS = Path(nagara.__file__).parent / "campus" / "design" / "assets" / "fonts"
"""Noto Sans of every script, put there by `make assets`; typst's own fonts serve where it is absent."""
MOST_PICTURES = 2


def pdf(brief: Brief, city_id: str) -> bytes:
    """The brief as PDF bytes."""
    with tempfile.TemporaryDirectory(prefix="nagara-brief-") as folder:
        here = Path(folder)
        data = asdict(brief) | {"city_id": city_id}
        data["sections"] = [_section(s, i, here) for i, s in enumerate(brief.sections)]
        (here / "brief.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        (here / "brief.typ").write_text(TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8")
        fonts = [str(FONTS)] if FONTS.is_dir() else []
        return bytes(typst.compile(str(here / "brief.typ"), root=folder, font_paths=fonts))


def _section(section: Section, index: int, here: Path) -> dict[str, Any]:
    """The section as plain data; its pictures as files, wide ones given more room."""
    chosen: list[Picture] = [*section.figures[:1], *section.maps[:1]]
    if len(chosen) < MOST_PICTURES:
        chosen = [*section.figures[:MOST_PICTURES], *section.maps[:1]][:MOST_PICTURES]
    pictures = []
    for number, picture in enumerate(chosen):
        name = f"picture-{index}-{number}.svg"
        (here / name).write_text(paint(picture.svg, PRINT), encoding="utf-8")
        pictures.append({"title": picture.title, "file": name, "note": picture.note})
    columns = [3, 2] if section.figures and section.maps else [1, 1]
    return asdict(section) | {
        "pictures": pictures,
        "columns": columns,
        "more": section.more_numbers,
        "figures": [],
        "maps": [],
    }
