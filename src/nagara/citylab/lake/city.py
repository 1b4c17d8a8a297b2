"""A lake and its cities: opening, creating, committing."""

from __future__ import annotations

import os
import random
import re
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from nagara.citylab.findings import CityLabError
from nagara.citylab.lake.delta import Conflict
from nagara.citylab.lake.snapshots import Snapshot, parse_snapshot, snapshot_key
from nagara.citylab.lake.storage import Folder, Storage
from nagara.citylab.lake.writing import Draft
from nagara.citylab.tables import TABLES

CITY_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
ATTEMPTS = 200


class Lake:
    """Cities under one root, one folder each."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.storage: Storage = Folder(root)

    def __repr__(self) -> str:
        return f"<Lake {self.storage!r}>"

    def cities(self) -> list[str]:
        """Ids of the cities, in order."""
        return [name for name in self.storage.folders("") if CityLake(self.storage, name).numbers()]

    def create(self, city_row: Mapping[str, Any]) -> CityLake:
        """Make a city from its row of the table `city` and publish its snapshot 1.

        Raises CityLabError where the id is taken or is not fit for a folder name.
        """
        city_id = str(city_row["city_id"])
        if not CITY_ID.fullmatch(city_id):
            raise CityLabError(
                f"{city_id!r} cannot be a city id",
                mend="Use small letters, digits, - and _ (at most 63), beginning with a letter or digit.",
            )
        city = CityLake(self.storage, city_id)
        row = pa.Table.from_pylist([dict(city_row)], schema=TABLES["city"].schema)

        def write(draft: Draft) -> None:
            if draft.base.number:
                raise CityLabError(f"there is a city {city_id} already", mend="Choose another id.")
            draft.append("city", row)

        city.commit(write)
        return city

    def city(self, city_id: str) -> CityLake:
        """A city that is there; CityLabError where it is not."""
        city = CityLake(self.storage, city_id)
        if not CITY_ID.fullmatch(city_id) or not city.numbers():
            there = ", ".join(self.cities()) or "none yet"
            raise CityLabError(f"there is no city {city_id!r}", mend=f"Cities in this lake: {there}.")
        return city

    def salt(self, city_id: str) -> bytes:
        """The city's random salt for hashing authors: 32 bytes, made once, never exported."""
        return self.city(city_id).salt()


class CityLake:
    """One city: read it through snapshots, change it through `commit`."""

    def __init__(self, storage: Storage, city_id: str) -> None:
        self.storage, self.city_id = storage, city_id

    def __repr__(self) -> str:
        return f"<CityLake {self.city_id}>"

    def numbers(self) -> list[int]:
        """Numbers of the snapshots that are there, oldest first."""
        names = [Path(e.key).name for e in self.storage.entries(f"{self.city_id}/snapshots")]
        return sorted(int(n[:-5]) for n in names if n.endswith(".json") and n[:-5].isdigit())

    def newest(self) -> Snapshot:
        """The newest snapshot."""
        numbers = self.numbers()
        if not numbers:
            return Snapshot(self.storage, self.city_id, 0, {})
        return self.snapshot(numbers[-1])

    def snapshot(self, number: int) -> Snapshot:
        """One snapshot by number; CityLabError where it is not there."""
        try:
            content = self.storage.get(snapshot_key(self.city_id, number))
        except FileNotFoundError:
            raise CityLabError(f"{self.city_id} has no snapshot {number}") from None
        return parse_snapshot(self.storage, self.city_id, number, content)

    def commit(self, change: Callable[[Draft], None]) -> Snapshot:
        """Run `change` on a draft and publish it; the snapshot that holds it.

        Where another writer published first, `change` runs again on the newer snapshot: it must have no
        other effect, and open its streams itself.
        """
        used: list[object] = []
        for attempt in range(ATTEMPTS):
            draft = Draft(self.storage, self.newest(), used)
            try:
                change(draft)
                return draft.publish()
            except Conflict:
                draft.discard()
                time.sleep(random.uniform(0, min(0.05 * 2**attempt, 2.0)))  # noqa: S311
            except BaseException:
                draft.discard()
                raise
        raise CityLabError(f"{self.city_id}: other writers came first {ATTEMPTS} times", mend="Try again.")

    def salt(self) -> bytes:
        """The city's random salt: 32 bytes in a file that only its owner can read."""
        key = f"{self.city_id}/salt"
        self.storage.put_new(key, secrets.token_bytes(32))
        return self.storage.get(key)
