"""The walls around a query's process: Landlock, a filter of system calls, limits. Linux only.

Landlock (https://docs.kernel.org/userspace-api/landlock.html) is called through `ctypes`: this file uses what
the kernel offers, from version 1 on. The query's process runs it on itself before it reads the statement.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nagara.citylab.sandbox import syscalls

CONSENT = "NAGARA_SQL_WITHOUT_LANDLOCK"
"""Set to `yes`, learners' SQL runs without Landlock: for a demonstration on one's own machine only."""
PRETEND = "NAGARA_SQL_PRETEND_NO_LANDLOCK"
"""Set to `yes`, the kernel is taken to have no Landlock: for tests."""

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_READ_FILE = 1 << 2
_SET_DUMPABLE, _SET_PARENT_DEATH, _SET_SECCOMP, _NO_NEW_PRIVILEGES = 4, 1, 22, 38
MB = 1 << 20


class WallFailed(Exception):
    """A wall could not be built: the query must not run."""


@dataclass(frozen=True, slots=True)
class Walls:
    """What this machine offers. `refusal` is set where learners' SQL must not run here."""

    landlock: int
    seccomp: bool
    refusal: str = ""
    mend: str = ""
    banner: str = ""


def walls() -> Walls:
    """What this machine offers, and whether learners' SQL may run on it."""
    version, filters = landlock_version(), platform.machine() in syscalls.ARCHITECTURES
    if version:
        return Walls(version, filters)
    if sys.platform == "linux" and os.environ.get(CONSENT) == "yes":
        banner = (
            "This machine has no Landlock. Whoever runs it has agreed to run SQL without it:"
            " use it for a demonstration on your own machine, not for other people."
        )
        return Walls(0, filters, banner=banner)
    return Walls(
        0,
        filters,
        refusal="SQL cannot be run here: the system that this site runs on has no Landlock, which keeps a"
        " statement away from the files of the site.",
        mend="Ask whoever runs the site to use Linux 5.13 or newer with Landlock switched on.",
    )


def landlock_version() -> int:
    """The kernel's version of Landlock; 0 where it has none or has it switched off."""
    return 0 if os.environ.get(PRETEND) == "yes" else _landlock_version()


@cache
def _landlock_version() -> int:
    if sys.platform != "linux":
        return 0
    return max(0, int(_libc().syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))))


@cache
def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, *arguments: Any) -> None:
    given = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
    given += [ctypes.c_ulong(0)] * (4 - len(given))
    if _libc().prctl(ctypes.c_int(option), *given):
        raise WallFailed(f"prctl {option}: {os.strerror(ctypes.get_errno())}")


def die_with_parent(parent: int) -> None:
    """End this process when its parent ends. Only for a parent with one thread: Linux watches the thread."""
    _prctl(_SET_PARENT_DEATH, 9)
    if os.getppid() != parent:
        os._exit(0)


def limit(*, seconds: float, memory_mb: int, files: int) -> None:
    """Limits of this process: memory beyond what it has, processor time, no files written, no core."""
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    most = int(seconds) + 2
    for what, value in (
        (resource.RLIMIT_AS, held + (memory_mb + 256) * MB),  # DuckDB's own limit speaks first
        (resource.RLIMIT_CPU, most),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, files + 64),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        resource.setrlimit(what, (value, value))
    with suppress(OSError):  # where memory is short, this process goes first
        Path("/proc/self/oom_score_adj").write_text("1000")
    with suppress(OSError):
        os.nice(5)


def threads() -> int:
    """Threads of this process."""
    return len(list(Path("/proc/self/task").iterdir()))


def close_in(files: Iterable[str], *, landlock: int) -> None:
    """From here on this process reads `files` and no other, writes nothing, and reaches no network.

    Raises WallFailed where a wall does not stand. It needs a process with one thread: walls are a thread's.
    """
    if threads() != 1:
        raise WallFailed("more than one thread")
    _prctl(_SET_DUMPABLE, 0)
    _prctl(_NO_NEW_PRIVILEGES, 1)
    if landlock:
        _landlock(files, landlock)
    if platform.machine() in syscalls.ARCHITECTURES:
        _filter_calls()


def _landlock(files: Iterable[str], version: int) -> None:
    call = _libc().syscall
    rights = (1 << (12 + 1)) - 1
    for since, bit in ((2, 13), (3, 14), (5, 15)):  # move, cut short, control devices
        rights |= (1 << bit) if version >= since else 0
    attributes = struct.pack(
        "=QQQ", rights, 3, 3
    )  # no bind or connect by TCP; no signals, no abstract sockets
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = call(_CREATE, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
    if rules < 0:
        raise WallFailed(f"Landlock: {os.strerror(ctypes.get_errno())}")
    for file in files:
        try:
            opened = os.open(file, os.O_PATH | os.O_CLOEXEC)
        except OSError as error:
            raise WallFailed(f"a file of the city is not there: {error.strerror}") from error
        rule = struct.pack("=Qi", _READ_FILE, opened)
        if call(_ADD_RULE, ctypes.c_int(rules), ctypes.c_int(1), rule, ctypes.c_uint32(0)):
            raise WallFailed(f"Landlock: {os.strerror(ctypes.get_errno())}")
        os.close(opened)
    if call(_RESTRICT, ctypes.c_int(rules), ctypes.c_uint32(0)):
        raise WallFailed(f"Landlock: {os.strerror(ctypes.get_errno())}")
    os.close(rules)


def _filter_calls() -> None:
    code = ctypes.create_string_buffer(syscalls.program(platform.machine()))
    head = struct.pack("@HxxxxxxP", (len(code) - 1) // 8, ctypes.addressof(code))
    _prctl(_SET_SECCOMP, 2, ctypes.c_char_p(head))


def die_quietly() -> None:
    """No core file, whatever happens."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
