"""The kernel's walls alone: what a process may still do once it has closed itself in, whatever DuckDB would allow."""

from __future__ import annotations

import json
import platform
import struct
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from citylab.sandbox.small_city import stops
from nagara.citylab import sandbox
from nagara.citylab.sandbox import Catalogue, Pool, TableFiles, syscalls

TRIES = """
import ctypes, json, mmap, os, resource, signal, socket, subprocess, sys, threading
from nagara.citylab.sandbox import enclosure
folder, mother = sys.argv[1], os.getppid()
line = socket.socketpair()
enclosure.limit(seconds=5, memory_mb=64, files=4)
enclosure.close_in([folder + '/own'], landlock=int(sys.argv[2]))
def opened(path, flags):
    return lambda: os.close(os.open(path, flags, 0o600))
tries = {
    'own': opened(folder + '/own', os.O_RDONLY),
    'other': opened(folder + '/other', os.O_RDONLY),
    'link': opened(folder + '/link', os.O_RDONLY),
    'folder': lambda: os.listdir(folder),
    'root': lambda: os.listdir('/'),
    'environ': opened('/proc/self/environ', os.O_RDONLY),
    'memory': opened('/proc/self/mem', os.O_RDWR),
    'device': opened('/dev/zero', os.O_RDONLY),
    'write_own': opened(folder + '/own', os.O_WRONLY),
    'append_own': opened(folder + '/own', os.O_RDWR | os.O_APPEND),
    'truncate': lambda: os.truncate(folder + '/own', 0),
    'create': opened(folder + '/new', os.O_CREAT | os.O_WRONLY),
    'nameless': opened(folder, os.O_TMPFILE | os.O_WRONLY),
    'mkdir': lambda: os.mkdir(folder + '/new'),
    'unlink': lambda: os.unlink(folder + '/own'),
    'rename': lambda: os.rename(folder + '/own', folder + '/new'),
    'symlink': lambda: os.symlink('/', folder + '/new'),
    'hardlink': lambda: os.link(folder + '/own', folder + '/new'),
    'chmod': lambda: os.chmod(folder + '/own', 0o777),
    'chown': lambda: os.chown(folder + '/own', 1, 1),
    'utime': lambda: os.utime(folder + '/own'),
    'mknod': lambda: os.mknod(folder + '/new'),
    'tcp': lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    'udp': lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    'unix': lambda: socket.socket(socket.AF_UNIX),
    'raw': lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
    'netlink': lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    'pair': lambda: socket.socketpair(),
    'send': lambda: line[0].send(b'x'),
    'fork': os.fork,
    'spawn': lambda: os.posix_spawn('/bin/true', ['true'], {}),
    'exec': lambda: os.execv('/bin/true', ['true']),
    'thread': lambda: threading.Thread(target=int).start(),
    'kill_mother': lambda: os.kill(mother, 0),
    'kill_all': lambda: os.kill(-1, 0),
    'pidfd': lambda: os.pidfd_open(mother),
    'raise_limits': lambda: resource.setrlimit(resource.RLIMIT_AS, (-1, -1)),
    'nice': lambda: os.setpriority(os.PRIO_PROCESS, 0, -5),
    'setuid': lambda: os.setuid(0),
    'chroot': lambda: os.chroot('/'),
    'chdir': lambda: os.chdir(folder),
    'executable_memory': lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_EXEC | mmap.PROT_WRITE),
    'memfd': lambda: os.memfd_create('x'),
    'pipe': os.pipe,
    'event': lambda: os.eventfd(0),
    'much_memory': lambda: bytearray(1 << 30),
}
calls = ctypes.CDLL(None, use_errno=True)
def call(number):
    def one():
        if calls.syscall(number, 0, 0, 0, 0, 0, 0) == -1:
            raise OSError(ctypes.get_errno(), '')
    return one
if sys.argv[3] == 'x86_64':
    numbers = {'ptrace': 101, 'mount': 165, 'io_uring': 425, 'bpf': 321, 'keyctl': 250, 'unshare': 272, 'userfaultfd': 323,
      'perf_event_open': 298, 'process_vm_readv': 310, 'open_by_handle_at': 304, 'open': 2, 'openat2': 437, 'init_module': 175,
      'seccomp': 317, 'prctl': 157, 'clone3': 435, 'vfork': 58, 'shmget': 29, 'x32_openat': 0x40000000 + 257}
    tries |= {name: call(number) for name, number in numbers.items()}
result = {}
for name, attempt in tries.items():
    try:
        attempt()
        result[name] = 'done'
    except MemoryError:
        result[name] = 'memory'
    except (RuntimeError, ValueError):
        result[name] = 'refused'
    except OSError as error:
        result[name] = 'refused' if error.errno in (1, 13, 12) else f'errno {error.errno}'
os.write(1, json.dumps(result).encode())
os._exit(0)
"""


def _tried(folder: Path, landlock: int) -> dict[str, str]:
    for name in ("own", "other"):
        (folder / name).write_text(name)
    (folder / "link").symlink_to("other")
    done = subprocess.run(
        [sys.executable, "-c", TRIES, str(folder), str(landlock), platform.machine()],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_a_closed_process_reads_its_files_and_does_nothing_else(tmp_path: Path) -> None:
    found = _tried(tmp_path, sandbox.walls().landlock)
    assert {name for name, how in found.items() if how == "done"} == {"own"}
    assert {name: how for name, how in found.items() if how.startswith("errno")} == {}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link", "other", "own"]
    assert (tmp_path / "own").read_text() == "own"


def test_without_landlock_the_filter_still_stops_writing_sockets_and_processes(tmp_path: Path) -> None:
    found = _tried(tmp_path, 0)
    reading = {"own", "other", "link", "folder", "root", "environ", "device"}
    assert {name for name, how in found.items() if how == "done"} <= reading


def test_the_filter_fits_both_machines() -> None:
    for machine in syscalls.ARCHITECTURES:
        code = list(struct.iter_unpack("=HBBI", syscalls.program(machine)))
        assert len(code) < 4096
        for at, (kind, yes, no, _) in enumerate(code):
            if kind & 7 == 5:  # a jump stays inside
                assert at + 1 + max(yes, no) < len(code)


def test_a_kernel_without_landlock_refuses_in_plain_words(
    pool: Pool, city: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAGARA_SQL_PRETEND_NO_LANDLOCK", "yes")
    answer = pool.ask(city, "select 1")
    assert answer.status == "refused"
    assert "no Landlock" in answer.problem
    assert "5.13" in answer.mend


def test_a_demonstration_may_go_without_it_and_says_so(
    pool: Pool, city: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAGARA_SQL_PRETEND_NO_LANDLOCK", "yes")
    monkeypatch.setenv("NAGARA_SQL_WITHOUT_LANDLOCK", "yes")
    assert pool.ask(city, "select count(*) from stop").rows == [[30]]
    assert "demonstration" in sandbox.walls().banner


def test_a_file_that_is_gone_stops_the_question_before_it_runs(pool: Pool, tmp_path: Path) -> None:
    file = tmp_path / "stop.parquet"
    pq.write_table(stops(), file)
    city = Catalogue("kota", 1, "UTC", {"stop": TableFiles((str(file),))})
    assert pool.ask(city, "select count(*) from stop").rows == [[30]]
    file.unlink()
    answer = pool.ask(city, "select count(*) from stop")
    assert answer.status == "stopped"
    assert "a file of the city is not there" in answer.problem
    assert str(tmp_path) not in answer.problem
