"""Checking a city: is everything there that its snapshots name, and nothing else?"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from nagara.citylab.findings import CityLabError, Findings
from nagara.citylab.lake import pins
from nagara.citylab.lake.delta import Log
from nagara.citylab.lake.erasing import pending
from nagara.citylab.lake.parquet import DataFile
from nagara.citylab.lake.snapshots import Snapshot, TableVersion, erasure, parse, snapshot_key, table_folder
from nagara.citylab.tables import TABLES

if TYPE_CHECKING:
    from nagara.citylab.lake.city import CityLake

RESTORE = "Restore the file from a backup, or import the source again."


@dataclass(frozen=True)
class Check:
    """What a check found. `rows` counts the newest snapshot's rows by table; `digest` is over those counts
    and the tables' contents, so two copies of a lake can be compared at a glance."""

    snapshot: int
    rows: dict[str, int]
    digest: str
    findings: Findings

    def as_dict(self) -> dict[str, Any]:
        return {
            "snapshot": self.snapshot,
            "sound": self.sound,
            "rows": self.rows,
            "digest": self.digest,
            "findings": self.findings.as_dicts(),
        }

    @property
    def sound(self) -> bool:
        """True where nothing that a snapshot names is missing or broken."""
        return not self.findings.counts()["refuse"]


def check(city: CityLake, *, deep: bool = False) -> Check:
    """Compare snapshots, logs and files. `deep` also opens every Parquet file and counts its rows."""
    findings = Findings()
    with city.newest() as newest:
        versions = _versions(city, findings)
        named: set[str] = set()
        for (table, version), numbers in versions.items():
            named |= _check_version(city, table, version, numbers, findings, deep=deep)
        _check_orphans(city, named, findings)
        _check_heads(city, newest, findings)
        _check_upkeep(city, findings)
        rows: dict[str, int] = {}
        for table in newest.tables:
            try:
                rows[table] = newest.rows(table)
            except CityLabError:
                continue  # found above
        said = sorted((t, n, newest.tables[t].content) for t, n in rows.items())
        digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()
        return Check(newest.number, rows, digest, findings)


def _versions(city: CityLake, findings: Findings) -> dict[tuple[str, int], list[int]]:
    """Snapshots by the table versions that they name."""
    found: dict[tuple[str, int], list[int]] = {}
    for number in city.numbers():
        key = snapshot_key(city.city_id, number)
        try:
            tables = parse(city.city_id, number, city.storage.get(key))
        except FileNotFoundError:
            continue  # swept while we looked
        except CityLabError as error:
            findings.refuse("snapshot-broken", error.what, file=key, mend=error.mend)
            continue
        for table, version in tables.items():
            if table not in TABLES:
                findings.warn(
                    "table-unknown",
                    f"a snapshot names a table {table} that this version of Nagara does not know",
                    file=key,
                    mend="Use the version of Nagara that wrote it.",
                )
            else:
                found.setdefault((table, version.version), []).append(number)
    return found


def _check_version(
    city: CityLake, table: str, version: int, numbers: list[int], findings: Findings, *, deep: bool
) -> set[str]:
    """Check one version of a table; keys of its files."""
    folder = table_folder(city.city_id, table)
    one = Snapshot(city.storage, city.city_id, numbers[0], {table: TableVersion(version, 0)})
    try:
        files = {f"{folder}/{f.path}": f for f in one.data_files(table)}
    except CityLabError as error:
        findings.refuse("version-missing", error.what, file=folder, count=len(numbers), mend=error.mend)
        return set()
    there = {entry.key: entry.size for entry in city.storage.entries(folder)}
    for key, file in files.items():
        if key not in there:
            message = "a file that snapshots name is gone"
            findings.refuse("file-missing", message, file=key, count=len(numbers), mend=RESTORE)
        elif there[key] != file.size:
            message = f"the file has {there[key]} bytes, its log says {file.size}"
            findings.refuse("file-size", message, file=key, mend=RESTORE)
        elif deep:
            _check_file(city, key, file, findings)
    return set(files)


def _check_file(city: CityLake, key: str, file: DataFile, findings: Findings) -> None:
    try:
        with pq.ParquetFile(city.storage.local(key)) as parquet:
            rows = sum(batch.num_rows for batch in parquet.iter_batches())
    except (OSError, pa.ArrowException) as error:
        findings.refuse("file-unreadable", f"the file cannot be read: {error}", file=key, mend=RESTORE)
        return
    if rows != file.rows:
        message = f"the file holds {rows} rows, its log says {file.rows}"
        findings.refuse("file-rows", message, file=key, mend=RESTORE)


def _check_orphans(city: CityLake, named: set[str], findings: Findings) -> None:
    """Files that no snapshot names: harmless, left by a writer that died or by the newest changes."""
    for table in city.storage.folders(f"{city.city_id}/tables"):
        folder = table_folder(city.city_id, table)
        orphans = [entry for entry in city.storage.entries(folder) if entry.key not in named]
        findings.note(
            "file-orphan",
            f"files that no snapshot names ({sum(e.size for e in orphans):,} bytes)",
            file=folder,
            count=len(orphans),
            mend="Nothing to do: `sweep` removes them when no import can still name them.",
        )


def _check_heads(city: CityLake, newest: Snapshot, findings: Findings) -> None:
    """Tables whose head is not what the newest snapshot names."""
    for table in city.storage.folders(f"{city.city_id}/tables"):
        if table not in TABLES:
            continue
        folder = table_folder(city.city_id, table)
        try:
            head = Log.open(city.storage, folder, table)
        except CityLabError as error:
            findings.refuse("log-broken", error.what, file=folder, mend=error.mend)
            continue
        named = newest.tables.get(table)
        if head is not None and head.version != (named.version if named else 0):
            findings.note(
                "head-ahead",
                f"the table's head is version {head.version}, the newest snapshot names "
                f"{named.version if named else 'none'}: an import is running, or died",
                file=folder,
                mend="Nothing to do: readers do not see it and the next import restores it.",
            )


def _check_upkeep(city: CityLake, findings: Findings) -> None:
    """Erasures that were not finished, and pins of snapshots that are gone."""
    for note in pending(city):
        findings.warn(
            "erasure-unfinished",
            f"erasing {note['source_id']} was interrupted",
            file=f"{city.city_id}/erasing",
            mend="Run `sweep`: it finishes the erasure.",
        )
    numbers = set(city.numbers())
    for name, pinned in pins.pins(city.storage, city.city_id).items():
        for number in pinned:
            if number not in numbers and erasure(city.storage, city.city_id, number) is None:
                findings.warn(
                    "pin-lost",
                    f"{name} pins snapshot {number}, which is gone",
                    file=f"{city.city_id}/pins/{Path(name).name}",
                    mend=f"Unpin {name}, or restore the folder from a backup.",
                )
