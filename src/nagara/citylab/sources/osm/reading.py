"""Runs the child process that reads OpenStreetMap files, and hands its rows on.

Framing of PBF and the inflated size of compressed XML are checked here first: a file that declares more
than it may hold is refused before anything is unpacked.
"""

from __future__ import annotations

import bz2
import gzip
import json
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import pyarrow as pa

from nagara.citylab.findings import CityLabError

MOST_INFLATED = 2 << 30
FREE_INFLATED = 64 << 20
MOST_RATIO = 200
_MOST_HEADER = 64 << 10
_MOST_BLOB = 32 << 20


class Unreadable(CityLabError):
    """A file that cannot be read as OpenStreetMap data: damaged, cut short, or more than it may hold."""


def format_of(path: Path) -> str:
    """pbf, osm, osm.gz, osm.bz2 or graphml by content; change (osmChange); empty where none of them."""
    with path.open("rb") as file:
        start = file.read(4096)
    if len(start) > 16 and start[5:6] == b"\x09" and b"OSMHeader" in start[4:24]:
        return "pbf"
    packed = ""
    if start[:2] == b"\x1f\x8b":
        packed, start = ".gz", _first_bytes(path, gzip.open)
    elif start[:3] == b"BZh":
        packed, start = ".bz2", _first_bytes(path, bz2.open)
    text = start.replace(b"\x00", b"").lower()  # UTF-16 reads the same without its zeros
    for mark, name in ((b"<graphml", "graphml"), (b"<osmchange", "change"), (b"<osm", "osm")):
        if mark in text:
            return name + packed
    return ""


def _first_bytes(path: Path, opener: Any) -> bytes:
    try:
        with opener(path, "rb") as file:
            return bytes(file.read(4096))
    except (OSError, EOFError):
        return b""


def check_size(path: Path, form: str) -> None:
    """Refuse a file that unpacks to far more than it is. Raises Unreadable."""
    size = path.stat().st_size
    if form == "pbf":
        inflated = _inflated_pbf(path)
    elif form.endswith((".gz", ".bz2")):
        inflated = _inflated_text(path, gzip.open if form.endswith(".gz") else bz2.open)
    else:
        return
    if inflated > FREE_INFLATED and inflated > MOST_RATIO * size:
        raise Unreadable(
            f"unpacks to {inflated:,} bytes, {inflated // max(size, 1)} times its size", where=path.name
        )


def _inflated_text(path: Path, opener: Any) -> int:
    total = 0
    try:
        with opener(path, "rb") as file:
            while block := file.read(1 << 20):
                total += len(block)
                if total > MOST_INFLATED:
                    break
    except (OSError, EOFError) as error:
        raise Unreadable(f"cannot be unpacked: {error}", where=path.name) from error
    if total > MOST_INFLATED:
        raise Unreadable(f"unpacks to more than {MOST_INFLATED:,} bytes", where=path.name, mend="Use PBF.")
    return total


def _inflated_pbf(path: Path) -> int:
    """Bytes that the blobs of a PBF declare (format: OSM wiki, PBF Format). Raises Unreadable."""
    total = 0
    with path.open("rb") as file:
        while head := file.read(4):
            at = file.tell() - 4
            if len(head) < 4:
                raise Unreadable(f"is cut short at byte {at:,}", where=path.name, mend="Fetch it again.")
            (length,) = struct.unpack(">I", head)
            if length > _MOST_HEADER:
                raise Unreadable(f"declares a block header of {length:,} bytes", where=path.name)
            fields = dict(_fields(file.read(length)))
            size = fields.get(3, 0)
            if size > _MOST_BLOB:
                raise Unreadable(f"declares a block of {size:,} bytes", where=path.name)
            blob = file.read(size)
            if len(blob) < size:
                raise Unreadable(f"is cut short in the block at byte {at:,}", where=path.name)
            total += dict(_fields(blob)).get(2, size)
    return total


def _fields(message: bytes) -> Iterator[tuple[int, int]]:
    """(number, value) of the top fields of a protobuf message; of a length-delimited one, its length."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        value = 0
        if key & 7 == 0:
            value, at = _varint(message, at)
        elif key & 7 == 2:
            value, at = _varint(message, at)
            at += value
        elif key & 7 in {1, 5}:
            at += 8 if key & 7 == 1 else 4
        else:
            return
        yield key >> 3, value


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message) and shift < 70:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
    return value, at


def rows_of(files: Sequence[tuple[Path, str]], keys: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Batches of the child process (`worker.SCHEMA`) for files with their formats.

    Without `keys` only the head comes: counts and bounds. Raises Unreadable where the child fails or falls.
    """
    where = ", ".join(path.name for path, _ in files)
    task = {"files": [[str(path.absolute()), form] for path, form in files], "keys": list(keys)}
    with TemporaryFile() as told:
        child = subprocess.Popen(
            [sys.executable, "-m", "nagara.citylab.sources.osm.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=told,
        )
        try:
            assert child.stdin is not None and child.stdout is not None
            child.stdin.write(json.dumps(task).encode())
            child.stdin.close()
            yield from _batches(child.stdout)
            failed = child.wait() != 0
        finally:
            if child.poll() is None:
                child.kill()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()
        if failed:
            raise Unreadable(_why(child.returncode, told), where=where, mend="Fetch the file again.")


def _batches(stream: IO[bytes]) -> Iterator[pa.RecordBatch]:
    """Batches until the stream ends or breaks; the exit code tells which."""
    try:
        with pa.ipc.open_stream(stream) as reader:
            yield from reader
    except (pa.ArrowInvalid, OSError):
        return


def _why(code: int, told: IO[bytes]) -> str:
    if code < 0:
        return "is damaged: it stopped the reader"
    told.seek(0)
    lines = told.read().decode("utf-8", "replace").strip().splitlines()
    return f"is damaged or not OpenStreetMap data: {lines[-1] if lines else 'no reason given'}"
