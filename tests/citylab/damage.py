"""Ways in which files arrive damaged, for every slice's tests: `DAMAGES[name](bytes) -> bytes`.

`DAMAGES` work on the bytes of any text table (CSV, JSON lines, ...). `SHEET_DAMAGES` work on any archive or
binary file. A reader must answer each with findings or a Refusal, never with another exception.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from functools import cache

Damage = Callable[[bytes], bytes]


def _lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


def _middle(data: bytes, insert: bytes) -> bytes:
    lines = _lines(data)
    at = len(lines) // 2
    return b"".join([*lines[:at], insert, *lines[at:]])


def _header_again(data: bytes) -> bytes:
    return _middle(data, (_lines(data) or [b""])[0])


def _ragged(data: bytes) -> bytes:
    return _middle(
        data, b"too,many,cells,in,this,row,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23\nfew\n"
    )


def _swapped(data: bytes) -> bytes:
    """The first two cells change places from the middle on: columns shifted."""
    lines = _lines(data)
    half = len(lines) // 2
    rows = [line.rstrip(b"\r\n").split(b",") for line in lines[half:]]
    shifted = [b",".join([*row[1:2], row[0], *row[2:]]) + b"\n" for row in rows]
    return b"".join([*lines[:half], *shifted])


def _noise(data: bytes, share: float = 0.02) -> bytes:
    random_ = random.Random(11)
    changed = bytearray(data)
    for _ in range(int(len(changed) * share)):
        changed[random_.randrange(len(changed))] = random_.randrange(256)
    return bytes(changed)


def _garbage(_: bytes) -> bytes:
    return random.Random(5).randbytes(20_000)


@cache
def _bomb(_: bytes) -> bytes:
    """Three GiB of commas in about 3 MB: it must be refused before it fills the memory."""
    return gzip.compress(b"a,b\n" + b"1,2\n" * (1 << 22)) * 192


def _odd_gzip(data: bytes) -> bytes:
    packed = bytearray(gzip.compress(data))
    for at in range(len(packed) // 2, len(packed) // 2 + 20):
        packed[at % len(packed)] ^= 0x5A
    return bytes(packed)


DAMAGES: dict[str, Damage] = {
    "empty": lambda _: b"",
    "only blank lines": lambda _: b"\n\n \n\r\n",
    "only the header": lambda data: (_lines(data) or [b""])[0],
    "no header": lambda data: b"".join(_lines(data)[1:]),
    "header again": _header_again,
    "cut in the middle of a row": lambda data: data[: len(data) * 2 // 3 - 3],
    "ragged rows": _ragged,
    "a quote never closed": lambda data: _middle(data, b'"open,'),
    "a quote in every row": lambda data: data.replace(b",", b',"', 40),
    "swapped columns": _swapped,
    "NUL bytes": lambda data: _middle(data, b"\0\0\0"),
    "all NUL": lambda _: b"\0" * 5000,
    "another encoding": lambda data: (
        data.decode("utf-8", "replace").encode("cp1252", "replace") + b"caf\xe9,\xb0C\n"
    ),
    "utf-16": lambda data: data.decode("utf-8", "replace").encode("utf-16"),
    "bad bytes": lambda data: _middle(data, b"\xff\xfe\xc3\x28\xa0\n"),
    "binary garbage": _garbage,
    "a web page": lambda _: b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>",
    "an error message": lambda _: b'{"error": {"code": 403, "message": "API key missing"}}',
    "random noise": _noise,
    "gzip": gzip.compress,
    "gzip cut short": lambda data: gzip.compress(data)[:-20],
    "gzip damaged inside": _odd_gzip,
    "gzip bomb": _bomb,
    "a PDF": lambda _: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n" + bytes(range(256)) * 10,
    "a picture": lambda _: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 10,
    "old line ends": lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r"),
    "one endless line": lambda _: b"a" * 6_000_000,
    "deep JSON": lambda _: b"[" * 200_000,
    "numbers beyond measure": lambda data: _middle(data, b"1e999,9" + b"9" * 400 + b",-,nan,inf\n"),
    "zip end only": lambda _: b"PK\x05\x06" + b"\0" * 18,
    "zip header only": lambda _: b"PK\x03\x04" + b"\0" * 40,
    "old Excel header only": lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
}
"""Damage to the bytes of a text table."""


def _cut(share: float) -> Damage:
    return lambda data: data[: int(len(data) * share)]


SHEET_DAMAGES: dict[str, Damage] = {
    "cut at the end": _cut(0.98),
    "cut in half": _cut(0.5),
    "cut at the start": lambda data: data[100:],
    "noise": _noise,
    "a little noise": lambda data: _noise(data, 0.001),
    "only the start": lambda data: data[:64],
    "text instead": lambda _: b"this is no workbook",
    "empty": lambda _: b"",
    "bytes after the end": lambda data: data + b"\0garbage" * 50,
}
"""Damage to a binary file (workbook, archive)."""
