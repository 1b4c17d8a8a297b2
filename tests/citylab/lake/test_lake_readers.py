"""Readers beside writers, compaction, sweeping and erasing: no error, one snapshot a query."""

from __future__ import annotations

import time

import pytest

from nagara.citylab.findings import CityLabError
from nagara.citylab.lake import Lake


def stir(city, worker, seconds: float) -> int:
    """Import, compact, sweep and erase as fast as it goes; the number of snapshots made."""
    until = time.monotonic() + seconds
    number = 0
    while time.monotonic() < until:
        number += 1
        city.commit(worker.edition("gates", number, 2000, pieces=2))
        city.commit(worker.edition(f"extra{number % 3}", number, 500))
        if number % 3 == 0:
            city.compact(least=2)
        if number % 4 == 0:
            city.sweep()
        if number % 5 == 0:
            city.erase(f"extra{number % 3}", "test")
    return city.newest().number


def readers_see_one_snapshot(city, root, start, worker, *, readers: int, seconds: float) -> int:
    busy = Lake(root, keeping=worker.SHORT).city("demo")
    busy.commit(worker.edition("gates", 1, 2000))
    running = [start("read_forever", seconds + 1) for _ in range(readers)]
    for reader in running:
        assert reader.stdout.readline() == "ready\n", reader.stderr.read()
    assert stir(busy, worker, seconds) > 4
    reads = 0
    for reader in running:
        out, errors = reader.communicate(timeout=60)
        assert reader.returncode == 0, errors
        count, snapshots = map(int, out.split())
        assert snapshots > 1
        reads += count
    assert city.check(deep=True).sound
    return reads


def test_readers_beside_every_kind_of_writing_see_whole_snapshots(city, root, start, worker):
    reads = readers_see_one_snapshot(city, root, start, worker, readers=3, seconds=6)
    assert reads > 10


@pytest.mark.full
@pytest.mark.timeout(300)
def test_readers_beside_every_kind_of_writing_for_a_minute(city, root, start, worker):
    reads = readers_see_one_snapshot(city, root, start, worker, readers=4, seconds=60)
    assert reads > 500


def test_an_open_snapshot_is_not_swept_and_a_closed_one_is(city, root, worker):
    hasty = Lake(root, keeping=worker.SHORT).city("demo")
    for number in range(1, 5):
        hasty.commit(worker.edition("gates", number, 10))
    with hasty.snapshot(2) as old:
        swept = hasty.sweep()
        assert swept.in_use == (2,)
        assert hasty.numbers() == [2, 4, 5]
        assert worker.editions(old) == {"gates": 1}
    assert hasty.sweep().snapshots == (2,)
    with pytest.raises(CityLabError, match="there is no snapshot 2"):
        hasty.snapshot(2)


def test_a_snapshot_that_is_garbage_collected_lets_go_of_its_files(city, root, worker):
    hasty = Lake(root, keeping=worker.SHORT).city("demo")
    for number in range(1, 5):
        hasty.commit(worker.edition("gates", number, 10))
    old = hasty.snapshot(2)
    del old
    assert hasty.sweep().in_use == ()


def test_opening_a_snapshot_takes_milliseconds(city, worker):
    for number in range(1, 12):
        city.commit(worker.edition("gates", number, 10))
    started = time.perf_counter()
    for _ in range(20):
        with city.newest() as snapshot:
            snapshot.files("observation")
    assert (time.perf_counter() - started) / 20 < 0.05
