"""Evidence of learners' labs: kept beside the city's tables, never in them.

Runs of recipes are public; the keys of a lab are not. So a lab's Run is two small files under
`<city>/labs/<run id>/`: `run.json` (what was computed, on which versions, with which digest) and
`keys.json.z` (the keys). Its snapshot is pinned. Erasing a source that it read removes the keys.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from typing import Any

from nagara.citylab.lake import pins
from nagara.citylab.lake.storage import Storage

PIN = "labs"
_SAFE = re.compile(r"lab-[A-Za-z0-9][A-Za-z0-9_.-]*")


def _file(city_id: str, run_id: str, name: str) -> str:
    if not _SAFE.fullmatch(run_id):
        raise FileNotFoundError(f"{run_id} is no lab's run")
    return f"{city_id}/labs/{run_id}/{name}"


def keep(
    storage: Storage, city_id: str, record: Mapping[str, Any], keys: Mapping[str, Any], *, pin: bool = True
) -> None:
    """Keep one lab's Run and its keys. `record` has run_id, snapshot, inputs and sources (lists of text)."""
    run_id = str(record["run_id"])
    if pin:
        pins.pin(storage, city_id, PIN, int(record["snapshot"]))
    packed = zlib.compress(json.dumps(keys, ensure_ascii=False, default=str).encode(), 6)
    storage.put_new(_file(city_id, run_id, "keys.json.z"), packed, mode=0o600)
    text = json.dumps(record, ensure_ascii=False, indent=1, default=str)
    storage.put_new(_file(city_id, run_id, "run.json"), text.encode(), mode=0o600)


def record(storage: Storage, city_id: str, run_id: str) -> dict[str, Any] | None:
    """A lab's Run as it was kept; None where there is none."""
    try:
        return dict(json.loads(storage.get(_file(city_id, run_id, "run.json"))))
    except FileNotFoundError:
        return None


def keys(storage: Storage, city_id: str, run_id: str) -> dict[str, Any] | None:
    """The keys of a lab's Run; None where they are gone."""
    try:
        return dict(json.loads(zlib.decompress(storage.get(_file(city_id, run_id, "keys.json.z")))))
    except FileNotFoundError:
        return None


def has_keys(storage: Storage, city_id: str, run_id: str) -> bool:
    """Whether the keys are still kept: an erasure takes them away, whoever remembers them."""
    try:
        names = {e.key.rpartition("/")[2] for e in storage.entries(_file(city_id, run_id, "")[:-1])}
    except FileNotFoundError:
        return False
    return "keys.json.z" in names


def names(storage: Storage, city_id: str) -> list[str]:
    """Ids of all lab Runs of a city."""
    return storage.folders(f"{city_id}/labs")


def forget(storage: Storage, city_id: str, source_id: str) -> int:
    """Remove the keys of every lab that read a source; how many there were. The Runs themselves stay."""
    gone = []
    for run_id in names(storage, city_id):
        known = record(storage, city_id, run_id)
        if known is None or source_id in known.get("sources", ()):
            gone.append(f"{city_id}/labs/{run_id}/keys.json.z")
    storage.delete(gone)
    return len(gone)
