"""Snapshots: the one way into a city for readers.

`snapshots/<n>.json` says which version of each table belongs together: `{table: {version, content}}`.
It is written last and only if the number is free, so it is the commit of everything before it.
`content` is the number of the snapshot in which that table's rows last changed: compaction makes a new
version and a new snapshot, but no new content.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from nagara.citylab.findings import CityLabError
from nagara.citylab.lake.delta import Log
from nagara.citylab.lake.locks import Hold
from nagara.citylab.lake.parquet import DataFile, read
from nagara.citylab.lake.storage import Storage
from nagara.citylab.tables import TABLES

DIGITS = 8


class InputsErased(CityLabError):
    """A snapshot that held a source which was erased since: inputs erased, on purpose and for good."""

    def __init__(self, city_id: str, number: int, mark: Mapping[str, Any]) -> None:
        super().__init__(
            f"inputs erased: snapshot {number} held {mark.get('source_id')}, erased on "
            f"{str(mark.get('at'))[:10]} ({mark.get('reason')})",
            where=city_id,
            mend="What was computed from it cannot be computed again; run it on the newest snapshot.",
        )
        self.number, self.mark = number, dict(mark)


@dataclass(frozen=True, slots=True)
class TableVersion:
    """A table in a snapshot: its Delta version, and the snapshot in which its rows last changed."""

    version: int
    content: int


def snapshot_key(city_id: str, number: int) -> str:
    return f"{city_id}/snapshots/{number:0{DIGITS}d}.json"


def erased_key(city_id: str, number: int) -> str:
    return f"{city_id}/snapshots/{number:0{DIGITS}d}.erased"


def table_folder(city_id: str, table: str) -> str:
    return f"{city_id}/tables/{table}"


class Snapshot:
    """A city at one moment: it never changes, whatever is written meanwhile.

    While it is open (until `close`, the end of a `with` block, or the end of the object) a lake on a disk
    does not sweep its files.
    """

    def __init__(
        self,
        storage: Storage,
        city_id: str,
        number: int,
        tables: Mapping[str, TableVersion],
        hold: Hold | None = None,
    ) -> None:
        self._storage = storage
        self.city_id = city_id
        self.number = number
        self.tables: Mapping[str, TableVersion] = dict(tables)
        self._data_files: dict[str, list[DataFile]] = {}
        self._hold = hold

    def keep_open(self) -> None:
        """Take the reader's lease for a snapshot that was published just now."""
        with suppress(FileNotFoundError):  # published and erased already
            self._hold = self._storage.lease(snapshot_key(self.city_id, self.number))

    def close(self) -> None:
        """Give the files free for sweeping."""
        if self._hold is not None:
            self._hold.release()

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Snapshot {self.number} of {self.city_id}>"

    def data_files(self, table: str) -> list[DataFile]:
        """Files of a table as its log describes them; [] where the city has no such table."""
        _known(table)
        if table not in self.tables:
            return []
        if table not in self._data_files:
            log = Log.open(
                self._storage, table_folder(self.city_id, table), table, self.tables[table].version
            )
            if log is None:
                raise CityLabError(
                    f"table {table} of snapshot {self.number} is gone",
                    where=self.city_id,
                    mend="Run `nagara check` and restore the folder from a backup.",
                )
            self._data_files[table] = log.files()
        return self._data_files[table]

    def keys(self) -> list[str]:
        """Keys of every data file that the snapshot names."""
        return [f"{table_folder(self.city_id, t)}/{f.path}" for t in self.tables for f in self.data_files(t)]

    def files(self, table: str) -> list[str]:
        """Local Parquet files that hold a table's rows; [] where it has none."""
        folder = table_folder(self.city_id, table)
        return self._storage.copies(f"{folder}/{file.path}" for file in self.data_files(table))

    def rows(self, table: str) -> int:
        """Number of rows, from the log: reads no data."""
        return sum(file.rows for file in self.data_files(table))

    def batches(self, table: str, columns: Iterable[str] | None = None) -> Iterator[pa.Table]:
        """Rows of a table as a stream of tables in canonical columns (or those named)."""
        for path in self.files(table):
            yield from read(path, table, columns)

    def table(self, name: str, columns: Iterable[str] | None = None) -> pa.Table:
        """All rows of a table in the canonical schema (or the columns named); empty where it has none."""
        schema = TABLES[_known(name)].schema
        if columns is not None:
            columns = list(columns)
            schema = pa.schema([schema.field(c) for c in columns])
        pieces = list(self.batches(name, columns))
        return pa.concat_tables([schema.empty_table(), *pieces])

    def city(self) -> dict[str, Any]:
        """The city's own row."""
        return self.table("city").to_pylist()[0]

    def sources(self) -> dict[str, dict[str, Any]]:
        """Rows of `source` by source_id."""
        return {row["source_id"]: row for row in self.table("source").to_pylist()}

    def as_json(self) -> bytes:
        rows = {name: asdict(version) for name, version in sorted(self.tables.items())}
        return (json.dumps(rows, indent=1) + "\n").encode()


def _known(table: str) -> str:
    if table not in TABLES:
        raise CityLabError(f"there is no table {table}", mend=f"Tables are: {', '.join(TABLES)}.")
    return table


def open_snapshot(storage: Storage, city_id: str, number: int) -> Snapshot:
    """A snapshot by its number.

    Raises InputsErased where it was erased, FileNotFoundError where it is not there (or is being removed).
    """
    key = snapshot_key(city_id, number)
    try:
        hold = storage.lease(key)
        content = storage.get(key)
    except FileNotFoundError:
        mark = erasure(storage, city_id, number)
        if mark is not None:
            raise InputsErased(city_id, number, mark) from None
        raise
    return Snapshot(storage, city_id, number, parse(city_id, number, content), hold)


def erasure(storage: Storage, city_id: str, number: int) -> dict[str, Any] | None:
    """What was erased from a snapshot (source_id, reason, at), or None."""
    try:
        return dict(json.loads(storage.get(erased_key(city_id, number))))
    except FileNotFoundError:
        return None


def parse(city_id: str, number: int, content: bytes) -> dict[str, TableVersion]:
    """Versions by table, from a snapshot file's content."""
    try:
        return {
            name: TableVersion(int(v["version"]), int(v["content"]))
            for name, v in json.loads(content).items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CityLabError(
            f"snapshot {number} cannot be read: {error}",
            where=city_id,
            mend="Restore the file from a backup, or remove it to open the snapshot before it.",
        ) from error
