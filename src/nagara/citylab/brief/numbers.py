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
}


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
    return f"{value:,.{places}f}".replace("-", "\u2212")


def number_text(value: float | None, unit: str) -> str:
    """Value with its unit, e.g. "1,410 mm"; "not known" where there is none."""
    if value is None:
        return "not known"
    shown = unit_text(unit)
    return f"{digits_text(value)} {shown}".strip()


def range_text(lo: float | None, hi: float | None, unit: str) -> str:
    """ "1,200 to 1,600 mm"; empty where there is no range or it is a point."""
    if lo is None or hi is None or lo == hi:
        return ""
    return f"{digits_text(lo)} to {digits_text(hi)} {unit_text(unit)}".strip()
