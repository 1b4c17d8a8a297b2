"""People as hashes: HMAC-SHA256 with the city's own salt (RFC 2104, FIPS 198-1).

Without the salt nobody can tell who stands behind a hash, not even by trying all names; the same person
has different hashes in two cities, so two cities' posts cannot be joined by author.
"""

from __future__ import annotations

import hmac
import unicodedata
from hashlib import sha256

import pyarrow as pa

HEX_DIGITS = 32
"""Digits kept: 128 bits, where two of a billion people collide with a chance below 1e-20."""


def pseudonym(name: str, *, salt: bytes, city_id: str, role: str = "author") -> str:
    """The hash of one name: 32 hexadecimal digits.

    Names are compared as people do: "@Budi " and "budi" are one author. `role` keeps authors and ids of
    posts apart. Raises ValueError where there is no salt: an unsalted hash hides nobody.
    """
    if not salt:
        raise ValueError("a pseudonym needs the city's salt")
    plain = unicodedata.normalize("NFKC", name).strip().lstrip("@").strip().casefold()
    message = "\x1f".join((city_id, role, plain)).encode()
    return hmac.new(salt, message, sha256).hexdigest()[:HEX_DIGITS]


def pseudonyms(
    names: pa.Array | pa.ChunkedArray, *, salt: bytes, city_id: str, role: str = "author"
) -> pa.Array:
    """A text column hashed value by value; empty stays empty (each distinct name is hashed once).

    Raises ValueError where there is no salt.
    """
    if isinstance(names, pa.ChunkedArray):
        names = names.combine_chunks()
    coded = names.dictionary_encode()
    hashes = [
        pseudonym(name, salt=salt, city_id=city_id, role=role) if name and name.strip() else None
        for name in coded.dictionary.to_pylist()
    ]
    return pa.array(hashes, pa.string()).take(coded.indices)
