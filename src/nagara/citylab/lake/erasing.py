"""Erasing a source for good.

The rows go by predicate and a snapshot without them is published; each older snapshot that held the source
is marked (`<n>.erased`, with the reason) and swept at once, with every file that only they named. A note of
the intention is written first, so an erasure that is interrupted is finished by the next sweep.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import CityLabError
from nagara.citylab.lake import artifacts, lab_runs
from nagara.citylab.lake.snapshots import Snapshot, erased_key, open_snapshot
from nagara.citylab.lake.sweeping import Swept, sweep_locked
from nagara.citylab.tables import TABLES

if TYPE_CHECKING:
    from nagara.citylab.lake.city import CityLake
    from nagara.citylab.lake.writing import Draft

KEPT = frozenset({"run_input"})
"""Tables whose rows of the source stay: they say that a run read it, not what it held."""


@dataclass(frozen=True)
class Erased:
    """What an erasure did: the snapshot without the source, the numbers marked, what was swept."""

    source_id: str
    snapshot: int
    marked: tuple[int, ...]
    swept: Swept


def erase(city: CityLake, source_id: str, reason: str) -> Erased:
    """Erase `source_id` from every table and every older snapshot.

    Raises CityLabError where no snapshot holds the source, or no reason is given.
    """
    if not reason.strip():
        raise CityLabError("an erasure needs a reason", mend="Say who asked for it, and why.")
    with city.writing():
        held = _holding(city, source_id)
        if not held:
            raise CityLabError(f"no snapshot holds a source {source_id!r}", where=city.city_id)
        note = {"source_id": source_id, "reason": reason, "at": _now()}
        city.storage.put_new(_intention(city, source_id), json.dumps(note).encode())
        return _carry_out(city, note)


def finish_erasures(city: CityLake) -> list[Erased]:
    """Carry out erasures that were interrupted; for who holds the lock."""
    return [_carry_out(city, note) for note in pending(city)]


def pending(city: CityLake) -> list[dict[str, Any]]:
    """Erasures that were begun and not finished: source_id, reason, at."""
    keys = [entry.key for entry in city.storage.entries(f"{city.city_id}/erasing")]
    return [json.loads(city.storage.get(key)) for key in keys if key.endswith(".json")]


def _carry_out(city: CityLake, note: dict[str, Any]) -> Erased:
    source_id = note["source_id"]
    with city.commit_locked(lambda draft: _drop(draft, source_id)) as newest:
        number = newest.number
    marked = [n for n in _holding(city, source_id) if n < number]
    for n in marked:
        city.storage.put_new(erased_key(city.city_id, n), json.dumps(note).encode())
    artifacts.forget(city.storage, city.city_id, _readers(city, source_id))
    lab_runs.forget(city.storage, city.city_id, source_id)
    wait = city.keeping.erase_wait.total_seconds()
    swept = sweep_locked(city, wait=wait, patient=False)
    city.storage.delete([_intention(city, source_id)])
    return Erased(source_id, number, tuple(marked), swept)


def _drop(draft: Draft, source_id: str) -> None:
    for table in draft.base.tables:
        if "source_id" in TABLES[table].column and table not in KEPT:
            draft.drop(table, source_id=source_id)


def _readers(city: CityLake, source_id: str) -> set[str]:
    """Runs that read the source: what they kept of it beside their results goes too.

    So does what was kept by runs that the city does not know, because they died before they were noted.
    """
    with city.newest() as newest:
        rows = newest.table("run_input", ["run_id", "source_id"])
        known = {*newest.table("run", ["run_id"]).column("run_id").to_pylist(), *_ids(rows)}
    return _ids(rows.filter(pc.equal(rows.column("source_id"), source_id))) | (
        set(city.storage.folders(f"{city.city_id}/runs")) - known
    )


def _ids(rows: pa.Table) -> set[str]:
    return set(rows.column("run_id").to_pylist())


def _holding(city: CityLake, source_id: str) -> list[int]:
    """Snapshots whose table `source` names the source."""
    seen: dict[int, bool] = {}
    found = []
    for number in city.numbers():
        try:
            with open_snapshot(city.storage, city.city_id, number) as snapshot:
                version = snapshot.tables["source"].version if "source" in snapshot.tables else -1
                if version not in seen:
                    seen[version] = _names(snapshot, source_id)
        except FileNotFoundError:
            continue
        if seen[version]:
            found.append(number)
    return found


def _names(snapshot: Snapshot, source_id: str) -> bool:
    return source_id in snapshot.table("source", ["source_id"]).column("source_id").to_pylist()


def _intention(city: CityLake, source_id: str) -> str:
    return f"{city.city_id}/erasing/{hashlib.sha256(source_id.encode()).hexdigest()[:32]}.json"


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
