"""Which sources of a city are open: their licence lets anyone use the rows, and they are up to date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from nagara.citylab.lake.licences import Share, recognise
from nagara.citylab.recipes import Context

OPENNESS = pa.schema(
    [
        ("source_id", pa.string()),
        ("title", pa.string()),
        ("licensed", pa.int64()),
        ("dated", pa.int64()),
        ("age_days", pa.int64()),
    ]
)
"""`licensed` 1: the licence is open (alike or not); `dated` 1: the source says until when it speaks, and
`age_days` counts from there to the newest import of the city, so that a run can be repeated."""


def openness(tables: Mapping[str, pa.Table], _params: Mapping[str, Any], _context: Context) -> pa.Table:
    """Kernel: licence and age of every source (`OPENNESS`). Reads source."""
    columns = ["source_id", "title", "licence", "valid_to", "imported_at"]
    rows = tables["source"].select(columns).to_pylist()
    newest = max((row["imported_at"].date() for row in rows if row["imported_at"]), default=date.min)
    found = [
        {
            "source_id": row["source_id"],
            "title": row["title"] or row["source_id"],
            "licensed": int(recognise(row["licence"]).share in {Share.OPEN, Share.ALIKE}),
            "dated": int(row["valid_to"] is not None),
            "age_days": max(0, (newest - row["valid_to"]).days) if row["valid_to"] else None,
        }
        for row in sorted(rows, key=lambda row: str(row["source_id"]))
    ]
    return pa.Table.from_pylist(found, schema=OPENNESS)
