"""What a mapping file says about the values of a statistic."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.units import normalise as ucum_of


@dataclass(frozen=True)
class Property:
    """One thing measured: its column, unit (UCUM), and what codes mean as numbers."""

    name: str
    column: str
    unit: str
    codes: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Plan:
    """Properties side by side (`wide`), or one a row: `key` names it and `value` holds its number, in `unit`
    or in the unit of its own `[property.*]`. `by` are columns that split a property, such as sex."""

    wide: tuple[Property, ...]
    key: str = ""
    value: str = ""
    unit: str = ""
    named: Mapping[str, Property] | None = None
    by: tuple[str, ...] = ()

    def columns(self) -> list[str]:
        found = [p.column for p in self.wide] if not self.key else [self.key, self.value]
        return list(dict.fromkeys([*found, *self.by]))


def slug(text: str) -> str:
    """A property's name out of any words: 'Dengue Fever' -> 'dengue_fever'."""
    # Vowel signs of Thai, Khmer or Lao are marks, which \w leaves out: they stay.
    kept = (c if unicodedata.category(c)[0] in "LNM" else "_" for c in text.strip().casefold())
    return re.sub("_+", "_", "".join(kept)).strip("_") or "value"


def plan_of(mapping: Mapping[str, Any], findings: Findings) -> Plan:
    """The plan. Raises Refusal that asks for properties and for units that are missing."""
    named, long = mapping.get("columns", {}), mapping.get("long", {})
    by = long.get("by", named.get("by", ()))
    split = (by,) if isinstance(by, str) else tuple(by)
    properties = mapping.get("property", {})
    key = str(long.get("property", ""))
    if key:
        unit = _unit("[long]", long.get("unit"), findings) if "unit" in long else ""
        value = str(long.get("value", "") or named.get("value", ""))
        if not value:
            mend = 'Give [long] value = "...".'
            raise Refusal("which column holds the values?", findings, where="mapping file", mend=mend)
        ours = {slug(name): _property(name, how, findings) for name, how in properties.items()}
        return Plan((), key, value, unit, ours, split)
    wide = tuple(_property(name, how, findings) for name, how in properties.items())
    if not wide:
        mend = (
            'Give [property.<name>] column = "..." and unit = "..." for each; or, where a column names the '
            'property, [long] property = "...", value = "...", unit = "...".'
        )
        raise Refusal("which columns hold the values?", findings, where="mapping file", mend=mend)
    return Plan(wide, by=split)


def _property(name: str, how: Any, findings: Findings) -> Property:
    how = how if isinstance(how, Mapping) else {}
    codes = how.get("codes")
    if isinstance(codes, Mapping):
        try:
            numbers = {str(code): float(number) for code, number in codes.items()}
        except (TypeError, ValueError) as error:
            mend = "Write codes as {YES = 1, NO = 0}."
            raise Refusal(f"{name}: codes must be numbers.", findings, where="mapping", mend=mend) from error
        unit = _unit(name, how.get("unit", "1"), findings)
        return Property(name, str(how.get("column", name)), unit, numbers)
    return Property(name, str(how.get("column", name)), _unit(name, how.get("unit"), findings))


def _unit(name: str, text: Any, findings: Findings) -> str:
    unit = ucum_of(str(text)) if text is not None else None
    if unit is None:
        what = f"{name}: no unit is given." if text is None else f"{name}: unit {text!r} is not known."
        mend = 'Give unit = "..." in UCUM: "%", "1", "{case}", "mm", "ug/m3", ...'
        findings.refuse("no-unit", what, mend=mend)
        raise Refusal(what, findings, where="mapping file", mend=mend)
    return unit


def missing(plan: Plan, more: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Columns that the mapping names and the file lacks."""
    return [c for c in dict.fromkeys([*more, *plan.columns()]) if c and c not in columns]
