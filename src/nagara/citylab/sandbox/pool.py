"""Asking: hand a statement to a process of its own, wait for its answer, end it at the deadline.

One `Pool` a web process. It works from any thread. What comes back from a query's process is a stranger's:
it is parsed as JSON with a limit on its size, and nothing else.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from nagara.citylab.sandbox.catalogues import Catalogue
from nagara.citylab.sandbox.enclosure import walls

MOST_BYTES = 16 << 20
LONGEST_TEXT = 20_000
WAIT_FOR_PLACE = 20.0
"""Seconds that a question waits for a free place before it is turned away."""
START = (
    "import sys, json; given = json.loads(sys.argv[1]); sys.path[:] = given.pop('path');"
    "from nagara.citylab.sandbox import zygote; zygote.start(given)"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement gave. `status` is done, refused (see problem and mend) or stopped.

    Rows are plain JSON: times ISO 8601 in UTC, whole numbers beyond 2^53 as text, decimals as numbers,
    bytes as hexadecimal text, values that are no numbers (NaN, infinity) as text.
    """

    status: str
    columns: list[tuple[str, str]] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    row_count: int = 0
    truncated: bool = False
    seconds: float = 0.0
    problem: str = ""
    mend: str = ""
    line: int | None = None
    column: int | None = None


class _ZygoteGone(Exception):
    """The process that makes processes ended."""


@dataclass(frozen=True, slots=True)
class _Process:
    """A process for one statement: where to talk to it, and a handle that means it and no other."""

    talk: socket.socket
    handle: int
    pid: int

    def end(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)
        os.close(self.handle)
        self.talk.close()


class Pool:
    """Processes for statements: `most` at once, `spare` of them waiting ready.

    `check=False` leaves out the look at the statement: for tests of the walls themselves.
    """

    def __init__(self, *, most: int | None = None, memory_mb: int = 512, check: bool = True) -> None:
        self.most = most or max(2, min(8, os.cpu_count() or 2)) + 1
        self.memory_mb, self.check = memory_mb, check
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(self.most)
        self._zygote: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    def ask(
        self,
        catalogue: Catalogue,
        sql: str,
        *,
        limit: int = 1000,
        seconds: float = 5.0,
        explain: bool = False,
        stop: threading.Event | None = None,
    ) -> Answer:
        """Run one SELECT (or its EXPLAIN). Never raises for what the statement does; see Answer.

        `stop`, once set, ends it from another thread.
        """
        here = walls()
        if here.refusal:
            return Answer("refused", problem=here.refusal, mend=here.mend)
        text = f"explain {sql}" if explain else sql
        if (wrong := _unfit(text)) is not None:
            return wrong
        request = {
            "sql": text,
            "tables": catalogue.mentioned(text),
            "names": catalogue.names,
            "limit": limit,
            "seconds": seconds,
            "landlock": here.landlock,
            "check": self.check,
        }
        if not self._places.acquire(timeout=WAIT_FOR_PLACE):
            return Answer("stopped", problem="Too many people are asking at this moment.", mend="Try again.")
        try:
            return self._ask(json.dumps(request).encode(), seconds, stop)
        finally:
            self._places.release()

    def _ask(self, request: bytes, seconds: float, stop: threading.Event | None) -> Answer:
        for _ in range(3):
            try:
                process = self._take()
                zygote = self._zygote
            except _ZygoteGone:
                continue
            try:
                answer = _talk(process.talk, request, seconds, stop)
            finally:
                process.end()
            if answer is not None:
                return answer
            if zygote is None or not _ended(zygote):
                return Answer(
                    "stopped",
                    seconds=seconds,
                    problem="The question ended the process that it ran in.",
                    mend="It was too large or nested too deeply. Ask for less at once.",
                )
        return Answer("stopped", problem="No process could be made for the question.", mend="Try again.")

    def _take(self) -> _Process:
        """A process that waits. Raises _ZygoteGone where none came; the next call makes a new zygote."""
        with self._lock:
            if self._line is None or self._zygote is None or self._zygote.poll() is not None:
                self._start()
            assert self._line is not None
            try:
                self._line.settimeout(15)
                self._line.send(b"1")
                said, handles, _, _ = socket.recv_fds(self._line, 32, 2)
            except OSError as error:
                self._stop()
                raise _ZygoteGone from error
            if len(handles) != 2:
                self._stop()
                raise _ZygoteGone
            return _Process(socket.socket(fileno=handles[0]), handles[1], int(said))

    def _start(self) -> None:
        self._stop()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        given = {
            "control": theirs.fileno(),
            "spare": self.most,
            "memory_mb": self.memory_mb,
            "path": [p for p in sys.path if p],
        }
        self._zygote = subprocess.Popen(  # noqa: S603 - our own interpreter and our own text
            [sys.executable, "-I", "-X", "utf8", "-W", "ignore", "-c", START, json.dumps(given)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if not os.environ.get("NAGARA_SQL_DEBUG") else None,
            env={},
            cwd="/",
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        self._line = ours

    def _stop(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._zygote is not None:
            self._zygote.kill()
            self._zygote.wait()
        self._line = self._zygote = None

    def close(self) -> None:
        """End every process of this pool."""
        with self._lock:
            self._stop()

    def forget(self) -> None:
        """In a fork of this process: leave the processes to who started them."""
        if self._line is not None:
            self._line.close()
        self._line = self._zygote = None
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(self.most)


def _ended(zygote: subprocess.Popen[bytes]) -> bool:
    """Did the zygote end (and its processes with it)? Its end may show a moment after theirs."""
    try:
        zygote.wait(timeout=0.2)
    except subprocess.TimeoutExpired:
        return False
    return True


def _unfit(text: str) -> Answer | None:
    """An answer for a text that goes to no process."""
    if not text.strip():
        return Answer("refused", problem="There is no statement to run.", mend="Write a SELECT.")
    if len(text) > LONGEST_TEXT:
        return Answer(
            "refused",
            problem=f"The statement is longer than {LONGEST_TEXT:,} characters.",
            mend="Shorten it.",
        )
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        return Answer(
            "refused", problem="The statement holds a character that is none.", mend="Type it in again."
        )
    return None


def _talk(line: socket.socket, request: bytes, seconds: float, stop: threading.Event | None) -> Answer | None:
    """Send the request, wait for the answer. None where the process ended without one."""
    started = time.monotonic()
    deadline = started + seconds
    line.setblocking(False)
    sending = memoryview(struct.pack(">I", len(request)) + request)
    got = bytearray()
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or (stop is not None and stop.is_set()):
            return _stopped(seconds, time.monotonic() - started, by_hand=left > 0)
        wait = min(left, 0.05) if stop is not None else left
        ready = _ready(line, wait, writing=bool(sending))
        try:
            if ready & select.POLLOUT:
                sending = sending[line.send(sending) :]
            if not ready & (select.POLLIN | select.POLLHUP | select.POLLERR):
                continue
            piece = line.recv(1 << 20)
        except BlockingIOError:
            continue
        except OSError:
            return None
        got += piece
        if len(got) >= 4:
            (length,) = struct.unpack_from(">I", got)
            if length > MOST_BYTES:
                return None
            if len(got) >= 4 + length:
                return _understood(bytes(got[4 : 4 + length]))
        if not piece:
            return None


def _ready(line: socket.socket, wait: float, *, writing: bool) -> int:
    """What the socket is ready for within `wait` seconds (poll: a busy site has handles beyond 1,024)."""
    poll = select.poll()
    poll.register(line, select.POLLIN | (select.POLLOUT if writing else 0))
    return next((event for _, event in poll.poll(wait * 1000)), 0)


def _stopped(seconds: float, taken: float, *, by_hand: bool) -> Answer:
    if by_hand:
        return Answer("stopped", seconds=round(taken, 3), problem="The question was stopped.")
    return Answer(
        "stopped",
        seconds=round(taken, 3),
        problem=f"The question was stopped after {seconds:g} seconds.",
        mend="Take fewer rows (WHERE, LIMIT), or group before you join.",
    )


def _understood(body: bytes) -> Answer | None:
    """An answer from what a process said; None where it is no answer."""
    try:
        said = json.loads(body)
        status = str(said["status"])
        rows = said.get("rows") or []
        columns = [(str(name), str(kind)) for name, kind in said.get("columns") or []]
        if status not in {"done", "refused", "stopped"} or not isinstance(rows, list):
            return None
        if any(not isinstance(row, list) or len(row) != len(columns) for row in rows):
            return None
        line, column = said.get("line"), said.get("column")
        return Answer(
            status,
            columns,
            rows,
            len(rows),
            bool(said.get("truncated")),
            float(said.get("seconds") or 0),
            str(said.get("problem") or ""),
            str(said.get("mend") or ""),
            line if isinstance(line, int) else None,
            column if isinstance(column, int) else None,
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


_POOLS: list[Pool] = []
_MAKING = threading.Lock()


def ask(
    catalogue: Catalogue,
    sql: str,
    *,
    limit: int = 1000,
    seconds: float = 5.0,
    explain: bool = False,
    stop: threading.Event | None = None,
) -> Answer:
    """Run one SELECT over the catalogue's tables, in a process of its own: see Pool.ask."""
    with _MAKING:
        if not _POOLS:
            _POOLS.append(Pool())
    return _POOLS[0].ask(catalogue, sql, limit=limit, seconds=seconds, explain=explain, stop=stop)


def close() -> None:
    """End the processes of this process's own pool; the next question makes new ones."""
    for pool in _POOLS:
        pool.close()


def _forget(pools: Sequence[Pool]) -> None:
    global _MAKING  # noqa: PLW0603 - another thread of the first process may have held it
    _MAKING = threading.Lock()
    for pool in pools:
        pool.forget()


os.register_at_fork(after_in_child=lambda: _forget(_POOLS))
atexit.register(close)
