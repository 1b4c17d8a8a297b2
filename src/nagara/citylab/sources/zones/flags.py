"""Codes and numbers that stand in columns of a zones file: checked, and kept as zone values.

Mapping file: `[codes.COLUMN]` lists the codes that a column may hold, with what each means.
`[property.NAME]` keeps a column as zone_value: `column`, and either `codes = {YES = 1, NO = 0}` or a `unit`;
optional `date`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import Options
from nagara.citylab.sources.zones.build import Rows, Zone
from nagara.citylab.units import normalise as ucum_of

_GOOD, _SUSPECT, _MISSING = 1, 3, 9


def check_codes(rows: Rows, mapping: Mapping[str, Any], findings: Findings) -> None:
    """Findings for blank cells and for codes that the mapping does not declare, with counts."""
    for column, codes in mapping.get("codes", {}).items():
        if not isinstance(codes, Mapping):
            continue
        cells = [record.get(column) for record in rows.records]
        blank = [i for i, cell in enumerate(cells) if cell is None]
        if blank:
            findings.warn(
                "blank-code",
                f"{len(blank)} cells of {column} are blank: taken as not known.",
                file=rows.file,
                row=rows.numbers[blank[0]],
                column=column,
                count=len(blank),
                mend="Fill the cells in, or say in [codes] what a blank means.",
            )
        odd = [i for i, cell in enumerate(cells) if cell is not None and cell not in codes]
        if odd:
            said = ", ".join(f"{c!r} {n} times" for c, n in Counter(cells[i] for i in odd).most_common(20))
            findings.warn(
                "unknown-code",
                f"codes of {column} that the mapping does not declare: {said}; taken as not known.",
                file=rows.file,
                row=rows.numbers[odd[0]],
                column=column,
                count=len(odd),
                example=cells[odd[0]],
                mend=f"Correct the cells, or declare the code in [codes.{column}].",
            )


def zone_values(zones: Sequence[Zone], options: Options, file: str, findings: Findings) -> pa.Table | None:
    """Columns that `[property.*]` names, as rows of zone_value for zones of the finest level."""
    tables = []
    for name, how in options.map.get("property", {}).items():
        column = str(how.get("column", name))
        unit, codes = _meaning(name, how, findings)
        cells = [zone.record.get(column) for zone in zones]
        values, quality = [], []
        for zone, cell in zip(zones, cells, strict=True):
            value = _value(cell, codes)
            values.append(value)
            quality.append(_MISSING if cell is None else _SUSPECT if value is None else _GOOD)
            if cell is not None and value is None and codes is None:
                what = f"cells of {column} that are no number: kept as text, without a value."
                findings.warn("not-a-number", what, file=file, row=zone.row, column=column, example=cell)
        when = _when(how.get("date"), findings)
        tables.append(
            pa.table(
                {
                    "zone_id": pa.array([zone.zone_id for zone in zones], pa.string()),
                    "ts": pa.array([when] * len(zones), pa.timestamp("us", tz="UTC")),
                    "property": pa.array([name] * len(zones), pa.string()),
                    "value": pa.array(values, pa.float64()),
                    "text": pa.array(cells, pa.string()),
                    "unit": pa.array([unit] * len(zones), pa.string()),
                    "quality": pa.array(quality, pa.int8()),
                }
            )
        )
    return pa.concat_tables(tables) if tables else None


def _meaning(name: str, how: Mapping[str, Any], findings: Findings) -> tuple[str, Mapping[str, Any] | None]:
    codes = how.get("codes")
    unit = ucum_of(str(how["unit"])) if "unit" in how else None
    if isinstance(codes, Mapping):
        return unit or "1", codes
    if unit is None:
        said = f"unit {how['unit']!r} is not known" if "unit" in how else "no unit is given"
        mend = f'Give [property.{name}] unit = "..." in UCUM, or codes = {{...}}.'
        raise Refusal(f"{name}: {said}.", findings, where="mapping file", mend=mend)
    return unit, None


def _value(cell: str | None, codes: Mapping[str, Any] | None) -> float | None:
    try:
        if cell is None:
            return None
        found = codes.get(cell) if codes is not None else cell.replace(",", "")
        return None if found is None else float(found)
    except (TypeError, ValueError):
        return None


def _when(given: Any, findings: Findings) -> datetime | None:
    if given is None:
        return None
    try:
        day = given if isinstance(given, date) else date.fromisoformat(str(given))
    except ValueError as error:
        mend = "Write dates as 2020-12-31."
        raise Refusal(f"{given!r} is no date.", findings, where="mapping file", mend=mend) from error
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
