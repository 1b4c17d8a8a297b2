"""One statement in a process of its own: build the walls, check the statement, run it, answer, end."""

from __future__ import annotations

import json
import math
import os
import re
import signal
import struct
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from nagara.citylab.sandbox import checking, enclosure, wording

LONGEST_CELL = 4_000
"""Characters of a value; a longer one is cut."""
LARGEST_ANSWER = 6_000_000
"""Bytes of an answer, about; rows beyond it are left out."""
SAFE_INTEGER = 2**53


def serve(socket: int, con: duckdb.DuckDBPyConnection, memory_mb: int) -> None:
    """Read one request, answer it, end the process."""
    try:
        (length,) = struct.unpack(">I", _read(socket, 4))
        request = json.loads(_read(socket, length))
        answer = _answer(con, request, memory_mb)
        body = json.dumps(answer, separators=(",", ":")).encode(errors="replace")
    except MemoryError:
        body = json.dumps(_problem("stopped", wording.in_words(MemoryError(), (), ()), "")).encode()
    except enclosure.WallFailed as error:
        said = wording.Words(
            f"The question was not run, because its walls do not stand: {error}.", "Try again."
        )
        body = json.dumps(_problem("stopped", said, "")).encode()
    _write(socket, struct.pack(">I", len(body)) + body)


def _read(socket: int, size: int) -> bytes:
    got = b""
    while len(got) < size:
        piece = os.read(socket, min(size - len(got), 1 << 20))
        if not piece:
            os._exit(0)  # nobody asks any more
        got += piece
    return got


def _write(socket: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(socket, view) :]


def _answer(con: duckdb.DuckDBPyConnection, request: Mapping[str, Any], memory_mb: int) -> dict[str, Any]:
    text, files = request["sql"], [f for t in request["tables"].values() for f in t["files"]]
    signal.alarm(math.ceil(request["seconds"]) + 2)  # should the asker be gone by then
    enclosure.limit(seconds=request["seconds"], memory_mb=memory_mb, files=len(files))
    listed = ", ".join(_quoted(file) for file in files)
    con.execute(f"set allowed_paths = [{listed}]")
    con.execute("set enable_external_access = false")
    enclosure.close_in(files, landlock=request["landlock"])
    return _run(con, request, text, files)


def _run(
    con: duckdb.DuckDBPyConnection, request: Mapping[str, Any], text: str, files: Sequence[str]
) -> dict[str, Any]:
    tables = request["tables"]
    read: set[str] = set()
    started = time.perf_counter()
    try:
        for name, table in tables.items():
            con.execute(f'create temp view "{name}" as {table["view"]}')
        con.execute("set lock_configuration = true")
        if request["check"]:
            read = checking.check(con, text, request["names"])
        columns, rows, truncated = _rows(con, text, request["limit"])
    except Exception as error:  # whatever it is, the learner is told in plain words, and this process ends
        known = {column for name in read for column in tables.get(name, {}).get("columns", ())}
        words = wording.in_words(_placed(con, text, error), known, files)
        too_much = isinstance(error, (MemoryError, RecursionError, duckdb.OutOfMemoryException))
        return _problem("stopped" if too_much else "refused", words, text)
    if text.lstrip().lower().startswith("explain") or not request["check"]:
        rows = [[wording.without_paths(v, files) if isinstance(v, str) else v for v in row] for row in rows]
    return {
        "status": "done",
        "columns": columns,
        "rows": rows,
        "truncated": truncated,
        "seconds": round(time.perf_counter() - started, 4),
    }


def _placed(con: duckdb.DuckDBPyConnection, text: str, error: Exception) -> Exception:
    """The same error with its place: DuckDB leaves it out where a statement becomes a relation."""
    if (
        not isinstance(error, duckdb.Error)
        or '"exception_message"' in str(error)
        or isinstance(error, duckdb.OutOfMemoryException)
    ):
        return error
    try:
        con.execute(text if re.match(r"\s*explain", text, re.IGNORECASE) else f"{text}\nlimit 0")
    except duckdb.Error as again:
        return again if '"exception_message"' in str(again) else error
    return error


def _problem(status: str, words: wording.Words, text: str) -> dict[str, Any]:
    line, column = wording.place(text, words.at)
    return {
        "status": status,
        "problem": words.problem[:1_000],
        "mend": words.mend[:1_000],
        "line": line,
        "column": column,
    }


def _rows(
    con: duckdb.DuckDBPyConnection, text: str, limit: int
) -> tuple[list[tuple[str, str]], list[list[Any]], bool]:
    """Names and types of the columns, at most `limit` rows, and whether there were more."""
    relation = con.sql(text)
    if relation is None:
        return [], [], False
    names, types = list(relation.columns), [str(kind) for kind in relation.types]
    picked = ", ".join(_column(i, kind) for i, kind in enumerate(types, start=1))
    rows: list[list[Any]] = []
    size, truncated = 0, False
    for row in relation.limit(limit + 1).project(picked).fetchall():
        made = [_plain(value) for value in row]
        size += sum(len(v) if isinstance(v, str) else 9 for v in made)
        if len(rows) == limit or size > LARGEST_ANSWER:
            truncated = True
            break
        rows.append(made)
    return [(name[:200], kind[:200]) for name, kind in zip(names, types, strict=True)], rows, truncated


def _column(index: int, kind: str) -> str:
    """Times with a zone as text (all are UTC here): Python would want a library for them."""
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"cast(timezone('UTC', #{index}) as timestamp) as c{index}"
    return f"cast(#{index} as varchar) as c{index}" if "TIME ZONE" in kind else f"#{index} as c{index}"


def _plain(value: Any, depth: int = 0) -> Any:  # noqa: PLR0911 - one case a type
    """A value as JSON has it: times ISO 8601 in UTC, whole numbers beyond 2^53 as text."""
    match value:
        case None | bool():
            return value
        case str():
            return value if len(value) <= LONGEST_CELL else value[:LONGEST_CELL] + " ..."
        case int():
            return value if -SAFE_INTEGER <= value <= SAFE_INTEGER else str(value)
        case float():
            return value if math.isfinite(value) else str(value)
        case Decimal():
            return float(value)
        case datetime():
            return value.isoformat() + "Z"
        case date():
            return value.isoformat()
        case timedelta():
            return str(value)
        case bytes():
            return "\\x" + value[:64].hex() + (" ..." if len(value) > 64 else "")
        case list() | tuple() if depth < 8:
            return [_plain(v, depth + 1) for v in value[:200]]
        case dict() if depth < 8:
            return {str(k)[:200]: _plain(v, depth + 1) for k, v in list(value.items())[:200]}
        case _:
            return str(value)[:LONGEST_CELL]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
