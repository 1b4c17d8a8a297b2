# ruff: noqa: T201 - it speaks to the test that started it
"""A process of its own that uses a lake: run as `python lake_worker.py VERB ROOT ...`.

The invariant that readers check: every edition k of a source has rows in `observation` (value k each) and
one row in `zone_value` (value = their number times k), written in one commit. A reader that ever sees two
editions mixed finds that the sum and the number differ.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import sys
import time

import pyarrow as pa

from nagara.citylab.lake import Draft, Keeping, Lake, Snapshot
from nagara.citylab.lake.delta import Log
from nagara.citylab.lake.storage import Folder

CITY = {"city_id": "demo", "name": "Demo", "country": "XX", "tz": "UTC", "epsg": 3857, "bbox": [0, 0, 1, 1]}
SHORT = Keeping(last=2, longest_query=dt.timedelta(0), longest_import=dt.timedelta(0))


def observations(rows: int, value: float) -> pa.Table:
    return pa.table(
        {
            "datastream_id": pa.array(["gate"] * rows),
            "ts": pa.array(range(rows), pa.timestamp("us", tz="UTC")),
            "value": pa.array([value] * rows, pa.float64()),
            "quality": pa.array([1] * rows, pa.int8()),
        }
    )


def total(rows: int, value: float) -> pa.Table:
    return pa.table({"zone_id": ["all"], "property": ["total"], "value": [rows * value]})


def source(source_id: str, edition: int) -> pa.Table:
    row = {"source_id": source_id, "kind": "test", "sha256": f"{edition:064x}", "nature": "measured"}
    return pa.Table.from_pylist([row])


def edition(source_id: str, number: int, rows: int, pieces: int = 1):
    """A change that replaces a source by its edition `number`, over three tables."""

    def change(draft: Draft) -> None:
        stream = (observations(rows, float(number)) for _ in range(pieces))
        draft.replace("observation", stream, source_id=source_id)
        draft.replace("zone_value", total(rows * pieces, float(number)), source_id=source_id)
        draft.replace("source", source(source_id, number), source_id=source_id)

    return change


def main(verb: str, root: str, *args: str) -> None:
    VERBS[verb](root, *args)


def import_forever(root: str, source_id: str, rows: str, pieces: str, lock: str = "lock") -> None:
    """Import one edition after another until killed; prints each that is published."""
    city = Lake(root, lock=lock == "lock").city("demo")
    number = max(editions(city.newest()).get(source_id, 0), 0)
    print("ready", flush=True)
    while True:
        number += 1
        city.commit(edition(source_id, number, int(rows), int(pieces)))
        print(number, flush=True)


def append_some(root: str, name: str, times: str, lock: str) -> None:
    """Append `times` rows, one commit each, with ids of its own."""
    city = Lake(root, lock=lock == "lock").city("demo")
    for i in range(int(times)):
        row = pa.table({"place_id": [f"{name}-{i}"], "category": ["school"]})
        city.commit(lambda draft, row=row: draft.append("place", row, source_id=name))
        time.sleep(random.uniform(0, 0.005))


def die_at(root: str, point: str, number: str) -> None:
    """Import edition `number` and be killed (SIGKILL) at a named point of it."""
    city = Lake(root).city("demo")
    kill = lambda: os.kill(os.getpid(), signal.SIGKILL)  # noqa: E731
    real_change, real_put, real_sync = Log.change, Folder.put_new, Folder.sync
    logs = 0

    def change(self, **what):
        nonlocal logs
        if point == "before the first log":
            kill()
        real_change(self, **what)
        logs += 1
        if point == "between two logs" or (point == "after all logs" and logs == 3):
            kill()

    def put_new(self, key, content, **mode):
        if point == "before the snapshot":
            kill()
        done = real_put(self, key, content, **mode)
        if point == "after the snapshot":
            kill()
        return done

    def sync(self, keys):
        if point == "before fsync":
            kill()
        real_sync(self, keys)

    Log.change, Folder.put_new, Folder.sync = change, put_new, sync
    city.commit(edition("gates", int(number), 1000))


def read_forever(root: str, seconds: str) -> None:
    """Read the newest snapshot again and again with DuckDB; prints how often, fails at the first mixture."""
    import duckdb

    city = Lake(root).city("demo")
    until = time.monotonic() + float(seconds)
    reads, seen = 0, set()
    print("ready", flush=True)
    while time.monotonic() < until:
        with city.newest() as snapshot:
            files = {t: snapshot.files(t) for t in ("observation", "zone_value")}
            time.sleep(random.uniform(0, 0.02))
            if not files["zone_value"]:
                continue
            sql = "select source_id, sum(value) from read_parquet({}) group by source_id order by 1"
            with duckdb.connect() as db:
                one, two = (db.sql(sql.format(files[t])).fetchall() for t in files)
            assert one == two, f"snapshot {snapshot.number} is a mixture: {one} {two}"
            seen.add(snapshot.number)
        reads += 1
    print(reads, len(seen), flush=True)


def editions(snapshot: Snapshot) -> dict[str, int]:
    """Editions by source, having checked that all three tables of the snapshot tell the same."""
    found = {row["source_id"]: int(row["sha256"], 16) for row in snapshot.sources().values()}
    rows = snapshot.table("observation", ["value", "source_id"]).group_by("source_id")
    sums = {r["source_id"]: r["value_sum"] for r in rows.aggregate([("value", "sum")]).to_pylist()}
    ends = rows.aggregate([("value", "min_max")]).to_pylist()
    totals = {r["source_id"]: r["value"] for r in snapshot.table("zone_value").to_pylist()}
    assert sums == totals, f"{snapshot}: {sums} {totals}"
    for row in ends:
        number = found[row["source_id"]]
        assert row["value_min_max"] == {"min": number, "max": number}, f"{snapshot}: {row}"
    return found


VERBS = {
    "import_forever": import_forever,
    "append_some": append_some,
    "die_at": die_at,
    "read_forever": read_forever,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
