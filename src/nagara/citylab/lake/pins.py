"""Pins: who wants a snapshot kept. One small file a pin, `pins/<name>@<number>`."""

from __future__ import annotations

from collections import defaultdict
from urllib.parse import quote, unquote

from nagara.citylab.lake.storage import Storage


def _folder(city_id: str) -> str:
    return f"{city_id}/pins"


def pin(storage: Storage, city_id: str, name: str, number: int) -> None:
    """Pin snapshot `number` for `name`; pinning it again changes nothing."""
    storage.put_new(f"{_folder(city_id)}/{quote(name, safe='')}@{number}", b"")


def unpin(storage: Storage, city_id: str, name: str) -> None:
    """Remove every pin of `name`."""
    start = quote(name, safe="") + "@"
    keys = [entry.key for entry in storage.entries(_folder(city_id))]
    storage.delete(key for key in keys if key.rpartition("/")[2].startswith(start))


def pins(storage: Storage, city_id: str) -> dict[str, list[int]]:
    """Snapshots by who pinned them."""
    found: dict[str, list[int]] = defaultdict(list)
    for entry in storage.entries(_folder(city_id)):
        name, _, number = entry.key.rpartition("/")[2].rpartition("@")
        if number.isdigit() and not name.startswith("."):
            found[unquote(name)].append(int(number))
    return {name: sorted(numbers) for name, numbers in found.items()}
