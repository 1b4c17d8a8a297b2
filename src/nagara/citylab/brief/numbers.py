"""Numbers as people read them: three or four digits, a unit, a range."""

from __future__ import annotations

import math

_SHOWN = {
    "": "",
    "1": "",
    "%": "%",
    "{people}": "people",
    "deg": "°",
    "Cel": "°C",
    "ug/m3": "µg/m³",
    "km2": "km²",
    "m2": "m²",
    "min": "min",
    "km/100000": "km per 100,000 people",
    "har/100000": "ha per 100,000 people",
    "/100000": "per 100,000 people",
    "/1000": "per 1,000 people",
    "mo": "months",
}
_SPELT = {"h": "hour", "d": "day"}
MILLION = 1_000_000


def unit_text(unit: str) -> str:
    """A UCUM unit as people write it; annotations in braces lose the braces."""
    if unit in _SHOWN:
        return _SHOWN[unit]
    return unit.replace("{", "").replace("}", "").replace("ug", "µg").replace("m3", "m³").replace("m2", "m²")


def digits_text(value: float) -> str:
    """Whole numbers and large ones without decimals, others to three digits: 1,410; 3.14; 0.052."""
    if not math.isfinite(value):
        return "not known"
    if value == round(value) or abs(value) >= 1000:
        return f"{value:,.0f}".replace("-", "\u2212")
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "\u2212")


def rounded_text(value: float) -> str:
    """An estimate to three digits: 4.64 million; 348,000; 0.65."""
    if not math.isfinite(value) or value == 0:
        return digits_text(value)
    if abs(value) < 1e-300:  # too small to be scaled: nothing, for people
        return "0"
    size = 10 ** (math.floor(math.log10(abs(value))) - 2)
    near = round(value / size) * size
    if abs(near) >= MILLION:
        return f"{near / MILLION:.3g} million".replace("-", "\u2212")
    return digits_text(near)


def _word(unit: str, value: float) -> str:
    """The unit beside a number in a sentence: 1 hour, 13 hours; others as everywhere."""
    if unit in _SPELT:
        return _SPELT[unit] + ("" if value == 1 else "s")
    shown = unit_text(unit)
    return f"per {shown[1:]}" if shown.startswith("/") else shown


def number_text(value: float | None, unit: str, *, estimate: bool = False) -> str:
    """Value with its unit, e.g. "1,410 mm", "13 hours"; "not known" where there is none.

    Of an estimate three digits say enough: "4.64 million people".
    """
    if value is None:
        return "not known"
    shown = rounded_text(value) if estimate else digits_text(value)
    return f"{shown} {_word(unit, value)}".strip()


def range_text(lo: float | None, hi: float | None, unit: str, *, estimate: bool = False) -> str:
    """ "1,200 to 1,600 mm"; empty where there is no range or it is a point."""
    if lo is None or hi is None or lo == hi:
        return ""
    low, high = (rounded_text(v) if estimate else digits_text(v) for v in (lo, hi))
    if low.endswith(" million") and high.endswith(" million"):
        low = low.removesuffix(" million")
    return f"{low} to {high} {_word(unit, hi)}".strip()
