"""Processes come and go: killed, crashed, stopped, without harm to a neighbour and without remains."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nagara.citylab.sandbox import Catalogue, Pool

LONG = "select count(*) from range(1000000000000)"


def _children(pid: int) -> list[int]:
    return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "did not come to pass"
        time.sleep(0.02)


def _settled(pool: Pool) -> bool:
    """Whether only those that wait for a question are left, the same as a moment ago."""
    before = _children(_zygote(pool))
    time.sleep(0.1)
    return 0 < len(before) <= pool.most and before == _children(_zygote(pool))


def _zygote(pool: Pool) -> int:
    assert pool._zygote is not None
    return pool._zygote.pid


def test_many_threads_ask_at_once(pool: Pool, city: Catalogue) -> None:
    with ThreadPoolExecutor(12) as threads:
        answers = list(
            threads.map(lambda i: pool.ask(city, f"select {i} + count(*) from stop").rows, range(40))
        )
    assert answers == [[[i + 30]] for i in range(40)]


def test_a_question_is_stopped_at_its_deadline_and_by_hand(pool: Pool, city: Catalogue) -> None:
    started = time.monotonic()
    answer = pool.ask(city, LONG, seconds=0.2)
    assert (answer.status, answer.problem) == ("stopped", "The question was stopped after 0.2 seconds.")
    assert time.monotonic() - started < 2
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    assert pool.ask(city, LONG, stop=stop).problem == "The question was stopped."


def test_killing_one_process_harms_no_neighbour(city: Catalogue) -> None:
    pool = Pool(most=3, memory_mb=128)
    assert pool.ask(city, "select 1").rows == [[1]]
    with ThreadPoolExecutor(2) as threads:
        victim = threads.submit(pool.ask, city, LONG, seconds=20.0)
        _until(lambda: any(_busy(pid) for pid in _children(_zygote(pool))))
        os.kill(next(pid for pid in _children(_zygote(pool)) if _busy(pid)), signal.SIGSEGV)
        assert pool.ask(city, "select count(*) from stop").rows == [[30]]
        answer = victim.result(timeout=10)
    assert answer.status == "stopped"
    assert "ended the process" in answer.problem
    pool.close()


def _busy(pid: int) -> bool:
    """Has it used a tenth of a second of processor time?"""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) > os.sysconf("SC_CLK_TCK") // 10


def test_a_killed_zygote_is_replaced_and_questions_under_way_are_asked_again(city: Catalogue) -> None:
    pool = Pool(most=3, memory_mb=128)
    assert pool.ask(city, "select 1").rows == [[1]]
    first = _zygote(pool)
    with ThreadPoolExecutor(1) as threads:
        many = "select count(*) from range(3000000000)"
        under_way = threads.submit(pool.ask, city, many, seconds=60.0)
        _until(lambda: any(_busy(pid) for pid in _children(first)))
        os.kill(first, signal.SIGKILL)
        assert under_way.result(timeout=60).rows == [[3000000000]]
    assert _zygote(pool) != first
    pool.close()


def test_nothing_remains_of_questions_that_ended(city: Catalogue) -> None:
    pool = Pool(most=2, memory_mb=128)
    before = len(os.listdir("/proc/self/fd"))
    for sql in ("select 1", "selec", LONG):
        pool.ask(city, sql, seconds=0.2)
    _until(lambda: _settled(pool))
    states = [
        Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        for pid in _children(_zygote(pool))
    ]
    assert "Z" not in states
    assert len(os.listdir("/proc/self/fd")) <= before + 1
    pool.close()
    assert pool._zygote is None


def test_a_waiting_process_holds_nothing_of_the_site(city: Catalogue, tmp_path: Path) -> None:
    with (tmp_path / "site.sqlite3").open("w+") as database:
        os.set_inheritable(database.fileno(), True)
        pool = Pool(most=1, memory_mb=128)
        os.environ["NAGARA_SECRET_KEY"] = "very secret"
        try:
            pool.ask(city, "select 1")
        finally:
            del os.environ["NAGARA_SECRET_KEY"]
        _until(lambda: _settled(pool))
        for pid in (_zygote(pool), *_children(_zygote(pool))):
            assert b"very secret" not in Path(f"/proc/{pid}/environ").read_bytes()
            held = [os.readlink(f) for f in Path(f"/proc/{pid}/fd").iterdir()]
            assert not [f for f in held if f.startswith("/") and f != "/dev/null"], held
        child = _children(_zygote(pool))[0]
        assert (
            len(os.listdir(f"/proc/{child}/fd")) == 4
        )  # nothing, nothing, nothing, and the line to who asks
        pool.close()


SITE = """
import os, sys, time
from nagara.citylab.sandbox import Catalogue, Pool
pool = Pool(most=2, memory_mb=128)
assert pool.ask(Catalogue("k", 1, "UTC", {}), "select 1").rows == [[1]]
print(pool._zygote.pid, flush=True)
time.sleep(60)
"""


def test_processes_end_with_the_site(tmp_path: Path) -> None:
    site = subprocess.Popen([sys.executable, "-c", SITE], stdout=subprocess.PIPE, text=True)
    assert site.stdout is not None
    zygote = int(site.stdout.readline())
    family = [zygote, *_children(zygote)]
    assert len(family) > 1
    site.kill()
    site.wait()
    _until(lambda: not any(_alive(pid) for pid in family))


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_fork_of_the_site_makes_processes_of_its_own(city: Catalogue) -> None:
    from nagara.citylab import sandbox

    assert sandbox.ask(city, "select 1").rows == [[1]]
    pid = os.fork()
    if pid == 0:
        good = sandbox.ask(city, "select 2").rows == [[2]]
        sandbox.close()
        os._exit(0 if good else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert sandbox.ask(city, "select 3").rows == [[3]]
