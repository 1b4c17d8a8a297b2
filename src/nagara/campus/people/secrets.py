"""Encrypted fields: passport numbers, medical notes. Opened only by `read_secret`, which is written down.

The key comes from NAGARA_FIELD_KEY (several, comma-separated: the first writes, all read), else it is made
once and kept in the home folder. Cipher: AES-256-GCM (NIST SP 800-38D), a fresh 96-bit nonce a value.
"""

from __future__ import annotations

import base64
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

from nagara.campus.audit.domain import record_read
from nagara.citylab.errors import CityLabError

_MARK = "n1:"


class Sealed:
    """An encrypted value. It shows nothing by itself; true where there is a value."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return "(sealed)" if self.text else ""

    def __repr__(self) -> str:
        return "Sealed()"

    def __bool__(self) -> bool:
        return bool(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


class EncryptedTextField(models.TextField):
    """Text that the database holds encrypted. Assign plain text or a `Sealed`; reading gives a `Sealed`
    (after the row was saved and loaded anew). Not in forms unless a form asks for it by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        return name, path, args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, Sealed) else super().to_python(value)

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Sealed):
            return value.text
        if value is None or value == "" or not isinstance(value, str):
            return super().get_prep_value(value)
        return seal(value).text


def seal(text: str) -> Sealed:
    """Encrypt."""
    nonce = os.urandom(12)
    box = nonce + AESGCM(_keys()[0]).encrypt(nonce, text.encode(), None)
    return Sealed(_MARK + base64.urlsafe_b64encode(box).decode())


def read_secret(obj: models.Model, field: str, *, by: Any, reason: str, about: str = "") -> str:
    """The plain text of an encrypted field, written down as a read by `by` of `about` (default:
    "model/id"). Whether `by` may, the caller has asked. Raises CityLabError where no key opens it."""
    value = getattr(obj, field)
    record_read(field, about or f"{obj._meta.model_name}/{obj.pk}", by=by, reason=reason)
    if isinstance(value, Sealed):
        return _opened(value.text)
    return value or ""


def _opened(text: str) -> str:
    if not text.startswith(_MARK):
        return ""
    box = base64.urlsafe_b64decode(text.removeprefix(_MARK))
    for key in _keys():
        try:
            return AESGCM(key).decrypt(box[:12], box[12:], None).decode()
        except InvalidTag:
            continue
    raise CityLabError(
        "a field cannot be decrypted: its key is not here.",
        mend="Name the key it was written with in NAGARA_FIELD_KEY, behind the present one.",
    )


@lru_cache(maxsize=1)
def _keys() -> tuple[bytes, ...]:
    return tuple(_key(word) for word in settings.NAGARA_FIELD_KEYS)


def _key(word: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(word)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise CityLabError(
            "NAGARA_FIELD_KEY is no key.",
            mend="A key is 32 random bytes in base64 (URL alphabet); leave it out to have one made.",
        )
    return key
