"""Names of units: what people call a thing, a zone, a stop, instead of its id."""

from __future__ import annotations

from functools import cached_property

import pyarrow as pa

from nagara.citylab.lake import Snapshot


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
    def _datastreams(self) -> dict[str, str]:
        rows = self._snapshot.table("datastream").to_pylist()
        return {
            row["datastream_id"]: f"{self._things.get(row['thing_id'], row['thing_id'])}, "
            f"{row['property'].replace('_', ' ')}"
            for row in rows
        }

    def of(self, unit_kind: str, unit_id: str) -> str:
        """The name of a unit; its id where it has none. Pairs are `a|b`: "a to b"."""
        if unit_kind == "city":
            return str(self._snapshot.table("city").column("name")[0].as_py())
        if unit_kind.endswith("_pair") and "|" in unit_id:
            first, _, second = unit_id.partition("|")
            kind = unit_kind.removesuffix("_pair")
            return f"{self.of(kind, first)} to {self.of(kind, second)}"
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
        """Rows with ids of things, datastreams, zones, stops and routes replaced by names."""
        for kind in ("thing", "datastream", "zone", "stop", "route"):
            column = f"{kind}_id"
            if column in rows.column_names:
                texts = [None if i is None else self.of(kind, i) for i in rows.column(column).to_pylist()]
                rows = rows.set_column(rows.column_names.index(column), column, pa.array(texts, pa.string()))
        return rows
