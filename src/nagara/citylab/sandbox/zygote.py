"""The process that makes the processes: DuckDB loaded once, no threads, nothing of the site inside.

It is started with an empty environment and one socket. Asked for a process, it hands over one that waits
already: the socket to talk to it, and a handle (pidfd) to end it. It ends when its starter does, and its
processes with it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import sys
from collections import deque
from dataclasses import dataclass
from typing import Any

import duckdb

from nagara.citylab.sandbox import child, enclosure


@dataclass(frozen=True, slots=True)
class Ready:
    """A process that waits for its one statement."""

    pid: int
    talk: int
    handle: int

    def close(self) -> None:
        os.close(self.talk)
        os.close(self.handle)


def main(control: int, *, spare: int, memory_mb: int) -> None:
    """Serve until the starter closes its end of `control`."""
    os.environ.clear()
    os.environ["TZ"] = "UTC"
    os.chdir("/")
    enclosure.die_quietly()
    con = _connection(memory_mb)
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=control) as line:
        _Zygote(line, con, spare, memory_mb).serve()
    os._exit(0)  # nothing to tidy up, and its processes end with it


def _connection(memory_mb: int) -> duckdb.DuckDBPyConnection:
    """DuckDB in memory, everything off that a learner has no use for. A fork has a copy of its own."""
    con = duckdb.connect(
        ":memory:",
        config={
            "threads": "1",
            "async_threads": "0",
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": "",
            "max_temp_directory_size": "0KB",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "allow_persistent_secrets": "false",
            "python_enable_replacements": "false",
            "enable_external_file_cache": "false",
            "errors_as_json": "true",
        },
    )
    con.execute("set TimeZone = 'UTC'")
    # once through what every query needs, so that its pages are there already
    con.execute("select json_serialize_sql('select 1')").fetchall()
    con.sql("select i, strftime(timestamp '2026-01-01', '%H') from range(9) t(i) order by 1").limit(
        3
    ).fetchall()
    if enclosure.threads() != 1:
        raise SystemExit("DuckDB started threads")
    return con


class _Zygote:
    def __init__(
        self, line: socket.socket, con: duckdb.DuckDBPyConnection, spare: int, memory_mb: int
    ) -> None:
        self.line, self.con, self.spare, self.memory_mb = line, con, spare, memory_mb
        self.waiting: deque[Ready] = deque()
        self.ended, wake = os.pipe()
        for end in (self.ended, wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> None:
        """Hand over a process for each byte that comes; keep `spare` of them waiting."""
        while True:
            if len(self.waiting) < self.spare and not select.select([self.line], [], [], 0)[0]:
                self.waiting.append(self._fork())
                continue
            for source in select.select([self.line.fileno(), self.ended], [], [])[0]:
                if source != self.ended:
                    if not self.line.recv(16):
                        return
                    self._hand_over()
                else:
                    self._reap()

    def _hand_over(self) -> None:
        ready = self.waiting.popleft() if self.waiting else self._fork()
        with contextlib.suppress(OSError):
            socket.send_fds(self.line, [b"%d" % ready.pid], [ready.talk, ready.handle])
        ready.close()

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self.ended, 4096)
        with contextlib.suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                for ready in [r for r in self.waiting if r.pid == pid]:
                    self.waiting.remove(ready)
                    ready.close()

    def _fork(self) -> Ready:
        ours, theirs = socket.socketpair()
        mother = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                self._become_child(theirs.fileno(), mother)
            finally:
                os._exit(1)
        theirs.close()
        return Ready(pid, ours.detach(), os.pidfd_open(pid))

    def _become_child(self, talk: int, mother: int) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        enclosure.die_with_parent(mother)
        os.closerange(3, talk)
        os.closerange(talk + 1, 65_536)
        child.serve(talk, self.con, self.memory_mb)
        os._exit(0)


def start(arguments: dict[str, Any]) -> None:
    """Entry of the process: `arguments` as pool.py gives them."""
    sys.setrecursionlimit(1_500)
    main(arguments["control"], spare=arguments["spare"], memory_mb=arguments["memory_mb"])
