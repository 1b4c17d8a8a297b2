"""Personal links: signed, bound to a purpose, with an end, used once or often.

The link carries what it is for; nothing is kept until a single-use link is spent.
"""

from __future__ import annotations

import time
from hashlib import sha256
from typing import Any

from django.core.signing import BadSignature, TimestampSigner
from django.db import IntegrityError, transaction

from nagara.campus.people.models import SpentLink

_DAY = 24 * 3600


def _signer(purpose: str) -> TimestampSigner:
    return TimestampSigner(salt=f"nagara.people.links.{purpose}", sep=".")


def make(purpose: str, key: str, *, days: int) -> str:
    """A token (letters, digits, "-", "_", ".") to put into an address. It works for `days` days."""
    return _signer(purpose).sign_object({"k": key, "e": int(time.time()) + days * _DAY})


def read(token: str, purpose: str) -> str | None:
    """The key that the token was made for; None where it is not ours, for another purpose, too old or
    spent."""
    key = _opened(token, purpose)
    if key is None or SpentLink.objects.filter(digest=_digest(token)).exists():
        return None
    return key


def spend(token: str, purpose: str) -> str | None:
    """As `read`, and the token works no more. Of two that come at once, one gets the key."""
    key = _opened(token, purpose)
    if key is None:
        return None
    try:
        with transaction.atomic():
            SpentLink.objects.create(digest=_digest(token), purpose=purpose)
    except IntegrityError:
        return None
    return key


def _opened(token: str, purpose: str) -> str | None:
    try:
        said: Any = _signer(purpose).unsign_object(token)
    except (BadSignature, ValueError):
        return None
    if not isinstance(said, dict) or said.get("e", 0) < time.time():
        return None
    return str(said.get("k", ""))


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
