"""Figures in the page's colours: light, dark, or as the device says."""

from __future__ import annotations

from nagara.citylab.brief.palette import DARK, PRINT, css, for_page, paint


def painted(drawing: str, theme: str) -> str:
    """A drawing in marker colours with real ones: `theme` is light, dark, or "" for as the device says."""
    if theme == "dark":
        return paint(drawing, DARK)
    if theme == "light":
        return paint(drawing, PRINT)
    head, _, rest = for_page(drawing).partition(">")
    return f"{head}><style>{css()}</style>{rest}"
