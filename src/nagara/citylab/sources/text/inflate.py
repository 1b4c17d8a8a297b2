"""Bytes of a file, inflated within limits, block by block: bombs are refused, cut archives end early."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nagara.citylab.findings import Findings, Refusal

BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a compressed file may grow: total bytes, and growth beyond `free` bytes."""

    total: int = 2 << 30
    ratio: int = 200
    free: int = 64 << 20


LIMITS = Limits()

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"OBJ", "an Avro file"),
)


def magic(head: bytes) -> str:
    """What the first bytes say: "gzip", "zip", "xls", ... or "" for what may be text."""
    for start, name in _MAGIC:
        if head.startswith(start):
            return name
    return ""


_DECODERS: dict[str, Callable[[], Any]] = {
    "gzip": lambda: zlib.decompressobj(31),
    "bzip2": bz2.BZ2Decompressor,
    "xz": lzma.LZMADecompressor,
}
_INFLATE_ERRORS = (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError)


def blocks(path: Path, findings: Findings, limits: Limits = LIMITS) -> Iterator[bytes]:
    """Blocks of the file's bytes, inflated where gzip, bzip2 or xz. A damaged archive ends early.

    Raises Refusal where the file cannot be opened or grows beyond `limits`.
    """
    try:
        raw = path.open("rb")
    except OSError as error:
        raise Refusal(f"cannot be opened: {error.strerror}.", findings, where=path.name) from error
    with raw:
        kind = magic(raw.read(16))
        raw.seek(0)
        if kind not in _DECODERS:
            while block := raw.read(BLOCK):
                yield block
            return
        yield from _inflated(raw, kind, path.name, findings, limits)


def _inflated(
    raw: io.BufferedReader, kind: str, file: str, findings: Findings, limits: Limits
) -> Iterator[bytes]:
    """Inflated blocks of every member of an archive (gzip members may follow one another)."""
    taken = given = 0
    decoder, fresh = _DECODERS[kind](), True
    try:
        while data := raw.read(BLOCK // 4):
            taken += len(data)
            while data:
                if fresh and len(data) < 16:
                    data += raw.read(BLOCK // 4)
                if fresh and magic(data) != kind:
                    if data.strip(b"\0"):
                        _tail(findings, file, kind)
                    return
                for block in _drained(decoder, data):
                    given += len(block)
                    _bounded(given, taken, file, findings, limits)
                    yield block
                fresh, data = decoder.eof, decoder.unused_data
                if fresh:
                    decoder = _DECODERS[kind]()
        if not fresh and kind == "gzip":
            yield decoder.flush()
            fresh = decoder.eof
    except _INFLATE_ERRORS as error:
        _cut_short(findings, file, given, f"the {kind} archive is damaged ({error})")
        return
    if not fresh:
        _cut_short(findings, file, given, f"the {kind} archive ends too early")


def _drained(decoder: Any, data: bytes) -> Iterator[bytes]:
    """What `decoder` makes of `data`, in blocks of bounded size."""
    block = decoder.decompress(data, BLOCK)
    while block or data:
        if block:
            yield block
        if decoder.eof:
            return
        data = getattr(decoder, "unconsumed_tail", b"")
        if not data and getattr(decoder, "needs_input", True):
            return
        block = decoder.decompress(data, BLOCK)


def _tail(findings: Findings, file: str, kind: str) -> None:
    findings.warn(
        "archive-tail",
        f"bytes after the end of the {kind} archive were left out.",
        file=file,
        mend="Compress the file anew.",
    )


def _bounded(given: int, taken: int, file: str, findings: Findings, limits: Limits) -> None:
    if given > limits.total or (given > limits.free and given > taken * limits.ratio):
        findings.refuse(
            "bomb", f"grows from {taken:,} to more than {given:,} bytes when inflated.", file=file
        )
        raise Refusal(
            f"inflates to more than {given:,} bytes from {taken:,}: refused as an archive bomb.",
            findings,
            where=file,
            mend="Split the file, or set [read] max_gib in the mapping file if its size is right.",
        )


def _cut_short(findings: Findings, file: str, given: int, what: str) -> None:
    findings.refuse(
        "truncated",
        f"{what}: what came before was read ({given:,} bytes), the rest is lost.",
        file=file,
        mend="Fetch or export the file again.",
    )


class Stream(io.RawIOBase):
    """Blocks as a file that can be read once, from start to end."""

    def __init__(self, source: Iterator[bytes]) -> None:
        super().__init__()
        self._source, self._held = source, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        while len(self._held) < size or size < 0:
            block = next(self._source, None)
            if block is None:
                break
            self._held = self._held + block if self._held else block
        if size < 0 or size >= len(self._held):
            got, self._held = self._held, b""
        else:
            got, self._held = self._held[:size], self._held[size:]
        return got

    def readinto(self, buffer: Any, /) -> int:
        got = self.read(len(buffer))
        buffer[: len(got)] = got
        return len(got)

    def push(self, data: bytes) -> None:
        """Put bytes back to be read next."""
        self._held = data + self._held
