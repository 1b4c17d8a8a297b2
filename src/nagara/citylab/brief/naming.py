"""Names of units: what people call a thing, a zone, a stop, instead of its id."""

from __future__ import annotations

import re
from functools import cached_property

import pyarrow as pa

from nagara.citylab.lake import Snapshot

PAIR = re.compile(r" > |\|")
"""What stands between the two ids of a pair."""

_KINDS = {f"{kind}_id": kind for kind in ("thing", "datastream", "zone", "stop", "route")} | {
    "lead_id": "datastream",
    "follow_id": "datastream",
}
"""Columns of steps that hold ids -> the kind of unit."""


class Names:
    """Names by kind of unit, read from one snapshot when first asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def _column(self, table: str, key: str, name: str) -> dict[str, str]:
        rows: pa.Table = self._snapshot.table(table)
        pairs = zip(rows.column(key).to_pylist(), rows.column(name).to_pylist(), strict=True)
        return {key: name for key, name in pairs if name}

    @cached_property
    def _things(self) -> dict[str, str]:
        return self._column("thing", "thing_id", "name")

    @cached_property
    def _zones(self) -> dict[str, str]:
        return self._column("zone", "zone_id", "name")

    @cached_property
    def _stops(self) -> dict[str, str]:
        return self._column("stop", "stop_id", "name")

    @cached_property
    def _routes(self) -> dict[str, str]:
        short = self._column("route", "route_id", "short_name")
        return self._column("route", "route_id", "long_name") | short

    @cached_property
    def _streams(self) -> dict[str, dict[str, str]]:
        kept = ["datastream_id", "thing_id", "property", "unit"]
        rows = self._snapshot.table("datastream").select(kept).to_pylist()
        return {row["datastream_id"]: row for row in rows}

    @cached_property
    def _datastreams(self) -> dict[str, str]:
        return {
            name: f"{self._things.get(row['thing_id'], row['thing_id'])}, {row['property'].replace('_', ' ')}"
            for name, row in self._streams.items()
        }

    def unit(self, unit_kind: str, unit_id: str) -> str:
        """The unit (UCUM) that a datastream's values are in; empty for other units."""
        row = self._streams.get(unit_id) if unit_kind == "datastream" else None
        return row["unit"] if row else ""

    @cached_property
    def _zone_levels(self) -> dict[str, int]:
        rows = self._snapshot.table("zone").select(["zone_id", "level"]).to_pylist()
        return {row["zone_id"]: row["level"] for row in rows}

    def zones_at(self, level: int) -> list[str]:
        """Ids of the zones of one level."""
        return [name for name, its in self._zone_levels.items() if its == level]

    def place(self, unit_id: str) -> str:
        """The name of the thing that a datastream, or a thing, is: without the property."""
        row = self._streams.get(unit_id)
        thing = row["thing_id"] if row else unit_id
        return self._things.get(thing, thing)

    def pair(self, unit_id: str) -> tuple[str, str]:
        """Both names of a pair of things or datastreams (`a > b`, `a|b`)."""
        first, second = [*PAIR.split(unit_id, maxsplit=1), ""][:2]
        return self.place(first), self.place(second)

    def of(self, unit_kind: str, unit_id: str) -> str:
        """The name of a unit; its id where it has none. Pairs are "a to b"."""
        if unit_kind == "city":
            return str(self._snapshot.table("city").column("name")[0].as_py())
        if unit_kind.endswith("_pair") and PAIR.search(unit_id):
            return " to ".join(self.pair(unit_id))
        known = {
            "thing": "_things",
            "zone": "_zones",
            "stop": "_stops",
            "route": "_routes",
            "datastream": "_datastreams",
        }.get(unit_kind)
        found: dict[str, str] = getattr(self, known) if known else {}
        return found.get(unit_id, unit_id)

    def named(self, rows: pa.Table) -> pa.Table:
        """Rows with ids of things, datastreams, zones, stops and routes replaced by names.

        Datastreams of one property go by the name of their thing alone.
        """
        for column in rows.column_names:
            kind = _KINDS.get(column)
            if kind is None:
                continue
            ids = rows.column(column).to_pylist()
            if kind == "datastream" and self.is_one_property({i for i in ids if i is not None}):
                texts = [None if i is None else self.place(i) for i in ids]
            else:
                texts = [None if i is None else self.of(kind, i) for i in ids]
            rows = rows.set_column(rows.column_names.index(column), column, pa.array(texts, pa.string()))
        return rows

    def is_one_property(self, ids: set[str]) -> bool:
        """True where all are of one property and their things tell them apart."""
        found = [self._streams[i] for i in ids if i in self._streams]
        things = {row["thing_id"] for row in found}
        return len({row["property"] for row in found}) <= 1 and len(things) == len(found)
