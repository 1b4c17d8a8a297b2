"""The lake on an object store: an S3 emulator in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from emulator import access, emulator
from nagara.citylab.findings import CityLabError
from nagara.citylab.lake import InputsErased, Lake

pytestmark = pytest.mark.objectstore


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[str]:
    """Address of an S3 emulator."""
    with emulator(tmp_path_factory.mktemp("moto")) as url:
        yield url


@pytest.fixture
def options(server) -> dict[str, str]:
    return access(server)


@pytest.fixture
def address(tmp_path) -> str:
    return f"s3://lakes/{tmp_path.name}"


@pytest.fixture
def far(address, options, tmp_path, worker):
    return Lake(address, options=options, cache=tmp_path / "cache").create(worker.CITY)


def another(address, options, tmp_path, **more):
    """The same lake from another machine: a cache of its own."""
    return Lake(address, options=options, cache=tmp_path / "other cache", **more).city("demo")


def test_a_city_on_an_object_store_is_the_same_city(far, address, options, tmp_path, worker):
    for number in (1, 2, 3):
        far.commit(worker.edition("gates", number, 1000))
    other = another(address, options, tmp_path)
    assert worker.editions(other.newest()) == {"gates": 3}
    assert worker.editions(other.snapshot(2)) == {"gates": 1}
    assert Lake(address, options=options, cache=tmp_path / "c").cities() == ["demo"]
    assert other.salt() == far.salt()
    assert other.check(deep=True).sound


def test_files_are_fetched_once(far, address, options, tmp_path, worker):
    far.commit(worker.edition("gates", 1, 1000))
    other = another(address, options, tmp_path)
    (first,) = other.newest().files("observation")
    stamp = os.stat(first).st_mtime_ns
    assert other.newest().files("observation") == [first]
    assert os.stat(first).st_mtime_ns == stamp


def test_a_change_that_lost_the_number_runs_again(far, address, options, tmp_path, worker):
    other = another(address, options, tmp_path)
    bases = []

    def change(draft):
        bases.append(draft.base.number)
        if len(bases) == 1:
            other.commit(worker.edition("other", 1, 10))
        worker.edition("gates", 2, 10)(draft)

    mine = far.commit(change)
    assert bases == [1, 2]
    assert worker.editions(mine) == {"gates": 2, "other": 1}


def test_two_processes_land_every_row_once(far, address, options, worker):
    file = Path(worker.__file__)
    environment = os.environ | options
    writers = [
        subprocess.Popen(
            [sys.executable, str(file), "append_some", address, name, "5", "lock"],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b")
    ]
    for writer in writers:
        _, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors
    rows = far.newest().table("place").column("place_id").to_pylist()
    assert sorted(rows) == sorted(f"{name}-{i}" for name in ("a", "b") for i in range(5))


def test_erasing_removes_objects_and_copies_on_other_machines(far, address, options, tmp_path, worker):
    far.commit(worker.edition("gates", 1, 10))
    far.commit(worker.edition("other", 2, 10))
    other = another(address, options, tmp_path)
    worker.editions(other.newest())
    copies = set((tmp_path / "other cache").rglob("*.parquet"))
    assert len(copies) == 6
    far.erase("gates", "asked")
    with pytest.raises(InputsErased):
        other.snapshot(2)
    assert worker.editions(other.newest()) == {"other": 2}
    left = [
        e.key for t in far.storage.folders("demo/tables") for e in far.storage.entries(f"demo/tables/{t}")
    ]
    named = far.newest().keys()
    assert sorted(left) == sorted(named)
    assert {p.name for p in (tmp_path / "other cache").rglob("*.parquet")} == {
        k.rpartition("/")[2] for k in named if "/city/" not in k
    }


def test_compacting_and_sweeping_work_there_too(far, address, options, tmp_path, worker):
    hasty = another(address, options, tmp_path, keeping=worker.SHORT)
    for i in range(9):
        rows = pa.table({"place_id": [f"p{i}"], "category": ["x"]})
        hasty.commit(lambda draft, rows=rows: draft.append("place", rows, source_id="osm"))
    time.sleep(1.1)
    assert len(hasty.compact().files("place")) == 1
    time.sleep(1.1)
    hasty.commit(lambda draft: draft.append("place", rows, source_id="osm"))
    swept = hasty.sweep()
    assert len(swept.snapshots) == 10
    assert swept.files == 9
    assert hasty.newest().rows("place") == 10
    assert hasty.check(deep=True).sound


def test_an_address_that_cannot_be_used_says_what_to_set():
    with pytest.raises(CityLabError, match="cannot be used"):
        Lake("nosuch://bucket/folder")
