"""Two writers at once: every import lands exactly once, with the file lock and without it."""

from __future__ import annotations

import threading

import pyarrow as pa
import pytest

from nagara.citylab.findings import CityLabError
from nagara.citylab.lake import Lake
from nagara.citylab.lake.city import Keeping


@pytest.mark.parametrize("lock", ["lock", "no lock"])
def test_two_processes_that_append_at_once_land_every_row_once(lock, city, start):
    writers = [start("append_some", name, 12, lock) for name in ("a", "b")]
    for writer in writers:
        _, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors
    rows = city.newest().table("place").column("place_id").to_pylist()
    assert sorted(rows) == sorted(f"{name}-{i}" for name in ("a", "b") for i in range(12))
    assert city.numbers() == list(range(1, 26))
    assert city.check(deep=True).sound


def test_a_change_that_lost_runs_again_on_the_newer_snapshot(city, root, worker):
    other = Lake(root, lock=False).city("demo")
    bases = []

    def change(draft):
        bases.append(draft.base.number)
        if len(bases) == 1:
            other.commit(worker.edition("other", 1, 10))
        worker.edition("gates", 2, 10)(draft)

    mine = Lake(root, lock=False).city("demo").commit(change)
    assert bases == [1, 2]
    assert mine.number == 3
    assert worker.editions(mine) == {"gates": 2, "other": 1}


def test_a_writer_that_meets_another_in_the_middle_of_its_logs_runs_again(city, root, worker, monkeypatch):
    """The other writer restores the head under us: our next commit must fail, not build on it."""
    from nagara.citylab.lake.delta import Log

    other = Lake(root, lock=False).city("demo")
    real, calls = Log.change, []

    def change(self, **what):
        real(self, **what)
        calls.append(self.table)
        if len(calls) == 1:
            other.commit(worker.edition("other", 1, 10))

    monkeypatch.setattr(Log, "change", change)
    mine = Lake(root, lock=False).city("demo").commit(worker.edition("gates", 2, 10))
    assert worker.editions(mine) == {"gates": 2, "other": 1}
    assert city.check(deep=True).sound


def test_a_stream_that_is_used_up_is_an_error_and_never_an_empty_table(city, root, worker):
    other = Lake(root, lock=False).city("demo")
    stream = worker.observations(100, 1.0).to_reader()
    met = []

    def change(draft):
        draft.replace("observation", stream, source_id="gates")
        if not met:
            met.append(other.commit(worker.edition("other", 1, 10)))

    with pytest.raises(ValueError, match="open it inside the change"):
        Lake(root, lock=False).city("demo").commit(change)
    assert worker.editions(city.newest()) == {"other": 1}


def test_a_writer_waits_for_the_lock_and_says_so_when_it_waited_too_long(city, root, worker):
    import datetime as dt

    hasty = Lake(root, keeping=Keeping(lock_wait=dt.timedelta(seconds=0.2))).city("demo")
    with city.writing():
        error = []

        def write():
            try:
                hasty.commit(worker.edition("gates", 1, 10))
            except CityLabError as caught:
                error.append(str(caught))

        thread = threading.Thread(target=write)
        thread.start()
        thread.join(10)
    assert len(error) == 1
    assert "another import" in error[0]
    assert hasty.commit(worker.edition("gates", 1, 10)).number == 2


def test_threads_of_one_process_take_turns(city, worker):
    def write(name: str) -> None:
        for i in range(5):
            rows = pa.table({"place_id": [f"{name}{i}"], "category": ["x"]})
            city.commit(lambda draft, rows=rows: draft.append("place", rows, source_id=name))

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert city.newest().rows("place") == 20
    assert city.newest().number == 21


def test_two_creators_of_one_city_make_one_city(root, worker):
    won, lost = [], []

    def make() -> None:
        try:
            won.append(Lake(root).create(worker.CITY))
        except CityLabError:
            lost.append(1)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(won), len(lost)) == (1, 3)
    assert Lake(root).city("demo").newest().rows("city") == 1
