"""Drafts: what a change does to a city before it is published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.lake.delta import Conflict, Log
from nagara.citylab.lake.parquet import DataFile, FileWriter, Rows, as_tables, read
from nagara.citylab.lake.snapshots import Snapshot, TableVersion, snapshot_key, table_folder
from nagara.citylab.lake.storage import Storage
from nagara.citylab.tables import TABLES, conform


@dataclass
class _Add:
    """Rows to add: an open writer until the draft is published."""

    writer: FileWriter


@dataclass(frozen=True)
class _DropSource:
    """Remove the rows of one source."""

    source_id: str


@dataclass(frozen=True)
class _DropWhere:
    """Remove rows by predicate."""

    where: str


_Step = _Add | _DropSource | _DropWhere


class Draft:
    """One change of a city. Nothing of it can be seen before it is published, all of it at once.

    Rows are staged as Parquet files as they come (flat memory); the tables' logs are touched only at the
    end, in milliseconds, so two writers seldom meet.
    """

    def __init__(self, storage: Storage, base: Snapshot, used: list[object] | None = None) -> None:
        self.base = base
        self._storage, self._city_id = storage, base.city_id
        self._steps: dict[str, list[_Step]] = {}
        self._used = used if used is not None else []
        self._replaced: set[tuple[str, str]] = set()

    def replace(self, table: str, data: Rows, *, source_id: str) -> int:
        """Put `data` in the place of every row of `source_id`; returns the number of rows taken.

        `data` is a table, a RecordBatchReader, or an iterator of tables, in canonical columns; source_id
        is filled in. For more pieces of the same source call `append` after it.
        """
        if (table, source_id) in self._replaced:
            raise ValueError(f"{table} of {source_id} was replaced already in this draft: append the rest")
        self._replaced.add((table, source_id))
        self.drop(table, source_id=source_id)
        return self.append(table, data, source_id=source_id)

    def append(self, table: str, data: Rows, *, source_id: str | None = None) -> int:
        """Add rows in canonical columns; returns their number."""
        self._once(data)
        steps = self._steps.setdefault(table, [])
        if not steps or not isinstance(steps[-1], _Add):
            steps.append(_Add(FileWriter(self._storage, table_folder(self._city_id, table), table)))
        writer = steps[-1].writer  # type: ignore[union-attr]
        before = writer.rows
        for piece in as_tables(data):
            writer.write(conform(table, piece, source_id=source_id))
        return writer.rows - before

    def drop(self, table: str, *, source_id: str) -> None:
        """Remove every row of one source."""
        if "source_id" not in TABLES[table].column:
            raise ValueError(f"{table} has no source_id: use delete")
        self._steps.setdefault(table, []).append(_DropSource(source_id))

    def delete(self, table: str, where_sql: str) -> None:
        """Remove the rows for which `where_sql` holds (a predicate over the table's columns)."""
        if table not in TABLES:
            raise ValueError(f"there is no table {table}")
        self._steps.setdefault(table, []).append(_DropWhere(where_sql))

    def _once(self, data: Any) -> None:
        """A stream can be read once, a change may run twice: better an error than an empty table."""
        if isinstance(data, (pa.Table, pa.RecordBatch, list, tuple)):
            return
        if any(data is used for used in self._used):
            raise ValueError("the change ran again with a stream that is used up: open it inside the change")
        self._used.append(data)

    def publish(self) -> Snapshot:
        """Commit to the tables' logs, make all of it durable, then publish the next snapshot.

        Raises Conflict where another writer came first. Without any change the base is returned.
        """
        number = self.base.number + 1
        tables = dict(self.base.tables)
        for table, steps in self._steps.items():
            version = self._apply(table, steps)
            if version is not None:
                tables[table] = TableVersion(version, number)
        if tables == self.base.tables:
            return self.base
        snapshot = Snapshot(self._storage, self._city_id, number, tables)
        if not self._storage.put_new(snapshot_key(self._city_id, number), snapshot.as_json()):
            raise Conflict(f"snapshot {number} is taken")
        return snapshot

    def _apply(self, table: str, steps: list[_Step]) -> int | None:
        """Carry out the steps on one table; its new version, None where nothing changed."""
        folder = table_folder(self._city_id, table)
        log, before = self._head(folder, table)
        remove: list[DataFile] = []
        add: list[DataFile] = []
        for step in steps:
            if not isinstance(step, _Add) and add:
                log.change(add=add, remove=remove)
                add, remove = [], []
            if isinstance(step, _Add):
                add += step.writer.finish()
            elif isinstance(step, _DropSource):
                gone, kept = self._without(log, folder, table, step.source_id)
                remove += [file for file in gone if file not in remove]
                add += kept
            else:
                log.change(add=[], remove=remove)
                remove = []
                log.delete(step.where)
        log.change(add=add, remove=remove)
        if log.version == before:
            return None
        self._make_durable(log, folder, before)
        return log.version

    def _head(self, folder: str, table: str) -> tuple[Log, int]:
        """The table's log, standing at what the base names; and the version from which changes count."""
        named = self.base.tables.get(table)
        log = Log.open(self._storage, folder, table)
        if log is None:
            log = Log.create(self._storage, folder, table)
        before = named.version if named else 0
        if log.version != before:
            log.restore(before)
        before = log.version
        log.widen()
        return log, before

    def _without(
        self, log: Log, folder: str, table: str, source_id: str
    ) -> tuple[list[DataFile], list[DataFile]]:
        """Files that hold rows of a source, and new files that hold the other rows of those files."""
        gone = []
        rest = FileWriter(self._storage, folder, table)
        for file in log.files():
            if not file.may_hold(source_id):
                continue
            if file.holds_only(source_id):
                gone.append(file)
                continue
            path = self._storage.local(f"{folder}/{file.path}")
            sources = pa.concat_tables(read(path, table, ["source_id"])).column("source_id")
            if not pc.any(pc.equal(sources, source_id)).as_py():
                continue
            gone.append(file)
            for rows in read(path, table):
                rest.write(rows.filter(pc.not_equal(rows.column("source_id"), source_id)))
        return gone, rest.finish()

    def _make_durable(self, log: Log, folder: str, since: int) -> None:
        """fsync new Parquet files, log entries and checkpoints, and their folders."""
        old = {f"{folder}/{f.path}" for f in self.base.data_files(log.table)}
        keys = [key for f in log.files() if (key := f"{folder}/{f.path}") not in old]
        keys += [e.key for e in self._storage.entries(f"{folder}/_delta_log") if _entry_after(e.key, since)]
        self._storage.sync(keys)

    def discard(self) -> None:
        """Remove what was staged and is in no log."""
        for steps in self._steps.values():
            for step in steps:
                if isinstance(step, _Add):
                    step.writer.abandon()


def _entry_after(key: str, version: int) -> bool:
    name = key.rpartition("/")[2]
    number = name.partition(".")[0]
    return name == "_last_checkpoint" or (number.isdigit() and int(number) >= version)
