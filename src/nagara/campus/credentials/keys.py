"""The keys that sign badges: from NAGARA_BADGE_KEY, else made once in the home folder (0600).

A file of keys is JSON: {"keys": [{"id", "made", "ed25519", "rsa"}, ...]}; the last one signs, the others stay
so that what they signed can be checked for ever. Each entry has an Ed25519 key for Data Integrity and an RSA
key for JWT.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from joserfc.jwk import RSAKey

FILE = "badge-keys.json"


@dataclass(frozen=True)
class SigningKey:
    """One entry of the file."""

    key_id: str
    made: str
    seed: bytes
    pem: str

    @cached_property
    def ed25519(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def rsa(self) -> RSAKey:
        return RSAKey.import_key(self.pem)

    def public_jwk(self) -> dict[str, Any]:
        """The RSA key's public half."""
        return {**self.rsa.as_dict(private=False), "alg": "RS256", "use": "sig"}


def fresh() -> dict[str, str]:
    """A new entry for the file."""
    pair = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {
        "id": f"{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(3)}",
        "made": f"{datetime.now(UTC):%Y-%m-%d}",
        "ed25519": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "rsa": pem.decode(),
    }


def path() -> Path:
    """The file in the home folder."""
    return Path(settings.HOME) / FILE


def all_keys() -> list[SigningKey]:
    """Every key, oldest first; made where there is none yet."""
    given = settings.NAGARA_BADGE_KEY.strip()
    if given.startswith("{"):
        return _read(given)
    held = Path(given).expanduser() if given else path()
    if not held.is_file():
        if given:
            raise ImproperlyConfigured(f"NAGARA_BADGE_KEY names {held}, which is no file")
        _make(held)
    return _of_file(held, held.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _of_file(held: Path, changed: int) -> list[SigningKey]:
    return _read(held.read_text("utf-8"))


@lru_cache(maxsize=4)
def _read(text: str) -> list[SigningKey]:
    try:
        rows = json.loads(text)["keys"]
        found = [
            SigningKey(r["id"], r.get("made", ""), base64.urlsafe_b64decode(r["ed25519"]), r["rsa"])
            for r in rows
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise ImproperlyConfigured(
            "the file of badge keys cannot be read: see docs/certificates.md"
        ) from error
    if not found:
        raise ImproperlyConfigured("the file of badge keys holds no key: run `badge_keys --new`")
    return found


def _make(held: Path) -> None:
    """A first file. Of two processes that make one at once, the first wins and both use it."""
    _write(held, {"keys": [fresh()]}, replace=False)


def _write(held: Path, content: dict[str, Any], *, replace: bool) -> None:
    held.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=held.parent, prefix=".badge-keys-")  # 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
        if replace:
            Path(name).replace(held)
        else:
            os.link(name, held)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink(missing_ok=True)


def rotate() -> SigningKey:
    """Add a new key that signs from now on; the old ones stay for checking."""
    if settings.NAGARA_BADGE_KEY.strip().startswith("{"):
        raise ImproperlyConfigured("the keys stand in NAGARA_BADGE_KEY itself: add one there")
    all_keys()
    given = settings.NAGARA_BADGE_KEY.strip()
    held = Path(given).expanduser() if given else path()
    content = json.loads(held.read_text("utf-8"))
    content["keys"].append(fresh())
    _write(held, content, replace=True)
    _of_file.cache_clear()
    return signing()


def signing() -> SigningKey:
    """The key that signs now."""
    return all_keys()[-1]


def by_id(key_id: str) -> SigningKey | None:
    """A key by its id, also an old one."""
    return next((key for key in all_keys() if key.key_id == key_id), None)
