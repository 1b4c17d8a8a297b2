"""Points and the zones that hold them, with every larger unit above."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.recipes import Context
from nagara.citylab.zones import ZoneFinder

PLACED = pa.schema([(n, pa.string()) for n in ("kind", "category", "id", "author", "zone_id")])
UNIT = pa.schema([(n, pa.string()) for n in ("zone_id", "unit_kind", "unit_id")])


def placed(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Each row of `spot` with the zone of the finest drawn level that holds its point (WGS 84).

    A row that names its zone keeps it; rows in no zone have null. See PLACED.
    """
    del params, context
    spots = tables["spot"]
    found = ZoneFinder(tables["zone"]).find(spots.column("lon"), spots.column("lat"))
    named = pc.coalesce(spots.column("zone_id").combine_chunks(), found)
    kept = spots.select([n for n in PLACED.names if n != "zone_id"])
    return kept.append_column("zone_id", named).cast(PLACED)


def units(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Every zone with each unit that holds it: itself, the zones above it, the city. See UNIT."""
    del params
    rows = tables["zone"].select(["zone_id", "parent_id"]).to_pylist()
    parent = {row["zone_id"]: row["parent_id"] for row in rows}
    found = []
    for name in sorted(parent):
        found.append({"zone_id": name, "unit_kind": "city", "unit_id": context.city_id})
        at, seen = name, set[str]()
        while at and at not in seen:
            found.append({"zone_id": name, "unit_kind": "zone", "unit_id": at})
            seen.add(at)
            at = parent.get(at)
    return pa.Table.from_pylist(found, schema=UNIT)
