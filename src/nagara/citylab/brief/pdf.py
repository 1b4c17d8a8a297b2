"""The brief as PDF: typst shapes all scripts of the region."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import typst

from nagara.citylab.brief.document import Brief, Picture, Section
from nagara.citylab.brief.figures import FONTS
from nagara.citylab.brief.palette import PRINT, paint

TEMPLATE = Path(__file__).with_name("brief.typ")
NUMBERS: dict[str, Any] = {"numbers": True, "wide": False}
"""Stands for the table of numbers where it is laid beside a picture."""
FULL_SECTIONS = 3
"""More than these would not be read in two pages: each is told in short."""
SHORT_NUMBERS = 5
MOST_TRUST = 9
MOST_LIMITS = 2
"""Of each section; the page has them all."""


def pdf(brief: Brief, city_id: str) -> bytes:
    """The brief as PDF bytes."""
    with tempfile.TemporaryDirectory(prefix="nagara-brief-") as folder:
        here = Path(folder)
        data = asdict(brief) | {"city_id": city_id, "trust": _trust(brief)}
        short = len(brief.sections) > FULL_SECTIONS
        data["sections"] = [_section(s, i, here, short=short) for i, s in enumerate(brief.sections)]
        (here / "brief.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        (here / "brief.typ").write_text(TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8")
        fonts = [str(FONTS)] if FONTS.is_dir() else []
        return bytes(typst.compile(str(here / "brief.typ"), root=folder, font_paths=fonts))


def _trust(brief: Brief) -> list[str]:
    """What limits the numbers: what the runs found, what the clinic found, what the methods cannot say."""
    found = [text for s in brief.sections for text in s.quality]
    limits = [text for s in brief.sections for text in s.limits[:MOST_LIMITS]]
    room = max(3, MOST_TRUST - len(found) - len(limits))
    return list(dict.fromkeys([*found, *limits, *brief.quality[:room]]))


def _section(section: Section, index: int, here: Path, *, short: bool) -> dict[str, Any]:
    """The section as plain data; its pictures as files, laid out in rows.

    A short one has its answer, one small picture and a few numbers.
    """
    if short:
        small = [p for p in (*section.maps, *section.figures) if not p.wide][:1]
        few = section.numbers[:SHORT_NUMBERS]
        more = section.more_numbers + len(section.numbers) - len(few)
        section = replace(section, figures=tuple(small), maps=(), numbers=few, more_numbers=more, meaning=())
    drawn = [
        _drawn(p, here / f"picture-{index}-{i}.svg") for i, p in enumerate((*section.figures, *section.maps))
    ]
    rows = in_rows(drawn, bool(section.numbers))
    return asdict(section) | {
        "rows": rows,
        "short": short,
        "beside": any(NUMBERS in row for row in rows),
        "more": section.more_numbers,
        "more_text": f"{section.more_numbers:,}",
        "figures": [],
        "maps": [],
    }


def _drawn(picture: Picture, file: Path) -> dict[str, Any]:
    file.write_text(paint(picture.svg, PRINT), encoding="utf-8")
    return {"title": picture.title, "file": file.name, "note": picture.note, "wide": picture.wide}


def in_rows(pictures: Sequence[dict[str, Any]], with_numbers: bool) -> list[list[dict[str, Any]]]:
    """Wide pictures in rows of their own, narrow ones two by two; a last odd one beside the numbers."""
    rows: list[list[dict[str, Any]]] = [[p] for p in pictures if p["wide"]]
    narrow = [p for p in pictures if not p["wide"]]
    pairs = [narrow[i : i + 2] for i in range(0, len(narrow), 2)]
    if pairs and len(pairs[-1]) == 1 and with_numbers:
        pairs[-1] = [pairs[-1][0], NUMBERS]
    return rows + pairs
