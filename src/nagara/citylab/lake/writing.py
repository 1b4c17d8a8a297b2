"""Drafts: what a change does to a city before it is published."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from nagara.citylab.lake.delta import Conflict, Log
from nagara.citylab.lake.parquet import DataFile, FileWriter, Rows, as_tables
from nagara.citylab.lake.rewriting import Drop, merged, without
from nagara.citylab.lake.snapshots import Snapshot, TableVersion, snapshot_key, table_folder
from nagara.citylab.lake.staging import Staging
from nagara.citylab.lake.storage import Storage
from nagara.citylab.tables import TABLES, conform


@dataclass(frozen=True)
class _Compact:
    """Merge small files; the rows stay."""

    least: int


_Step = FileWriter | Drop | _Compact


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
        self._staged: list[tuple[str, DataFile]] = []

    def replace(self, table: str, data: Rows, *, source_id: str) -> int:
        """Put `data` in the place of every row of `source_id`; returns the number of rows taken.

        `data` is a table, a RecordBatchReader, or an iterator of tables, in canonical columns; source_id
        is filled in. For more pieces of the same source call `append` after it.
        """
        self._replace(table, source_id)
        return self.append(table, data, source_id=source_id)

    def adopt(self, table: str, staged: Staging, *, source_id: str) -> int:
        """Put the files of a settled staging in the place of every row of `source_id`, without reading them.

        Their rows must be canonical, with source_id filled in. Returns the number of rows.
        """
        self._replace(table, source_id)
        writer = self._writer(table)
        for file in staged.files(table):
            writer.take(staged.folder / table, file)
        return sum(file.rows for file in staged.files(table))

    def _replace(self, table: str, source_id: str) -> None:
        if (table, source_id) in self._replaced:
            raise ValueError(f"{table} of {source_id} was replaced already in this draft: append the rest")
        self._replaced.add((table, source_id))
        self.drop(table, source_id=source_id)

    def append(self, table: str, data: Rows, *, source_id: str | None = None) -> int:
        """Add rows in canonical columns; returns their number.

        Pieces of any size may come in many calls: they fill the same files.
        """
        self._once(data)
        writer = self._writer(table)
        before = writer.rows
        for piece in as_tables(data):
            writer.write(conform(table, piece, source_id=source_id))
        return writer.rows - before

    def _writer(self, table: str) -> FileWriter:
        steps = self._of(table)
        if steps and isinstance(steps[-1], FileWriter):
            return steps[-1]
        writer = FileWriter(self._storage, table_folder(self._city_id, table), table)
        steps.append(writer)
        return writer

    def drop(self, table: str, *, source_id: str) -> None:
        """Remove every row of one source."""
        steps = self._of(table)
        if "source_id" not in TABLES[table].column:
            raise ValueError(f"{table} has no source_id: use delete")
        steps.append(Drop.source(source_id))

    def delete(self, table: str, where_sql: str) -> None:
        """Remove the rows for which `where_sql` is true, e.g. `ts < '2020-01-01' and quality = 4`.

        See `predicates.py` for what a predicate may say; it leaves no trace in the log.
        """
        self._of(table).append(Drop.where(table, where_sql))

    def compact(self, table: str, *, least: int) -> None:
        """Merge small files, where at least `least` of them belong together."""
        self._of(table).append(_Compact(least))

    def _of(self, table: str) -> list[_Step]:
        if table not in TABLES:
            raise ValueError(f"there is no table {table}")
        return self._steps.setdefault(table, [])

    def _once(self, data: Any) -> None:
        """A stream can be read once, a change may run twice: better an error than an empty table."""
        if isinstance(data, (pa.Table, pa.RecordBatch, list, tuple)):
            return
        if any(data is used for used in self._used):
            raise ValueError("a stream can be given once: open it inside the change, which may run again")
        self._used.append(data)

    def publish(self) -> Snapshot:
        """Commit to the tables' logs, make all of it durable, then publish the next snapshot.

        Raises Conflict where another writer came first. Without any change the base is returned.
        """
        number = self.base.number + 1
        tables = dict(self.base.tables)
        for table, steps in self._steps.items():
            done = _TableChange(self._storage, self.base, table, self._staged)
            version = done.carry_out(steps)
            if version is not None:
                content = number if done.rows_changed or table not in tables else tables[table].content
                tables[table] = TableVersion(version, content)
        if tables == self.base.tables:
            return self.base
        snapshot = Snapshot(self._storage, self._city_id, number, tables)
        key, content_bytes = snapshot_key(self._city_id, number), snapshot.as_json()
        # A retried request may find its own first try: every version has one author, so equal is ours.
        if not self._storage.put_new(key, content_bytes) and self._storage.get(key) != content_bytes:
            raise Conflict(f"snapshot {number} is taken")
        snapshot.keep_open()
        return snapshot

    def discard(self, *, published: bool | None = False) -> None:
        """Remove what was staged. `published` None means that nobody knows: then nothing is removed."""
        for steps in self._steps.values():
            for step in steps:
                if isinstance(step, FileWriter):
                    step.close()
                    if published is False:
                        step.abandon()
        if published is False:
            self._storage.delete(f"{folder}/{file.path}" for folder, file in self._staged)


@dataclass
class _TableChange:
    """The steps of a draft on one table, turned into as few commits of its log as their order allows."""

    storage: Storage
    base: Snapshot
    table: str
    staged: list[tuple[str, DataFile]]
    rows_changed: bool = False
    _add: list[DataFile] = field(default_factory=list)
    _remove: list[DataFile] = field(default_factory=list)

    def carry_out(self, steps: list[_Step]) -> int | None:
        """The table's new version, already durable; None where nothing changed."""
        self.folder = table_folder(self.base.city_id, self.table)
        log, before = self._head()
        for step in steps:
            if isinstance(step, FileWriter):
                self._add += step.finish()
                continue
            if self._add or self._remove:
                self._commit(log, rows=True)
            rows = isinstance(step, Drop)
            if isinstance(step, Drop):
                got = without(self.storage, self.folder, self.table, log.files(), step)
            else:
                got = merged(self.storage, self.folder, self.table, log.files(), least=step.least)
            self.staged += [(self.folder, file) for file in got.new]
            self._remove, self._add = got.gone, got.new
            if not rows:
                self._commit(log, rows=False)
        self._commit(log, rows=True)
        if log.version == before:
            return None
        self._make_durable(log, before)
        return log.version

    def _head(self) -> tuple[Log, int]:
        """The table's log, standing at what the base names; and the version from which changes count.

        A head that no snapshot names is left by a writer that died: going on from it would publish half
        an import.
        """
        named = self.base.tables.get(self.table)
        log = Log.open(self.storage, self.folder, self.table)
        if log is None:
            log = Log.create(self.storage, self.folder, self.table)
        expected = named.version if named else 0
        if log.version != expected:
            log.restore(expected)
        before = log.version
        log.widen()
        return log, before

    def _commit(self, log: Log, *, rows: bool) -> None:
        if self._add or self._remove:
            log.change(add=self._add, remove=self._remove, data_change=rows)
            self.rows_changed |= rows
        self._add, self._remove = [], []

    def _make_durable(self, log: Log, since: int) -> None:
        """fsync new Parquet files, log entries and checkpoints, and their folders."""
        old = {file.path for file in self.base.data_files(self.table)}
        keys = [f"{self.folder}/{file.path}" for file in log.files() if file.path not in old]
        logged = self.storage.entries(f"{self.folder}/_delta_log")
        keys += [entry.key for entry in logged if _entry_from(entry.key, since)]
        self.storage.sync(keys)


def _entry_from(key: str, version: int) -> bool:
    name = key.rpartition("/")[2]
    number = name.partition(".")[0]
    return name == "_last_checkpoint" or (number.isdigit() and int(number) >= version)
