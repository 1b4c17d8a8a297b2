"""Names of the canonical tables, for who needs no more of them than that: see `tables.py`."""

from __future__ import annotations

from typing import Final

TABLE_NAMES: Final = (
    "city",
    "source",
    "zone",
    "cell",
    "population",
    "zone_value",
    "place",
    "area",
    "street_node",
    "street_edge",
    "stop",
    "route",
    "trip",
    "service_day",
    "stop_time",
    "frequency",
    "shape",
    "fare",
    "thing",
    "datastream",
    "observation",
    "post",
    "layer",
    "finding",
    "rejected",
    "run",
    "run_input",
    "result",
)
