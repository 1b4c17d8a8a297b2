"""Rows to Parquet files and back: flat memory, row groups in the order given."""

from __future__ import annotations

import datetime as dt
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nagara.citylab.lake.storage import Storage
from nagara.citylab.tables import DAY, TABLES, TIME

ROWS_A_GROUP = 131_072
"""Rows of a row group: what DuckDB gives one thread at a time, about."""
BYTES_A_GROUP = 64 << 20
"""A row group is closed earlier where rows are heavy (geometry, text)."""
_SURE = 32  # characters of a text extreme that every writer keeps
ROWS_A_FILE = 1 << 20
BYTES_A_FILE = 512 << 20

Rows: TypeAlias = pa.Table | pa.RecordBatch | pa.RecordBatchReader | Iterable[pa.Table | pa.RecordBatch]
"""What a draft takes: a table, a stream of batches, or any iterator of tables."""


def stats_columns(table: str) -> list[str]:
    """Columns whose extremes the log keeps: the source and, posts apart, times and days.

    Never text or hashes: what is erased must not live on in the log. Times of posts are left out for the
    same reason (the time of a single post points at a person).
    """
    named = ["source_id"] if "source_id" in TABLES[table].column else []
    if table != "post":
        named += [c.name for c in TABLES[table].columns if c.type in (TIME, DAY)]
    return named


def as_tables(rows: Rows) -> Iterator[pa.Table]:
    """Any accepted rows as a stream of tables."""
    if isinstance(rows, pa.Table):
        yield rows
        return
    if isinstance(rows, pa.RecordBatch):
        rows = [rows]
    for piece in rows:
        yield pa.Table.from_batches([piece]) if isinstance(piece, pa.RecordBatch) else piece


@dataclass(frozen=True, slots=True)
class DataFile:
    """One Parquet file of a table, as the log describes it. `path` is relative to the table's folder."""

    path: str
    size: int
    rows: int
    stats: Mapping[str, Any]

    def may_hold(self, source_id: str) -> bool:
        """False where the log proves that no row is of this source (extremes may be cut short)."""
        least, most = (self.stats[end].get("source_id") for end in ("minValues", "maxValues"))
        if least is None or most is None:
            return True
        return bool(least[:_SURE] <= source_id[:_SURE] <= most[:_SURE])

    def only_source(self) -> str | None:
        """The source of every row, where the log proves that there is only one."""
        least, most = (self.stats[end].get("source_id") for end in ("minValues", "maxValues"))
        return least if least == most and self.stats["nullCount"].get("source_id") == 0 else None

    def holds_only(self, source_id: str) -> bool:
        """True where the log proves that every row is of this source."""
        return self.only_source() == source_id


@dataclass
class Extremes:
    """Smallest and largest value of each column that the log may know about."""

    columns: list[str]
    rows: int = 0
    nulls: dict[str, int] = field(default_factory=dict)
    least: dict[str, Any] = field(default_factory=dict)
    most: dict[str, Any] = field(default_factory=dict)

    def add(self, rows: pa.Table) -> None:
        self.rows += rows.num_rows
        for name in self.columns:
            column = rows.column(name)
            self.nulls[name] = self.nulls.get(name, 0) + column.null_count
            ends = pc.min_max(column).as_py()
            if ends["min"] is not None:
                self.least[name] = min(self.least.get(name, ends["min"]), ends["min"])
                self.most[name] = max(self.most.get(name, ends["max"]), ends["max"])

    def as_stats(self) -> dict[str, Any]:
        """The `stats` of a Delta add action (protocol, "Per-file Statistics")."""
        return {
            "numRecords": self.rows,
            "minValues": {name: _plain(value, up=False) for name, value in self.least.items()},
            "maxValues": {name: _plain(value, up=True) for name, value in self.most.items()},
            "nullCount": self.nulls,
        }


def _plain(value: Any, *, up: bool) -> Any:
    """A value as Delta statistics write it; times to the millisecond, outwards."""
    if isinstance(value, dt.datetime):
        rest = value.microsecond % 1000
        value -= dt.timedelta(microseconds=rest)
        if rest and up:
            value += dt.timedelta(milliseconds=1)
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


class FileWriter:
    """Writes canonical rows of one table as Parquet files of about a million rows, zstd."""

    def __init__(self, storage: Storage, folder: str, table: str) -> None:
        self._storage, self._folder, self._table = storage, folder, table
        self._schema = TABLES[table].schema
        self._waiting: list[pa.Table] = []
        self._waiting_rows = self._waiting_bytes = 0
        self._open: ExitStack | None = None
        self._names: list[str] = []
        self.files: list[DataFile] = []
        self.rows = 0

    def write(self, rows: pa.Table) -> None:
        """Take rows that already have the canonical schema."""
        self.rows += rows.num_rows
        for start in range(0, rows.num_rows, ROWS_A_GROUP):
            piece = rows.slice(start, ROWS_A_GROUP)
            self._waiting.append(piece)
            self._waiting_rows += piece.num_rows
            self._waiting_bytes += piece.nbytes
            if self._waiting_bytes >= BYTES_A_GROUP:
                self._flush()
            elif self._waiting_rows >= ROWS_A_GROUP:
                self._flush(ROWS_A_GROUP)

    def take(self, folder: Path, file: DataFile) -> None:
        """Take over a file of canonical rows that another writer wrote; it is copied, not read."""
        self._flush()
        self._close()
        name = f"part-{uuid.uuid4().hex}.zstd.parquet"
        self._names.append(name)
        with self._storage.writing(f"{self._folder}/{name}") as local:
            shutil.copyfile(folder / file.path, local)
        self.files.append(replace(file, path=name))
        self.rows += file.rows

    def finish(self) -> list[DataFile]:
        """Close the open file; the files written, in the order of their rows."""
        self._flush()
        self._close()
        return self.files

    def close(self) -> None:
        """Stop writing; what was written stays where it is."""
        self._waiting.clear()
        self._waiting_rows = self._waiting_bytes = 0
        with suppress(OSError, pa.ArrowException):  # a full disk, say: we are giving up anyway
            self._close()

    def abandon(self) -> None:
        """Stop writing and remove every file written."""
        self.close()
        self._storage.delete(f"{self._folder}/{name}" for name in self._names)

    def _flush(self, limit: int | None = None) -> None:
        """Write what waits as a row group: all of it, or its first `limit` rows."""
        if not self._waiting_rows:
            return
        rows = pa.concat_tables(self._waiting)
        rest = rows.slice(limit) if limit is not None else rows.slice(0, 0)
        self._write_group(rows.slice(0, limit))
        self._waiting = [rest] if rest.num_rows else []
        self._waiting_rows, self._waiting_bytes = rest.num_rows, rest.nbytes if rest.num_rows else 0

    def _write_group(self, group: pa.Table) -> None:
        if self._open is None:
            self._start()
        self._writer.write_table(group, row_group_size=ROWS_A_GROUP)
        self._extremes.add(group)
        if self._extremes.rows >= ROWS_A_FILE or self._local.stat().st_size >= BYTES_A_FILE:
            self._close()

    def _start(self) -> None:
        self._name = f"part-{uuid.uuid4().hex}.zstd.parquet"
        self._names.append(self._name)
        self._extremes = Extremes(stats_columns(self._table))
        with ExitStack() as stack:
            self._local = stack.enter_context(self._storage.writing(f"{self._folder}/{self._name}"))
            self._writer = stack.enter_context(
                pq.ParquetWriter(self._local, self._schema, compression="zstd", compression_level=1)
            )
            stack.push(self._note_size)
            self._open = stack.pop_all()

    def _note_size(self, *_error: object) -> None:
        self._writer.close()
        self._size = self._local.stat().st_size

    def _close(self) -> None:
        if self._open is None:
            return
        stack, self._open = self._open, None
        stack.close()
        self.files.append(DataFile(self._name, self._size, self._extremes.rows, self._extremes.as_stats()))


def read(path: str, table: str, columns: Iterable[str] | None = None) -> Iterator[pa.Table]:
    """Rows of one file in canonical columns, a row group at a time; columns it lacks are empty."""
    canonical = TABLES[table]
    wanted = list(columns) if columns is not None else [c.name for c in canonical.columns]
    schema = pa.schema([canonical.schema.field(name) for name in wanted])
    with pq.ParquetFile(path) as file:
        there = [name for name in wanted if name in file.schema_arrow.names]
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group, columns=there)
            arrays = [
                rows.column(f.name).cast(f.type) if f.name in there else pa.nulls(rows.num_rows, f.type)
                for f in schema
            ]
            yield pa.table(arrays, schema=schema)
