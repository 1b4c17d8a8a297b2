"""Public keys as text: Multikey, did:key, JWK. Ed25519 only where the cryptosuite says so."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = b"\xed\x01"


def base58(data: bytes) -> str:
    """Base 58, Bitcoin's letters."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _LETTERS[rest] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def unbase58(text: str) -> bytes:
    """Raises ValueError for a letter that base 58 does not have."""
    number = 0
    for letter in text:
        number = number * 58 + _LETTERS.index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multibase(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """A key's public half as publicKeyMultibase: z6Mk..."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return "z" + base58(_ED25519 + public.public_bytes(Encoding.Raw, PublicFormat.Raw))


def from_multibase(text: str) -> Ed25519PublicKey:
    """Raises ValueError for what is no Ed25519 public key."""
    if not text.startswith("z"):
        raise ValueError("this is no base 58 multibase text")
    data = unbase58(text[1:])
    if not data.startswith(_ED25519) or len(data) != 34:
        raise ValueError("this is no Ed25519 public key")
    return Ed25519PublicKey.from_public_bytes(data[2:])


def of_method(method: str) -> Ed25519PublicKey | None:
    """The key that a verification method itself carries (did:key with Ed25519); None where it has to be
    looked up."""
    did, _, fragment = method.partition("#")
    if not did.startswith("did:key:"):
        return None
    text = did.removeprefix("did:key:")
    if fragment and fragment != text:
        return None
    try:
        return from_multibase(text)
    except ValueError:
        return None


def document(key: Ed25519PrivateKey | Ed25519PublicKey, *, id: str, controller: str) -> dict[str, Any]:
    """A Multikey document."""
    return {
        "@context": "https://w3id.org/security/multikey/v1",
        "id": id,
        "type": "Multikey",
        "controller": controller,
        "publicKeyMultibase": multibase(key),
    }
