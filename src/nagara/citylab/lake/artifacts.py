"""What runs keep beside the tables: rows of the steps that figures and maps draw.

One Parquet file a step under `<city>/runs/<run id>/`. They belong to the run: erasing a run's inputs
removes them.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.parquet as pq

from nagara.citylab.lake.storage import Storage

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def _key(city_id: str, run_id: str, name: str) -> str:
    if not _SAFE.fullmatch(run_id) or not _SAFE.fullmatch(name):
        raise ValueError(f"{run_id}/{name} is not a safe name")
    return f"{city_id}/runs/{run_id}/{name}.parquet"


def keep(storage: Storage, city_id: str, run_id: str, name: str, rows: pa.Table) -> None:
    """Write the rows of one step, durably."""
    key = _key(city_id, run_id, name)
    with storage.writing(key) as path:
        pq.write_table(rows, path, compression="zstd")
    storage.sync([key])


def kept(storage: Storage, city_id: str, run_id: str, name: str) -> pa.Table | None:
    """Rows of one step; None where the run kept none of that name."""
    try:
        return pq.read_table(storage.local(_key(city_id, run_id, name)))
    except (FileNotFoundError, ValueError):
        return None


def forget(storage: Storage, city_id: str, run_ids: set[str]) -> None:
    """Remove what these runs kept."""
    for run_id in sorted(run_ids):
        storage.delete(entry.key for entry in storage.entries(f"{city_id}/runs/{run_id}"))
