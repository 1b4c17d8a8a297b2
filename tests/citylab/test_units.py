"""Units: UCUM codes, conversion, spelling."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nagara.citylab import units
from nagara.citylab.units import UnknownUnit, convert, converter, normalise, parse


@pytest.mark.parametrize("code", [c for c in units._KNOWN if c not in ("dB", "[pH]", "1")])
def test_every_known_code_agrees_with_ucumvert(code: str) -> None:
    known, outside = parse(code), units._from_pint(code)
    assert known.kind == outside.kind
    assert known.factor == pytest.approx(outside.factor, rel=1e-12)
    assert known.offset == pytest.approx(outside.offset, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("µg/m³", "ug/m3"),
        ("μg/m3", "ug/m3"),
        ("ug/m^3", "ug/m3"),
        ("°C", "Cel"),
        ("deg C", "Cel"),
        ("Celsius", "Cel"),
        ("knots", "[kn_i]"),
        ("Kt", "[kn_i]"),
        ("km/hr", "km/h"),
        ("m s-1", "m/s"),
        ("m/s", "m/s"),
        ("mm", "mm"),
        ("%", "%"),
        ("ppb", "[ppb]"),
        ("hPa", "hPa"),
        ("(mm)", "mm"),
        ("MJ/m2", "MJ/m2"),
        ("{ISPU}", "{ISPU}"),
        ("[kn_i]", "[kn_i]"),
        ("dBA", "dB"),
        ("mmHg", "mm[Hg]"),
        ("J/cm2", "J/cm2"),
    ],
)
def test_units_as_people_write_them_become_ucum(text: str, code: str) -> None:
    assert normalise(text) == code
    assert parse(code).code == code


@pytest.mark.parametrize("text", ["", "banana", "mm per jiffy", "---"])
def test_what_is_no_unit_is_not_guessed(text: str) -> None:
    assert normalise(text) is None


def test_conversions_agree_with_hand_made_values() -> None:
    assert convert(np.array([0.0, 100.0]), "Cel", "[degF]") == pytest.approx([32.0, 212.0])
    assert convert(10.0, "[kn_i]", "m/s") == pytest.approx(5.144444, rel=1e-6)
    assert convert(1410.0, "mm", "m") == pytest.approx(1.41)
    assert convert(20.0, "Cel", "K") == pytest.approx(293.15)
    assert convert(36.0, "km/h", "m/s") == pytest.approx(10.0)


@pytest.mark.parametrize(("gas", "factor"), [("no2", 1.9), ("so2", 2.62), ("o3", 1.96), ("NO2", 1.9)])
def test_a_gas_converts_by_the_factor_of_the_standard(gas: str, factor: float) -> None:
    assert convert(10.0, "[ppb]", "ug/m3", gas=gas) == pytest.approx(10 * factor)
    assert convert(10.0 * factor, "ug/m3", "[ppb]", gas=gas) == pytest.approx(10.0)


def test_carbon_monoxide_converts_by_its_molar_mass() -> None:
    assert convert(1.0, "[ppm]", "mg/m3", gas="co") == pytest.approx(28.010 / 24.45)


def test_a_gas_that_is_not_named_is_asked_for() -> None:
    with pytest.raises(UnknownUnit, match="Name the gas"):
        convert(1.0, "[ppb]", "ug/m3")


@pytest.mark.parametrize(("a", "b"), [("mm", "Cel"), ("{ISPU}", "{AQI}"), ("{ISPU}", "ug/m3"), ("dB", "1")])
def test_units_of_different_things_do_not_convert(a: str, b: str) -> None:
    with pytest.raises(UnknownUnit):
        converter(a, b)


def test_a_rate_of_counted_things_converts_by_its_time() -> None:
    assert convert(60.0, "{vehicles}/h", "{vehicles}/min") == pytest.approx(1.0)


@given(
    st.sampled_from(["mm", "m", "[ft_i]", "Cel", "[degF]", "K", "m/s", "[kn_i]", "km/h", "ug/m3", "hPa"]),
    st.floats(-1e6, 1e6),
)
def test_there_and_back_is_where_we_were(code: str, value: float) -> None:
    for other, (kind, _, _) in units._KNOWN.items():
        if kind == parse(code).kind:
            there = convert(value, code, other)
            assert convert(there, other, code) == pytest.approx(value, rel=1e-9, abs=1e-6)


def test_pint_is_not_loaded_for_common_units() -> None:
    code = (
        "import sys; from nagara.citylab import units; units.convert(1.0, 'mm', 'm'); units.normalise('knots');"
        "sys.exit('pint' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
