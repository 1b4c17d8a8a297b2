"""A mapping file suggested from the file itself, with what a person must answer marked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.calendars import likely_formats
from nagara.citylab.sources.text import Peek, peek
from nagara.citylab.units import normalise

_LON = re.compile(r"^(lon|lng|long|longitude|x|bujur|ลองจิจูด)$", re.IGNORECASE)
_LAT = re.compile(r"^(lat|latitude|y|lintang|ละติจูด)$", re.IGNORECASE)
_THING = re.compile(
    r"station|stasiun|sensor|gauge|device|site|gate|pintu|pos\b|region|node|location|lokasi|thing|สถานี|trạm",
    re.IGNORECASE,
)
_PROPERTY = re.compile(
    r"^(parameter|pollutant|property|variable|indicator|element|param|metric|species)$", re.IGNORECASE
)
_VALUE = re.compile(r"^(value|val|reading|measurement|nilai|result|concentration)$", re.IGNORECASE)
_UNIT = re.compile(r"^(unit|units|satuan|uom)$", re.IGNORECASE)
_ORDER = re.compile(r"^(row|id|no|no\.|index|_id|unnamed.*|column_\d+)$", re.IGNORECASE)
_HOUR = re.compile(r"^(hour|hr|jam|time_hour|hh)$", re.IGNORECASE)
_NUMBER = r"^[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?$"


class Guess:
    """What the columns of a file look like."""

    def __init__(self, seen: Peek) -> None:
        self.rows = seen.rows
        self.columns = list(seen.columns)
        self.numeric = [c for c in self.columns if _share(self.rows.column(c), _NUMBER) >= 0.8]
        self.formats = {c: likely_formats(self._text(c)) for c in self.columns if c not in self.numeric}
        dated = [c for c in self.numeric if re.search("date|time|tanggal", c, re.IGNORECASE)]
        self.formats |= {c: likely_formats(self._text(c)) for c in dated}
        self.times = [c for c, forms in self.formats.items() if forms]
        self.lon = next((c for c in self.columns if _LON.match(c)), None)
        self.lat = next((c for c in self.columns if _LAT.match(c)), None)
        self.hour = next((c for c in self.numeric if _HOUR.match(c)), None)
        self.property = next((c for c in self.columns if _PROPERTY.match(c) and c not in self.numeric), None)
        self.value = next((c for c in self.numeric if _VALUE.match(c)), None)
        self.unit = next((c for c in self.columns if _UNIT.match(c)), None)
        taken = {self.lon, self.lat, self.hour, *self.times}
        self.values = [c for c in self.numeric if c not in taken and not _ORDER.match(c)]
        self.words = [
            c for c in self.columns if c not in taken and c not in self.numeric and c not in self.times
        ]
        self.thing = next(
            (c for c in self.columns if _THING.search(c) and c not in (*taken, *self.values)), None
        )

    def _text(self, column: str) -> pa.Array:
        return (
            pa.concat_arrays(self.rows.column(column).chunks)
            if self.rows.num_rows
            else pa.array([], pa.string())
        )

    def sample(self, column: str) -> str:
        """A few distinct values of a column, for people."""
        values = pc.unique(self.rows.column(column)).drop_null().to_pylist()[:4]
        return ", ".join(str(v)[:30].replace("\n", " ") for v in values) or "(empty)"


def guess(path: Path, map: Mapping[str, Any] | None = None) -> Guess | None:
    seen = peek(path, map)
    return None if seen is None else Guess(seen)


def _share(column: pa.ChunkedArray, pattern: str) -> float:
    filled = column.drop_null()
    if not len(filled):
        return 0.0
    return float(pc.mean(pc.match_substring_regex(filled, pattern).cast(pa.float64())).as_py())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _key(column: str) -> str:
    bare = re.sub(r"\(.*?\)", "", column).strip().lower()
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_") or "value"


def _unit_of(column: str) -> str | None:
    """A unit that the header itself gives, e.g. "Rainfall(mm)" or "wind_speed_knots"."""
    inside = re.search(r"[(\[]([^)\]]+)[)\]]\s*$", column)
    if inside:
        return normalise(inside[1])
    last = column.rsplit("_", 1)[-1].lower()
    return (
        normalise(last)
        if "_" in column
        and last in {"mm", "cm", "knots", "celcius", "celsius", "hpa", "percent", "ppm", "ppb"}
        else None
    )


def suggest_map(path: Path, map: Mapping[str, Any] | None = None) -> str:
    """A mapping file (TOML text) to start from. `?` marks what a person must answer; "" where no table."""
    found = guess(path, map)
    if found is None:
        return ""
    lines = ["# A mapping file to start from: answer every ? and delete what is not needed.", "# Columns:"]
    lines += [f"#   {_quoted(c)}: {found.sample(c)}" for c in found.columns]
    lines += [
        'kind = "observations"',
        "[source]",
        'title = "?"',
        'licence = "?"',
        'nature = "?"  # measured, reported, modelled or simulated',
    ]
    lines += _time_lines(found) + _thing_lines(found) + _property_lines(found)
    return "\n".join(lines) + "\n"


def _time_lines(found: Guess) -> list[str]:
    lines = ["[time]"]
    if not found.times:
        return [*lines, 'column = "?"  # no column looks like a time']
    column = found.times[0]
    lines.append(f"column = {_quoted(column)}")
    if found.hour and "%H" not in "".join(found.formats[column]):
        lines.append(f"hour = {_quoted(found.hour)}")
    forms = found.formats[column]
    if forms != ["iso"] and "iso" not in forms:
        choice = f"  # or {', '.join(forms[1:])}?" if len(forms) > 1 else ""
        lines.append(f"format = {_quoted('?' if len(forms) > 1 else forms[0])}{choice}")
        if len(forms) > 1:
            lines[-1] = f'format = "?"  # {" or ".join(forms)}'
    return [*lines, 'tz = "?"  # "city", "UTC", an IANA name or "+06:30"']


def _thing_lines(found: Guess) -> list[str]:
    lines = ["[thing]"]
    if found.thing:
        lines.append(f"id = {_quoted(found.thing)}")
    else:
        words = [c for c in found.words if c not in (found.property, found.unit)]
        hint = f"  # or id = one of {', '.join(map(_quoted, words[:5]))}" if words else ""
        lines.append(f'fixed = "?"  # the name of the one station of this file{hint}')
    lines.append('kind = "?"  # water_gate, weather_station, air_station, ...')
    for word, column in (("lon", found.lon), ("lat", found.lat)):
        if column:
            lines.append(f"{word} = {_quoted(column)}")
    return lines


def _property_lines(found: Guess) -> list[str]:
    if found.property and (found.value or found.values):
        value = found.value or found.values[0]
        lines = ["[long]", f"property = {_quoted(found.property)}", f"value = {_quoted(value)}"]
        if found.unit:
            lines.append(f"unit = {_quoted(found.unit)}")
        words = [w for w in pc.unique(found.rows.column(found.property)).to_pylist() if w][:10]
        for word in words:
            lines += [f"[property.{_key(word)}]", f"column = {_quoted(word)}", 'unit = "?"']
        return lines
    lines = []
    for column in found.values or ["?"]:
        unit = _unit_of(column) if column != "?" else None
        lines += [
            f"[property.{_key(column)}]",
            f"column = {_quoted(column)}",
            f"unit = {_quoted(unit or '?')}",
        ]
    return lines
