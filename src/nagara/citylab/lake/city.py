"""A lake and its cities: opening, creating, committing."""

from __future__ import annotations

import datetime as dt
import os
import random
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from nagara.citylab.findings import CityLabError
from nagara.citylab.lake.delta import Conflict
from nagara.citylab.lake.snapshots import InputsErased, Snapshot, erasure, open_snapshot
from nagara.citylab.lake.storage import Storage, storage_at
from nagara.citylab.lake.writing import Draft
from nagara.citylab.tables import TABLES

if TYPE_CHECKING:
    from nagara.citylab.lake.checking import Check
    from nagara.citylab.lake.erasing import Erased
    from nagara.citylab.lake.exporting import Export
    from nagara.citylab.lake.sweeping import Swept

CITY_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
ATTEMPTS = 200


@dataclass(frozen=True)
class Keeping:
    """How long a lake keeps and waits."""

    last: int = 5
    """Snapshots that are kept whatever their age."""
    longest_query: dt.timedelta = dt.timedelta(hours=1)
    """Younger snapshots are kept."""
    longest_import: dt.timedelta = dt.timedelta(hours=24)
    """Younger files that no snapshot names are kept: an import may be about to name them."""
    lock_wait: dt.timedelta = dt.timedelta(minutes=30)
    """How long a writer waits for another."""
    erase_wait: dt.timedelta = dt.timedelta(seconds=10)
    """How long erasing waits for readers of the old snapshots before it removes files under them."""


class Lake:
    """Cities under one root, one folder each.

    `root` is a folder, or an address such as `s3://bucket/folder`; `options` (credentials, endpoint) and
    `cache` (the folder of local copies) are for addresses: see objects.py.
    `lock=False` goes without the writers' file lock (for folders whose system has none): imports stay
    correct, some work may be done twice.
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        *,
        lock: bool = True,
        keeping: Keeping | None = None,
        options: Mapping[str, str] | None = None,
        cache: str | os.PathLike[str] | None = None,
    ) -> None:
        self.storage = storage_at(str(root), options, Path(cache) if cache else None)
        self._lock, self._keeping = lock, keeping or Keeping()

    def __repr__(self) -> str:
        return f"<Lake {self.storage!r}>"

    def cities(self) -> list[str]:
        """Ids of the cities, in order."""
        return [name for name in self.storage.folders("") if self._city(name).numbers()]

    def create(self, city_row: Mapping[str, Any]) -> CityLake:
        """Make a city from its row of the table `city` and publish its snapshot 1.

        Raises CityLabError where the id is taken or is not fit for a folder name.
        """
        city_id = str(city_row.get("city_id"))
        if not CITY_ID.fullmatch(city_id):
            raise CityLabError(
                f"{city_id!r} cannot be a city id",
                mend="Use small letters, digits, - and _ (at most 63), beginning with a letter or digit.",
            )
        city = self._city(city_id)
        if city.numbers():
            raise _taken(city_id)
        row = pa.Table.from_pylist([dict(city_row)], schema=TABLES["city"].schema)

        def write(draft: Draft) -> None:
            if draft.base.number:
                raise _taken(city_id)
            draft.append("city", row)

        city.commit(write)
        return city

    def city(self, city_id: str) -> CityLake:
        """A city that is there; CityLabError where it is not."""
        city = self._city(city_id)
        if not CITY_ID.fullmatch(city_id) or not city.numbers():
            there = ", ".join(self.cities()) or "none yet"
            raise CityLabError(f"there is no city {city_id!r}", mend=f"Cities in this lake: {there}.")
        return city

    def salt(self, city_id: str) -> bytes:
        """The city's random salt for hashing authors: 32 bytes, made once, never exported."""
        return self.city(city_id).salt()

    def _city(self, city_id: str) -> CityLake:
        return CityLake(self.storage, city_id, lock=self._lock, keeping=self._keeping)


def _taken(city_id: str) -> CityLabError:
    return CityLabError(f"there is a city {city_id!r} already", mend="Choose another id.")


class CityLake:
    """One city: read it through snapshots, change it through `commit`."""

    def __init__(self, storage: Storage, city_id: str, *, lock: bool, keeping: Keeping) -> None:
        self.storage, self.city_id, self.keeping = storage, city_id, keeping
        self._lock = lock

    def __repr__(self) -> str:
        return f"<CityLake {self.city_id}>"

    # Reading

    def numbers(self) -> list[int]:
        """Numbers of the snapshots that are there, oldest first."""
        return self._listing()[0]

    def _listing(self) -> tuple[list[int], list[str]]:
        """Numbers of the snapshots, and the names of the marks of erasure."""
        names = [e.key.rpartition("/")[2] for e in self.storage.entries(f"{self.city_id}/snapshots")]
        numbers = sorted(int(n[:-5]) for n in names if n.endswith(".json") and n[:-5].isdigit())
        return numbers, [n for n in names if n.endswith(".erased")]

    def newest(self) -> Snapshot:
        """The newest snapshot."""
        for _ in range(ATTEMPTS):
            numbers, marks = self._listing()
            if not numbers:
                return Snapshot(self.storage, self.city_id, 0, {})
            try:
                newest = open_snapshot(self.storage, self.city_id, numbers[-1])
            except (FileNotFoundError, InputsErased):  # a newer one came, and this one went, meanwhile
                continue
            self.storage.forget(self.city_id, marks=marks, keep=newest.keys)
            return newest
        raise CityLabError(f"{self.city_id}: no snapshot stays long enough to be opened", mend="Try again.")

    def snapshot(self, number: int) -> Snapshot:
        """One snapshot by number.

        Raises InputsErased where it held a source that was erased since, CityLabError where it is not there.
        """
        mark = erasure(self.storage, self.city_id, number)
        if mark is not None:
            raise InputsErased(self.city_id, number, mark)
        try:
            return open_snapshot(self.storage, self.city_id, number)
        except FileNotFoundError:
            raise CityLabError(
                f"there is no snapshot {number}",
                where=self.city_id,
                mend="It was never made, or was swept away because nothing cited it.",
            ) from None

    def salt(self) -> bytes:
        """The city's random salt: 32 bytes in a file that only its owner can read."""
        key = f"{self.city_id}/salt"
        self.storage.put_new(key, secrets.token_bytes(32), mode=0o600)
        return self.storage.get(key)

    # Writing

    def commit(self, change: Callable[[Draft], None]) -> Snapshot:
        """Run `change` on a draft and publish it; the snapshot that holds it.

        Where another writer published first, `change` runs again on the newer snapshot: it must have no
        other effect, and open its streams itself.
        """
        with self.writing():
            return self.commit_locked(change)

    @contextmanager
    def writing(self) -> Iterator[bool]:
        """The writer's lock; gives whether it is held (False where the lake goes without)."""
        if not (self._lock and self.storage.locks):
            yield False
            return
        here = f"{self.storage!r}/{self.city_id}"
        if here in _WRITING.cities:
            raise ValueError(f"a change of {self.city_id} cannot hold another change of it")
        wait = self.keeping.lock_wait
        hold = self.storage.lock(f"{self.city_id}/.lock", wait=wait.total_seconds())
        if hold is None:
            raise CityLabError(
                f"another import or upkeep has held the city for {wait}",
                where=self.city_id,
                mend="Wait for it, or end its process; nothing is broken.",
            )
        _WRITING.cities.add(here)
        try:
            yield True
        finally:
            _WRITING.cities.discard(here)
            hold.release()

    def commit_locked(self, change: Callable[[Draft], None]) -> Snapshot:
        """`commit` for who holds the lock (or goes without)."""
        used: list[object] = []
        for attempt in range(ATTEMPTS):
            with self.newest() as base:
                published = self._try(change, Draft(self.storage, base, used))
            if published is base:
                return self.snapshot(base.number)
            if published is not None:
                return published
            time.sleep(random.uniform(0, min(0.05 * 2**attempt, 2.0)))  # noqa: S311
        raise CityLabError(
            f"other writers came first {ATTEMPTS} times", where=self.city_id, mend="Try again."
        )

    def _try(self, change: Callable[[Draft], None], draft: Draft) -> Snapshot | None:
        """The snapshot published; None where another writer came first."""
        published: bool | None = False
        try:
            change(draft)
            published = None
            return draft.publish()
        except Conflict:
            published = False
            draft.discard()
            return None
        except BaseException:
            draft.discard(published=published)
            raise

    # Upkeep: see the modules of these names

    def compact(self, tables: Iterable[str] | None = None, *, least: int = 8) -> Snapshot:
        """Merge small files (of `tables`, or all) where at least `least` belong together.

        Makes a new snapshot of the same content.
        """

        def merge(draft: Draft) -> None:
            for table in tables if tables is not None else list(draft.base.tables):
                draft.compact(table, least=least)

        return self.commit(merge)

    def pin(self, name: str, number: int) -> None:
        """Keep a snapshot for as long as `name` (a run, lab or course) wants it."""
        from nagara.citylab.lake import pins

        with self.snapshot(number):
            pins.pin(self.storage, self.city_id, name, number)

    def unpin(self, name: str) -> None:
        """Let go of every snapshot that `name` pinned."""
        from nagara.citylab.lake import pins

        pins.unpin(self.storage, self.city_id, name)

    def pins(self) -> dict[str, list[int]]:
        """Snapshots by who pinned them."""
        from nagara.citylab.lake import pins

        return pins.pins(self.storage, self.city_id)

    def sweep(self) -> Swept:
        """Remove snapshots that nothing keeps, and files that no snapshot names."""
        from nagara.citylab.lake.sweeping import sweep

        return sweep(self)

    def erase(self, source_id: str, reason: str) -> Erased:
        """Remove a source for good: its rows, the older snapshots that held it, their bytes."""
        from nagara.citylab.lake.erasing import erase

        return erase(self, source_id, reason)

    def check(self, *, deep: bool = False) -> Check:
        """Is everything there that the snapshots name? `deep` reads every file as well."""
        from nagara.citylab.lake.checking import check

        return check(self, deep=deep)

    def export(
        self,
        dest: str | os.PathLike[str],
        *,
        snapshot: Snapshot | None = None,
        for_business: bool = False,
    ) -> Export:
        """Write the city to a folder of (Geo)Parquet with a DCAT catalogue, as far as licences allow."""
        from nagara.citylab.lake.exporting import export

        return export(self, Path(dest), snapshot=snapshot, for_business=for_business)


class _Writing(threading.local):
    """Cities that this thread holds the lock of."""

    def __init__(self) -> None:
        self.cities: set[str] = set()


_WRITING = _Writing()
