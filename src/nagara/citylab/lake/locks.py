"""File locks: one writer at a time, and leases that keep a snapshot in place while it is read.

Both are BSD locks (`flock`): the system frees them when a process dies. Correctness does not rest on the
writer's lock (publishing is put-if-absent); it saves the work of running a change twice. Where the system
has no such locks (object stores, Windows) the lake goes without.
"""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS}
AVAILABLE = fcntl is not None
PAUSE_S = 0.01


class Hold:
    """An open file with a lock on it; `release` or the end of the process frees it."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    __del__ = release


def _take(path: Path, flags: int, *, shared: bool, wait: float) -> Hold | None:
    """Lock a file; None where it stays locked for `wait` seconds, or is removed meanwhile."""
    handle = os.open(path, flags | os.O_CLOEXEC, 0o644)
    if fcntl is None:  # pragma: no cover - Windows
        return Hold(handle)
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                os.close(handle)
                return None
            time.sleep(PAUSE_S)
            continue
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                os.close(handle)
                raise
            return Hold(handle)  # this file system has no locks
        if os.fstat(handle).st_nlink:
            return Hold(handle)
        os.close(handle)  # removed while we waited
        return None


def lock(path: Path, *, wait: float) -> Hold | None:
    """The writer's lock on a file that is made where it is missing; None after `wait` seconds."""
    return _take(path, os.O_RDWR | os.O_CREAT, shared=False, wait=wait)


def lease(path: Path) -> Hold:
    """A reader's lease on a file. Raises FileNotFoundError where it is gone or being removed."""
    hold = _take(path, os.O_RDONLY, shared=True, wait=0)
    if hold is None:
        raise FileNotFoundError(path)
    return hold


def seize(path: Path, *, wait: float) -> Hold | None:
    """The right to remove a file: None where a reader still holds a lease after `wait` seconds.

    Raises FileNotFoundError where the file is gone.
    """
    return _take(path, os.O_RDONLY, shared=False, wait=wait)
