"""Colours of figures and maps: readable in print, in the dark, and by colour-blind people.

A figure is drawn once with marker colours; `paint` then puts in the real ones: CSS variables for a page
(so that it follows light and dark), plain colours for print. Series colours follow Okabe and Ito (2008).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MARKERS: Final[Mapping[str, str]] = {
    "ink": "#010203",
    "soft": "#010204",
    "line": "#010205",
    "paper": "#010206",
    "alarm": "#010207",
    "empty": "#010208",
    **{f"s{i}": f"#0102{i + 16:02x}" for i in range(1, 9)},
    **{f"q{i}": f"#0103{i + 16:02x}" for i in range(1, 6)},
    **{f"w{i}": f"#0104{i + 16:02x}" for i in range(1, 4)},
    "unknown": "#010209",
}
"""Name -> the colour that stands for it while a figure is drawn.

s: series; q: steps from low to high; w: grades of warning, each darker than the one below (lighter in the
dark).
"""

PRINT: Final[Mapping[str, str]] = {
    "ink": "#16222b",
    "soft": "#4a5862",
    "line": "#d5d0c2",
    "paper": "#ffffff",
    "alarm": "#a3221b",
    "empty": "#ecebe6",
    "s1": "#0072b2",
    "s2": "#d55e00",
    "s3": "#009e73",
    "s4": "#b0508a",
    "s5": "#8a6d00",
    "s6": "#3a8fc4",
    "s7": "#16222b",
    "s8": "#7a7a7a",
    "q1": "#e3eef2",
    "q2": "#b5d3dd",
    "q3": "#74aabd",
    "q4": "#2f7a94",
    "q5": "#0b4a61",
    "w1": "#f3c65f",
    "w2": "#d9681d",
    "w3": "#7c1416",
    "unknown": "#c3bfb2",
}
"""Colours on white paper."""

DARK: Final[Mapping[str, str]] = {
    **PRINT,
    "ink": "#e9ece8",
    "soft": "#a9b5ba",
    "line": "#2d3b44",
    "paper": "#17232b",
    "alarm": "#f49a8f",
    "empty": "#26343c",
    "s1": "#5db4e8",
    "s2": "#f09a5c",
    "s3": "#4fcfa6",
    "s4": "#e39bc6",
    "s5": "#e0c24f",
    "s6": "#9cd3f5",
    "s7": "#e9ece8",
    "s8": "#a5a5a5",
    "q1": "#1d3641",
    "q2": "#215468",
    "q3": "#2f7a94",
    "q4": "#6fb3c9",
    "q5": "#c7e6ef",
    "w1": "#7d5d1f",
    "w2": "#e0813a",
    "w3": "#ffd8c7",
    "unknown": "#4b5a63",
}
"""Colours on the dark page."""

SERIES: Final = tuple(MARKERS[f"s{i}"] for i in range(1, 9))
STEPS: Final = tuple(MARKERS[f"q{i}"] for i in range(1, 6))
WARNINGS: Final = tuple(MARKERS[f"w{i}"] for i in range(1, 4))


def paint(svg: str, colours: Mapping[str, str]) -> str:
    """Replace every marker colour by the named colour."""
    for name, marker in MARKERS.items():
        svg = svg.replace(marker, colours[name])
    return svg


def for_page(svg: str) -> str:
    """Colours as CSS variables `--fig-ink`, `--fig-s1`, ... that the page's stylesheet sets."""
    return paint(svg, {name: f"var(--fig-{name})" for name in MARKERS})


def css() -> str:
    """The variables for a page: light, dark by preference, dark by choice."""
    light = " ".join(f"--fig-{name}: {value};" for name, value in PRINT.items())
    dark = " ".join(f"--fig-{name}: {value};" for name, value in DARK.items())
    return (
        f":root {{ {light} }}\n"
        f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ {dark} }} }}\n'
        f':root[data-theme="dark"] {{ {dark} }}\n'
    )
