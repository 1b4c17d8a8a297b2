"""The personal-data scan: does a table hold people?

It looks at headers and at cells, column by column, and stops an import (severity refuse) that holds
national identity numbers, names with phones, e-mails or birth dates, or health answers a person. Numbers,
coordinates and times are passed by quickly: a column that holds nothing else is not read cell by cell.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Finding, Findings, Refusal, Severity
from nagara.citylab.privacy.column_watch import ColumnWatch
from nagara.citylab.privacy.verdicts import verdicts

NEVER_PERSONAL = frozenset(
    (
        "h3",
        "lon",
        "lat",
        "node_id",
        "edge_id",
        "u",
        "v",
        "geom_wkb",
        "author_hash",
        "source_id",
        "scenario_id",
    )
)
"""Canonical columns that our own code fills with codes."""
ATTRIBUTES_READ = 5_000
"""Rows a chunk whose `attributes` (a JSON object) are opened."""
NUMBERS_READ = 10_000
"""Cells a chunk that are read of a column stored as whole numbers."""
ROWS_READ = 200_000
"""Rows of a file that `scan_file` reads."""


class PersonalScan:
    """Watches tables go by and says what it found. One for each import.

    `handled` names columns that the slice masks or hashes by itself: these are not looked at.
    """

    def __init__(self, *, handled: Collection[str] = ()) -> None:
        self._handled = NEVER_PERSONAL | set(handled)
        self._files: dict[str, dict[str, ColumnWatch]] = {}

    def see(self, table: pa.Table, *, file: str, first_row: int = 2) -> None:
        """Look at one chunk of a table (any columns; raw text or canonical)."""
        watches = self._files.setdefault(file, {})
        for name, column in zip(table.column_names, table.columns, strict=True):
            if name in self._handled:
                continue
            if name == "attributes" and pa.types.is_string(column.type):
                self._see_attributes(column, watches, first_row)
            else:
                _watch(watches, name, column, first_row)

    def _see_attributes(
        self, column: pa.ChunkedArray, watches: dict[str, ColumnWatch], first_row: int
    ) -> None:
        step = max(1, len(column) // ATTRIBUTES_READ)
        cells: dict[str, list[str | None]] = {}
        read = column.take(pa.array(range(0, len(column), step))).to_pylist() if len(column) else []
        for i, text in enumerate(read):
            for key, value in _object(text).items():
                values = cells.setdefault(key, [None] * len(read))
                values[i] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, values in cells.items():
            if key not in self._handled:
                _watch(watches, key, pa.chunked_array([pa.array(values, pa.string())]), first_row)

    def findings(self) -> list[Finding]:
        """What was found until now, heaviest first. Examples are masked."""
        found = Findings()
        for file, watches in self._files.items():
            found.extend(verdicts(file, list(watches.values())))
        return list(found)


def scan(name: str, table: pa.Table, *, allow: bool = False, handled: Collection[str] = ()) -> list[Finding]:
    """The findings about one table called `name` (a canonical table or a file); [] where nobody is in it.

    What must stop an import has a rule that begins with "personal-" and severity refuse; with `allow` (a
    person gave a reason) it is a warning. Rows are numbered from 2 (the header is row 1).
    """
    watch = PersonalScan(handled=handled)
    watch.see(table, file=name)
    return allowed(watch.findings()) if allow else watch.findings()


def allowed(found: Iterable[Finding]) -> list[Finding]:
    """The same findings as warnings, for an import that was allowed to hold personal data."""
    return [replace(f, severity=Severity.WARN) if f.severity == Severity.REFUSE else f for f in found]


def scan_file(
    path: Path, *, map: Mapping[str, Any] | None = None, handled: Collection[str] = (), rows: int = ROWS_READ
) -> list[Finding]:
    """The findings about the first `rows` rows of a tabular text file; [] where it is no such file."""
    from nagara.citylab.sources.text import read_text

    watch = PersonalScan(handled=handled)
    seen = 0
    try:
        table = read_text(path, Findings(), map=map or {})
        for first_row, chunk in table.chunks:
            watch.see(chunk, file=table.file, first_row=first_row)
            seen += chunk.num_rows
            if seen >= rows:
                break
    except Refusal:
        return watch.findings()
    return watch.findings()


def _watch(watches: dict[str, ColumnWatch], name: str, column: pa.ChunkedArray, first_row: int) -> None:
    kind = column.type
    if pa.types.is_int64(kind) or pa.types.is_uint64(kind):
        top = pc.max(column).as_py()
        if top is None or top < 10_000_000:
            return
        step = max(1, len(column) // NUMBERS_READ)
        column = column.take(pa.array(range(0, len(column), step))).cast(pa.string())
    elif not pa.types.is_string(kind) and not pa.types.is_large_string(kind):
        return
    watches.setdefault(name, ColumnWatch(name)).see(column, first_row)


def _object(text: str | None) -> dict[str, Any]:
    if not text:
        return {}
    try:
        got = json.loads(text)
    except ValueError:
        return {}
    return got if isinstance(got, dict) else {}
