"""kill -9 at any moment leaves the city as it was before or as it is after, never between."""

from __future__ import annotations

import errno
import os
import random
import signal
import time
from pathlib import Path

import pyarrow as pa
import pytest

from nagara.citylab.lake import Lake

POINTS = (
    "before the first log",
    "between two logs",
    "before fsync",
    "after all logs",
    "before the snapshot",
    "after the snapshot",
)


@pytest.mark.parametrize("point", POINTS)
def test_an_import_killed_at_a_named_point_is_all_there_or_not_at_all(point, city, root, start, worker):
    city.commit(worker.edition("gates", 1, 1000))
    process = start("die_at", point, 2)
    process.wait(60)
    assert process.returncode == -signal.SIGKILL, process.stderr.read()
    after = Lake(root).city("demo")
    assert worker.editions(after.newest()) == {"gates": 2 if point == "after the snapshot" else 1}
    check = after.check(deep=True)
    assert check.sound, check.findings.as_dicts()
    if point in ("between two logs", "after all logs", "before the snapshot"):
        assert check.findings.has("head-ahead")  # a half import is really there, and nobody sees it
    again = after.commit(worker.edition("gates", 3, 1000))
    assert worker.editions(again) == {"gates": 3}
    assert not after.check().findings.has("head-ahead")


def test_the_first_import_of_a_table_killed_half_way_leaves_no_table(city, root, start, worker):
    process = start("die_at", "between two logs", 5)
    process.wait(60)
    assert process.returncode == -signal.SIGKILL, process.stderr.read()
    assert set(city.newest().tables) == {"city"}
    assert worker.editions(city.commit(worker.edition("gates", 6, 10))) == {"gates": 6}


def kill_somewhere(start, city, worker, rng: random.Random) -> tuple[int, int]:
    """Import edition after edition until killed; (last edition told of, edition found)."""
    process = start("import_forever", "gates", 20_000, 5)
    assert process.stdout.readline() == "ready\n", process.stderr.read()
    time.sleep(rng.uniform(0.02, 0.5))
    process.kill()
    told = [int(line) for line in process.stdout.read().split()]
    found = worker.editions(city.newest()).get("gates", 0)
    return (told[-1] if told else 0), found


def crash_rounds(rounds: int, city, root, start, worker) -> int:
    """Kill imports at random moments; how many of them left something half-written."""
    rng = random.Random()
    before = half = 0
    for _ in range(rounds):
        told, found = kill_somewhere(start, city, worker, rng)
        last = max(told, before)
        assert found in (last, last + 1), f"edition {found} found, {last} was the last one published"
        check = Lake(root).city("demo").check()
        assert check.sound, check.findings.as_dicts()
        half += check.findings.has("head-ahead") or check.findings.has("file-orphan")
        before = found
    final = city.commit(worker.edition("gates", 9999, 100))
    assert worker.editions(final) == {"gates": 9999}
    assert city.check(deep=True).sound
    return half


def test_imports_killed_at_random_moments_never_show_half_an_import(city, root, start, worker):
    crash_rounds(5, city, root, start, worker)


@pytest.mark.full
@pytest.mark.timeout(900)
def test_a_hundred_kills_show_no_half_import(city, root, start, worker):
    half = crash_rounds(100, city, root, start, worker)
    assert half >= 5  # the kills did hit imports in the middle


def test_what_a_killed_import_left_is_swept_when_no_import_can_name_it(city, root, start, worker):
    process = start("die_at", "after all logs", 1)
    process.wait(60)
    orphans = city.check().findings.of("file-orphan")
    assert orphans
    assert city.sweep().files == 0  # young: an import could still be about to name them
    patient = Lake(root, keeping=worker.SHORT).city("demo")
    patient.commit(worker.edition("gates", 2, 10))
    assert patient.sweep().files == sum(f.count for f in orphans)
    assert not patient.check().findings.has("file-orphan")
    assert worker.editions(patient.newest()) == {"gates": 2}


def test_everything_that_a_snapshot_names_is_on_the_disk_before_it_is_published(
    city, root, worker, monkeypatch
):
    """A power cut after publishing must find the files, the log entries and the folders that lead there."""
    safe: set[Path] = set()
    real_fsync, real_link = os.fsync, os.link

    def fsync(handle: int) -> None:
        real_fsync(handle)
        safe.add(Path(os.readlink(f"/proc/self/fd/{handle}")))

    published: list[set[Path]] = []

    def link(source, target) -> None:
        if "snapshots" in str(target):
            assert Path(source) in safe
            published.append(set(safe))
        real_link(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "link", link)
    for number in range(1, 52):  # past a checkpoint of `place`
        row = pa.table({"place_id": [f"p{number}"], "category": ["school"]})
        change = worker.edition("gates", number, 10) if number < 4 else lambda draft: None
        snapshot = city.commit(
            lambda draft, change=change, row=row: (
                change(draft),
                draft.append("place", row, source_id="osm"),
            )
        )
        for table in ("observation", "zone_value", "source", "place") if number < 4 else ("place",):
            folder = root / "demo/tables" / table
            version = snapshot.tables[table].version
            new = {Path(path) for path in snapshot.files(table)}
            new.add(folder / f"_delta_log/{version:020d}.json")
            new |= set((folder / "_delta_log").glob(f"{version:020d}.checkpoint*"))
            new |= {folder, folder / "_delta_log", folder.parent, root / "demo"}
            assert new <= published[-1], new - published[-1]
    assert any("checkpoint" in path.name for path in safe)
    assert root / "demo/snapshots" in safe


def test_a_full_disk_leaves_the_city_as_it_was(city, worker, monkeypatch):
    city.commit(worker.edition("gates", 1, 10))
    files = set(Path(city.storage.root).rglob("*.parquet"))

    def no_space(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", no_space)
        with pytest.raises(OSError, match="No space"):
            city.commit(worker.edition("gates", 2, 10))
    assert worker.editions(city.newest()) == {"gates": 1}
    assert files <= set(Path(city.storage.root).rglob("*.parquet"))
    assert worker.editions(city.commit(worker.edition("gates", 3, 10))) == {"gates": 3}
