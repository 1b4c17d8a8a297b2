"""The one file that speaks to deltalake: a Delta table per canonical table.

Every commit is made with `max_commit_retries=0`: deltalake would otherwise rebase our commit on a head
that no snapshot names. A conflict makes the whole change run again (see `writing.py`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Field, Schema
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

from nagara.citylab.findings import CityLabError
from nagara.citylab.lake.parquet import DataFile, stats_columns
from nagara.citylab.lake.storage import Storage
from nagara.citylab.tables import TABLES

PROTOCOL = (1, 2)
"""Reader and writer version of the Delta protocol that this lake writes; it opens no other."""


class Conflict(Exception):
    """Another writer came first; the change must run again on the newest snapshot."""


def properties(table: str) -> dict[str, str | None]:
    """Table properties: the log is never cleaned, and keeps no text of rows."""
    return {
        "delta.logRetentionDuration": "interval 36500 days",
        "delta.enableExpiredLogCleanup": "false",
        "delta.checkpointInterval": "50",
        "delta.dataSkippingStatsColumns": ",".join(stats_columns(table)),
    }


def _once() -> CommitProperties:
    return CommitProperties(max_commit_retries=0)


class Log:
    """One Delta table at one version."""

    def __init__(self, storage: Storage, folder: str, table: str, delta: DeltaTable) -> None:
        self.table, self._delta = table, delta
        got = delta.protocol()
        if (got.min_reader_version, got.min_writer_version) != PROTOCOL:
            raise CityLabError(
                f"table {table} has Delta protocol {got.min_reader_version}/{got.min_writer_version}, "
                f"this version of Nagara reads {PROTOCOL[0]}/{PROTOCOL[1]}",
                where=storage.uri(folder),
                mend="Other programs may read a lake, never write to it. Restore the folder from a backup.",
            )

    @classmethod
    def open(cls, storage: Storage, folder: str, table: str, version: int | None = None) -> Log | None:
        """The table at `version` (its head where None); None where there is no such table or version."""
        try:
            delta = DeltaTable(storage.uri(folder), version=version, storage_options=storage.options or None)
        except TableNotFoundError:
            return None
        except DeltaError as error:
            raise CityLabError(
                f"table {table} cannot be opened at version {version}: {error}",
                where=storage.uri(folder),
                mend="Run `nagara check` and restore the folder from a backup.",
            ) from error
        return cls(storage, folder, table, delta)

    @classmethod
    def create(cls, storage: Storage, folder: str, table: str) -> Log:
        """Make an empty table (its version 0)."""
        try:
            delta = DeltaTable.create(
                storage.uri(folder),
                schema=_plain_schema(table),
                mode="error",
                name=table,
                configuration=properties(table),
                storage_options=storage.options or None,
                commit_properties=_once(),
            )
        except DeltaError as error:
            raise Conflict(str(error)) from error
        return cls(storage, folder, table, delta)

    @property
    def version(self) -> int:
        return self._delta.version()

    def files(self) -> list[DataFile]:
        """Files of this version."""
        actions = pa.table(self._delta.get_add_actions(flatten=False)).to_pylist()
        return [
            DataFile(unquote(a["path"]), a["size_bytes"], a["num_records"] or 0, _stats(a)) for a in actions
        ]

    def restore(self, version: int) -> None:
        """Bring the head back to what a snapshot names; a commit of its own."""
        self._guard(lambda: self._delta.restore(version, commit_properties=_once()))

    def change(
        self, *, add: Iterable[DataFile], remove: Iterable[DataFile], data_change: bool = True
    ) -> None:
        """Add and remove files in one commit."""
        now = time.time_ns() // 1_000_000
        actions: list[AddAction | RemoveAction] = [
            RemoveAction(file.path, data_change, now, size=file.size, partition_values={}) for file in remove
        ]
        actions += [AddAction(f.path, f.size, {}, now, data_change, json.dumps(f.stats)) for f in add]
        if not actions:
            return
        after = self.version + 1
        self._guard(
            lambda: self._delta.create_write_transaction(
                actions, "append", self._delta.schema(), commit_properties=_once()
            )
        )
        self._delta.load_as_version(after)

    def widen(self) -> None:
        """Give an older table the columns that its canonical table has gained since."""
        there = {f.name for f in self._delta.schema().fields}
        new = [f for f in _plain_schema(self.table).fields if f.name not in there]
        if new:
            after = self.version + 1
            self._guard(lambda: self._delta.alter.add_columns(new, commit_properties=_once()))
            self._delta.load_as_version(after)

    def _guard(self, act: Any) -> Any:
        try:
            return act()
        except CommitFailedError as error:
            raise Conflict(str(error)) from error


def _plain_schema(table: str) -> Schema:
    schema = Schema.from_arrow(TABLES[table].schema)
    return Schema([Field(f.name, f.type, nullable=True) for f in schema.fields])


def _stats(action: dict[str, Any]) -> dict[str, Any]:
    return {
        "numRecords": action["num_records"],
        "minValues": action.get("min") or {},
        "maxValues": action.get("max") or {},
        "nullCount": action.get("null_count") or {},
    }
