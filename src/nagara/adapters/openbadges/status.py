"""Bitstring Status List 1.0: one bit a credential, gzip, base64url in multibase."""

from __future__ import annotations

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable

LEAST_BITS = 131_072
"""16 kB: so many that nobody learns from a request which credential is looked at."""
MOST_BYTES = 16 * 1024 * 1024


def encode(places: Iterable[int], length: int = LEAST_BITS) -> str:
    """A list whose bits at `places` are set; place 0 is the left-most bit. The same places, the same text."""
    bits = bytearray(length // 8)
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")


def decode(text: str) -> bytes:
    """The bits. Raises ValueError for what is no such list, or is larger than is sound."""
    if not text.startswith("u"):
        raise ValueError("a status list begins with u")
    try:
        packed = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
        unpacker = zlib.decompressobj(wbits=31)
        bits = unpacker.decompress(packed, MOST_BYTES)
    except (binascii.Error, zlib.error) as error:
        raise ValueError("this is no status list") from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise ValueError("this status list is too long or cut off")
    return bits


def is_set(bits: bytes, place: int) -> bool:
    """The bit of one credential. Raises ValueError where the list does not reach so far."""
    if not 0 <= place < len(bits) * 8:
        raise ValueError("the status list is shorter than the place asked for")
    return bool(bits[place // 8] & (0x80 >> place % 8))
