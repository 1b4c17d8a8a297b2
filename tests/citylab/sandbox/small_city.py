"""Rows of a small city for statements of every kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from nagara.citylab.tables import TABLES

CELL = 623352960637337599
START = datetime(2026, 9, 1, tzinfo=UTC)


def stops(rows: int = 30) -> pa.Table:
    """Stops of two sources: every third of a closed one."""
    made = [
        {
            "feed_id": "f",
            "stop_id": f"s{i:03}",
            "name": f"Stop {i}",
            "lon": 106.8 + i / 1000,
            "lat": -6.2 + i / 2000,
            "h3": CELL,
            "source_id": "closed" if i % 3 == 0 else "open",
        }
        for i in range(rows)
    ]
    return pa.Table.from_pylist(made, schema=TABLES["stop"].schema)


def observations(hours: int = 48) -> pa.Table:
    made = [
        {
            "datastream_id": "gate",
            "ts": START + timedelta(hours=i),
            "value": float(i),
            "quality": 1,
            "source_id": "open",
        }
        for i in range(hours)
    ]
    return pa.Table.from_pylist(made, schema=TABLES["observation"].schema)
