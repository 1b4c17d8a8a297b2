"""How long a request took: what reports say of their own end, in the columns that the import kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from nagara.citylab.recipes import Context

HANDLED = pa.schema([("post_id", pa.string()), ("hours", pa.float64()), ("known", pa.int64())])
"""`known` is 1 where the report says whether it was closed; `hours` is empty where it is still open."""


def handled(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Kernel: hours from writing to closing of each report (`HANDLED`). Reads post.

    `closed` names the kept attribute with the time of closing: ISO 8601; without an offset, local time.
    """
    post = tables["post"].select(["post_id", "ts", "attributes"])
    name, tz = str(params["closed"] or ""), ZoneInfo(context.tz)
    rows = []
    for post_id, ts, text in zip(*(post.column(c).to_pylist() for c in post.column_names), strict=True):
        kept = _object(text)
        if name in kept and ts is not None:
            rows.append({"post_id": post_id, "hours": _hours(ts, kept[name], tz), "known": 1})
    return pa.Table.from_pylist(rows, schema=HANDLED)


def _object(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _hours(opened: datetime, closed: Any, tz: ZoneInfo) -> float | None:
    """Hours between; None where it is not closed, or closed before it was opened."""
    try:
        end = datetime.fromisoformat(str(closed))
    except ValueError:
        return None
    end = end if end.tzinfo else end.replace(tzinfo=tz)
    start = opened if opened.tzinfo else opened.replace(tzinfo=UTC)
    hours = (end - start).total_seconds() / 3600
    return round(hours, 6) if hours >= 0 else None
