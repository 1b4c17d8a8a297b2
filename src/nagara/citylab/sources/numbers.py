"""Numbers as statistics write them: with marks between thousands, or a comma for the decimal point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings
from nagara.citylab.sources.text import to_float
from nagara.citylab.sources.text.casts import Cast

_GROUPED = r"^\s*-?\d{1,3}([, ]\d{3})+(\.\d+)?\s*$"


def to_number(
    cells: pa.ChunkedArray,
    mapping: Mapping[str, Any],
    findings: Findings,
    *,
    file: str,
    first_row: int,
    column: str,
) -> Cast:
    """Values and a mask of unreadable cells, as `text.to_float`. `[read] thousands` and `decimal` name the
    marks; without them 1,234,567 and 1 234 567 are read, and 1.234 stays one and a bit."""
    how = mapping.get("read", {})
    text: Any = cells
    if "thousands" not in how and "decimal" not in how:
        grouped = pc.match_substring_regex(text, _GROUPED)
        if pc.any(grouped).as_py():
            text = pc.if_else(grouped, pc.replace_substring_regex(text, "[, ]", ""), text)
    return to_float(
        text,
        findings,
        file=file,
        first_row=first_row,
        column=column,
        decimal=str(how.get("decimal", ".")),
        thousands=str(how.get("thousands", "")),
    )
