"""Units of measure: UCUM codes, conversion, and the many ways in which people write a unit.

The codes that city data use are known by heart, so that nothing heavy is loaded; any other UCUM code is left
to ucumvert and pint, which load when first needed. Indices such as `{ISPU}` or `{AQI}` are units of their
own: they convert to nothing else. UCUM: The Unified Code for Units of Measure, version 2.1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nagara.citylab.errors import CityLabError


class UnknownUnit(CityLabError):
    """A text that is no UCUM code, or two units that do not convert into each other."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: value in base units = value * factor + offset. `kind` names what may be converted."""

    code: str
    kind: str
    factor: float
    offset: float = 0.0


_LENGTH, _SPEED, _TEMPERATURE = "length", "length time-1", "temperature"
_PRESSURE, _ENERGY, _POWER = "length-1 mass time-2", "length2 mass time-2", "length2 mass time-3"
_FLOW, _DENSITY = "length3 time-1", "length-3 mass"
_RATIO = "ratio"

_KNOWN: dict[str, tuple[str, float, float]] = {
    "1": (_RATIO, 1.0, 0.0),
    "%": (_RATIO, 1e-2, 0.0),
    "[ppth]": (_RATIO, 1e-3, 0.0),
    "[ppm]": (_RATIO, 1e-6, 0.0),
    "[ppb]": (_RATIO, 1e-9, 0.0),
    "rad": (_RATIO, 1.0, 0.0),
    "deg": (_RATIO, math.pi / 180, 0.0),
    "m": (_LENGTH, 1.0, 0.0),
    "km": (_LENGTH, 1e3, 0.0),
    "dm": (_LENGTH, 1e-1, 0.0),
    "cm": (_LENGTH, 1e-2, 0.0),
    "mm": (_LENGTH, 1e-3, 0.0),
    "um": (_LENGTH, 1e-6, 0.0),
    "[in_i]": (_LENGTH, 0.0254, 0.0),
    "[ft_i]": (_LENGTH, 0.3048, 0.0),
    "[mi_i]": (_LENGTH, 1609.344, 0.0),
    "[nmi_i]": (_LENGTH, 1852.0, 0.0),
    "m/s": (_SPEED, 1.0, 0.0),
    "cm/s": (_SPEED, 1e-2, 0.0),
    "km/h": (_SPEED, 1 / 3.6, 0.0),
    "mm/h": (_SPEED, 1e-3 / 3600, 0.0),
    "mm/min": (_SPEED, 1e-3 / 60, 0.0),
    "mm/d": (_SPEED, 1e-3 / 86400, 0.0),
    "[kn_i]": (_SPEED, 1852 / 3600, 0.0),
    "[mi_i]/h": (_SPEED, 0.44704, 0.0),
    "K": (_TEMPERATURE, 1.0, 0.0),
    "Cel": (_TEMPERATURE, 1.0, 273.15),
    "[degF]": (_TEMPERATURE, 5 / 9, 459.67 * 5 / 9),
    "Pa": (_PRESSURE, 1.0, 0.0),
    "hPa": (_PRESSURE, 1e2, 0.0),
    "kPa": (_PRESSURE, 1e3, 0.0),
    "mbar": (_PRESSURE, 1e2, 0.0),
    "bar": (_PRESSURE, 1e5, 0.0),
    "m3/s": (_FLOW, 1.0, 0.0),
    "m3/h": (_FLOW, 1 / 3600, 0.0),
    "L/s": (_FLOW, 1e-3, 0.0),
    "kg/m3": (_DENSITY, 1.0, 0.0),
    "g/m3": (_DENSITY, 1e-3, 0.0),
    "mg/m3": (_DENSITY, 1e-6, 0.0),
    "ug/m3": (_DENSITY, 1e-9, 0.0),
    "ng/m3": (_DENSITY, 1e-12, 0.0),
    "mg/L": (_DENSITY, 1e-3, 0.0),
    "W/m2": ("mass time-3", 1.0, 0.0),
    "MJ/m2": ("mass time-2", 1e6, 0.0),
    "J/m2": ("mass time-2", 1.0, 0.0),
    "kW.h": (_ENERGY, 3.6e6, 0.0),
    "kW": (_POWER, 1e3, 0.0),
    "W": (_POWER, 1.0, 0.0),
    "V": ("current-1 length2 mass time-3", 1.0, 0.0),
    "s": ("time", 1.0, 0.0),
    "min": ("time", 60.0, 0.0),
    "h": ("time", 3600.0, 0.0),
    "d": ("time", 86400.0, 0.0),
    "/h": ("time-1", 1 / 3600, 0.0),
    "lx": ("length-2 luminosity", 1.0, 0.0),
    "kg": ("mass", 1.0, 0.0),
    "t": ("mass", 1e3, 0.0),
    "L": ("length3", 1e-3, 0.0),
    "m3": ("length3", 1.0, 0.0),
    "m2": ("length2", 1.0, 0.0),
    "km2": ("length2", 1e6, 0.0),
    "har": ("length2", 1e4, 0.0),
    "dB": ("decibel", 1.0, 0.0),  # a level: a linear ratio would be another number
    "[pH]": ("pH", 1.0, 0.0),
}

_SPELLED: dict[str, str] = {
    "Cel": "c °c ℃ degc deg.c celsius centigrade degreecelsius degreescelsius degrees_celsius degree_celsius "
    "celcius ºc",
    "[degF]": "f °f ℉ degf fahrenheit degreesfahrenheit ºf",
    "K": "kelvin",
    "%": "percent pct percentage persen %rh rh% rh",
    "[kn_i]": "kn kt kts knot knots",
    "[mi_i]/h": "mph mi/h milesperhour mi/hr",
    "km/h": "kmh kph km/hr kmph kmh-1 km.h-1",
    "m/s": "mps ms-1 m.s-1 m*s-1 meter/s metre/s meters/second metrespersecond m/sec",
    "mm/h": "mm/hr mmh-1 mmh mmperhour mm/hour mm/jam",
    "mm/d": "mm/day mm/hari",
    "mm": "millimeter millimetre millimeters millimetres milimeter",
    "cm": "centimeter centimetre centimeters centimetres sentimeter",
    "m": "meter metre meters metres mtr",
    "km": "kilometer kilometre kilometers kilometres kms",
    "[ft_i]": "ft foot feet",
    "[in_i]": "in inch inches",
    "[mi_i]": "mi mile miles",
    "[nmi_i]": "nm nmi nauticalmile",
    "ug/m3": "µg/m3 μg/m3 mcg/m3 ugm3 ug/cum µg/cum ug/m^3 ugm-3 µgm-3 μgm-3 ug.m-3 microgram/m3 "
    "micrograms/m3 microgrampercubicmeter ug/nm3",
    "mg/m3": "mgm-3 mg.m-3 mg/cum milligram/m3",
    "ng/m3": "ngm-3",
    "[ppm]": "ppm ppmv",
    "[ppb]": "ppb ppbv",
    "[ppth]": "‰ ppt permil psu",
    "hPa": "hpa hectopascal mb millibar",
    "mbar": "mbar",
    "kPa": "kpa",
    "Pa": "pa pascal",
    "[in_i'Hg]": "inhg in.hg",
    "m[Hg]": "mhg",
    "mm[Hg]": "mmhg",
    "W/m2": "w/m^2 wm-2 w/sqm watt/m2 watts/m2",
    "MJ/m2": "mj/m^2 mjm-2 mj/sqm",
    "kW.h": "kwh",
    "lx": "lux",
    "dB": "db decibel decibels dba db(a) dbspl laeq",
    "deg": "° degree degrees degtrue º derajat",
    "m3/s": "cumec cumecs m^3/s m3s-1 m3/sec m3/dt m3/detik cms",
    "L/s": "l/s lps liter/s litre/s l/sec",
    "L": "l liter litre liters litres",
    "mg/L": "mg/l mgl-1",
    "[pH]": "ph",
    "uS/cm": "us/cm µs/cm μs/cm",
    "[NTU]": "",
    "s": "sec secs second seconds detik",
    "min": "mins minute minutes menit",
    "h": "hr hrs hour hours jam",
    "d": "day days hari",
    "m2": "sqm m^2 sq.m",
    "km2": "sqkm km^2 sq.km",
    "har": "ha hectare hectares hektar",
    "m3": "m^3 cum cu.m",
    "t": "tonne tonnes ton_metric",
    "1": "ratio fraction none unitless dimensionless index -",
    "{count}": "count counts number no. n jumlah times",
    "{vehicles}": "vehicle vehicles veh cars",
    "{vehicles}/h": "veh/h vehicles/h vehicles/hour veh/hr",
    "{people}": "people persons person pax passengers jiwa orang",
    "{cases}": "cases case kasus",
    "{trips}": "trips trip rentals rides",
    "{AQI}": "aqi usaqi",
    "{PSI}": "psi_index",
    "{ISPU}": "ispu",
    "{API}": "api_index apiindex",
}
_SUPERSCRIPTS = str.maketrans({"²": "2", "³": "3", "⁻": "-", "¹": "1", "·": ".", "⋅": ".", "−": "-"})


def _squeezed(text: str) -> str:
    return "".join(text.translate(_SUPERSCRIPTS).split()).casefold()


_BY_WORD: dict[str, str] = {
    _squeezed(word): code for code, words in _SPELLED.items() for word in words.split()
} | {_squeezed(code): code for code in (*_KNOWN, *_SPELLED) if _squeezed(code) != "m[hg]"}

_ANNOTATION = re.compile(r"\{([^{}]*)\}")


@lru_cache(maxsize=512)
def parse(ucum: str) -> Unit:
    """The unit of a UCUM code such as "ug/m3", "Cel", "[kn_i]", "{ISPU}", "{vehicles}/h".

    Raises UnknownUnit where it is no UCUM code.
    """
    if ucum in _KNOWN:
        kind, factor, offset = _KNOWN[ucum]
        return Unit(ucum, kind, factor, offset)
    noted = " ".join(_ANNOTATION.findall(ucum))
    if noted:
        plain = _ANNOTATION.sub("", ucum)
        plain = f"1{plain}" if plain.startswith("/") and f"{plain}" not in _KNOWN else plain
        inner = parse(plain) if plain else Unit("1", _RATIO, 1.0)
        return Unit(ucum, f"{{{noted}}} {inner.kind}", inner.factor, inner.offset)
    times = re.fullmatch(r"(\d+)\.(.+)", ucum)
    if times and times[2] in _KNOWN:
        inner = parse(times[2])
        return Unit(ucum, inner.kind, inner.factor * int(times[1]), inner.offset)
    return _from_pint(ucum)


@lru_cache(maxsize=1)
def _registry() -> Any:
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


def _from_pint(ucum: str) -> Unit:
    try:
        base = _registry().from_ucum(ucum)
        zero = (base * 0 if base.dimensionless else _registry().Quantity(0.0, base.units)).to_base_units()
        one = _registry().Quantity(1.0, base.units).to_base_units() * float(base.magnitude)
        offset = float(zero.magnitude)
        kind = _kind(base.dimensionality)
    except Exception as error:  # ucumvert and pint raise a dozen kinds
        raise UnknownUnit(
            f"{ucum!r} is not a unit in UCUM.", mend="Examples: mm, Cel, ug/m3, [kn_i], %, {count}."
        ) from error
    return Unit(ucum, kind, float(one.magnitude) - offset, offset)


def _kind(dimensionality: Mapping[str, float]) -> str:
    """A dimension as text, e.g. "length-3 mass" for a density."""
    parts = sorted((name.strip("[]"), power) for name, power in dimensionality.items())
    return " ".join(name if power == 1 else f"{name}{power:g}" for name, power in parts) or _RATIO


def normalise(text: str) -> str | None:
    """The UCUM code for a unit as people write it ("µg/m³", "deg C", "knots"), or None where not known."""
    found = _BY_WORD.get(_squeezed(text.strip("()[] ") if text.strip() not in _KNOWN else text))
    if found:
        return found
    text = text.strip()
    if text in _KNOWN:
        return text
    try:
        return parse(text).code if text else None
    except UnknownUnit:
        return None


MOLAR_VOLUME = 24.45
"""Litres of a mole of gas at 25 degrees Celsius and 1013.25 hPa."""
GAS_FACTORS = {"no2": 1.9, "so2": 2.62, "o3": 1.96}
"""ug/m3 for each ppb, as Recommendation ITU-T L.1603 (U4SSC) gives them; other gases by molar mass."""
MOLAR_MASS = {
    "co": 28.010,
    "no": 30.006,
    "nh3": 17.031,
    "ch4": 16.043,
    "co2": 44.009,
    "h2s": 34.081,
    "c6h6": 78.114,
    "c7h8": 92.141,
    "hcho": 30.026,
    "nox": 46.006,
}


def gas_factor(gas: str) -> float:
    """ug/m3 for each ppb of `gas` (no2, so2, o3, co, ...). Raises UnknownUnit for an unknown gas."""
    name = gas.casefold()
    if name in GAS_FACTORS:
        return GAS_FACTORS[name]
    if name in MOLAR_MASS:
        return MOLAR_MASS[name] / MOLAR_VOLUME
    known = ", ".join(sorted({*GAS_FACTORS, *MOLAR_MASS}))
    raise UnknownUnit(f"no factor is known for the gas {gas!r}.", mend=f"Known gases: {known}.")


def converter(from_ucum: str, to_ucum: str, *, gas: str | None = None) -> tuple[float, float]:
    """(a, b) so that a * value + b brings a value from one unit to the other.

    `gas` allows ppb to ug/m3 and back (25 degrees Celsius, 1013.25 hPa). Raises UnknownUnit where the units
    measure different things.
    """
    if from_ucum == to_ucum:
        return 1.0, 0.0
    start, end = parse(from_ucum), parse(to_ucum)
    if start.kind == end.kind:
        return start.factor / end.factor, (start.offset - end.offset) / end.factor
    per_ratio = None
    if gas is not None and {start.kind, end.kind} == {_RATIO, _DENSITY}:
        per_ratio = gas_factor(gas)  # 1 ppb = 1e-9; that is `per_ratio` ug/m3 = per_ratio * 1e-9 kg/m3
    if per_ratio is None:
        hint = " Name the gas." if {start.kind, end.kind} == {_RATIO, _DENSITY} else ""
        raise UnknownUnit(f"{from_ucum} does not convert to {to_ucum}.{hint}", mend="Correct the unit.")
    if start.kind == _RATIO:
        return start.factor * per_ratio / end.factor, 0.0
    return start.factor / per_ratio / end.factor, 0.0


def convert(values: Any, from_ucum: str, to_ucum: str, *, gas: str | None = None) -> Any:
    """Values (number or numpy array) brought from one unit to another. See `converter`."""
    a, b = converter(from_ucum, to_ucum, gas=gas)
    if a == 1.0 and b == 0.0:
        return values
    return values * a + b
