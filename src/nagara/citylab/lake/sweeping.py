"""Sweeping: removing what nothing needs any more.

Kept are the newest snapshot, the last few, those younger than the longest query, those that a run cites or
that someone pinned, and those that a reader has open. Of the files that no kept snapshot names, those go
that are older than the longest import (one may be about to be named).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nagara.citylab.findings import CityLabError
from nagara.citylab.lake import pins
from nagara.citylab.lake.snapshots import Snapshot, TableVersion, erasure, parse, snapshot_key, table_folder
from nagara.citylab.lake.storage import Entry

if TYPE_CHECKING:
    from nagara.citylab.lake.city import CityLake

DRAFT_AGE_S = 3600.0
"""Half-written small files of a writer that died are removed after this long."""


@dataclass(frozen=True)
class Swept:
    """What a sweep removed, and the old snapshots that it had to leave because someone reads them."""

    snapshots: tuple[int, ...]
    files: int
    bytes: int
    in_use: tuple[int, ...] = ()


def sweep(city: CityLake) -> Swept:
    """Remove what the rules above let go. Safe beside readers and writers."""
    from nagara.citylab.lake.erasing import finish_erasures

    with city.writing():
        finish_erasures(city)
        return sweep_locked(city, wait=0)


def sweep_locked(city: CityLake, *, wait: float, patient: bool = True) -> Swept:
    """The sweep itself, for who holds the lock.

    With `patient` False (erasing) the age of a file does not matter where a removed snapshot named it, or
    where it is older than the newest snapshot: no writer can still publish it, because its snapshot would
    have that number.
    """
    with city.newest() as newest, ExitStack() as seized:
        gone, in_use = _seize(city, newest, seized, wait)
        released = set() if patient else _named(city, gone)
        city.storage.delete(snapshot_key(city.city_id, n) for n in gone)
        files = _unnamed(city, newest, released, patient=patient)
        city.storage.delete(entry.key for entry in files)
    _remove_drafts(city)
    return Swept(tuple(gone), len(files), sum(entry.size for entry in files), tuple(in_use))


def _kept(city: CityLake, newest: Snapshot) -> set[int]:
    """Numbers that are kept for reasons other than a reader's lease."""
    keep = set(city.numbers()[-city.keeping.last :]) | {newest.number}
    young = time.time() - city.keeping.longest_query.total_seconds()
    for entry in city.storage.entries(f"{city.city_id}/snapshots"):
        name = entry.key.rpartition("/")[2]
        if name.endswith(".json") and name[:-5].isdigit() and entry.modified > young:
            keep.add(int(name[:-5]))
    for numbers in pins.pins(city.storage, city.city_id).values():
        keep.update(numbers)
    keep.update(newest.table("run", ["snapshot"]).column("snapshot").to_pylist())
    return {n for n in keep if n == newest.number or erasure(city.storage, city.city_id, n) is None}


def _seize(city: CityLake, newest: Snapshot, seized: ExitStack, wait: float) -> tuple[list[int], list[int]]:
    """Numbers to remove, each seized so that no reader can open it any more; and those in use."""
    keep = _kept(city, newest)
    gone, in_use = [], []
    until = time.monotonic() + wait
    for number in city.numbers():
        if number in keep:
            continue
        erased = erasure(city.storage, city.city_id, number) is not None
        patience = max(0.0, until - time.monotonic()) if erased else 0.0
        try:
            hold = city.storage.seize(snapshot_key(city.city_id, number), wait=patience)
        except FileNotFoundError:
            continue
        if hold is not None:
            seized.callback(hold.release)
        elif city.storage.locks:
            in_use.append(number)
            if not (erased and wait):  # only an erasure takes files from under a reader
                continue
        gone.append(number)
    late = {n for numbers in pins.pins(city.storage, city.city_id).values() for n in numbers}
    return [n for n in gone if n not in late or erasure(city.storage, city.city_id, n)], in_use


def _unnamed(city: CityLake, newest: Snapshot, released: set[str], *, patient: bool) -> list[Entry]:
    """Data files that no snapshot names and no writer can name any more."""
    storage, home = city.storage, city.city_id
    published = {e.key: e.modified for e in storage.entries(f"{home}/snapshots")}
    before = published[snapshot_key(home, newest.number)]
    if patient:
        before = min(before, time.time() - city.keeping.longest_import.total_seconds())
    named = _named(city, city.numbers())
    found: list[Entry] = []
    for table in storage.folders(f"{home}/tables"):
        entries = storage.entries(table_folder(home, table))
        found += [e for e in entries if e.key not in named and (e.modified < before or e.key in released)]
    return found


def _named(city: CityLake, numbers: Iterable[int]) -> set[str]:
    """Keys of the data files that these snapshots name; each version of a table is read once."""
    versions: dict[tuple[str, int], TableVersion] = {}
    for number in numbers:
        try:
            content = city.storage.get(snapshot_key(city.city_id, number))
        except FileNotFoundError:
            continue
        for table, version in parse(city.city_id, number, content).items():
            versions[table, version.version] = version
    named: set[str] = set()
    for (table, _), version in versions.items():
        one = Snapshot(city.storage, city.city_id, 0, {table: version})
        folder = table_folder(city.city_id, table)
        try:
            named.update(f"{folder}/{file.path}" for file in one.data_files(table))
        except CityLabError as error:
            raise CityLabError(
                f"nothing was swept: {error.what}", where=error.where, mend=error.mend
            ) from error
    return named


def _remove_drafts(city: CityLake) -> None:
    """Small files that a writer was making when it died."""
    old = time.time() - DRAFT_AGE_S
    for folder in ("snapshots", "pins", ""):
        for entry in city.storage.entries(f"{city.city_id}/{folder}".rstrip("/")):
            name = entry.key.rpartition("/")[2]
            if name.startswith(".") and name != ".lock" and entry.modified < old:
                city.storage.delete([entry.key])
