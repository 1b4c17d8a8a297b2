"""Signing offline packs with the site's key, for the room of labs below."""

from __future__ import annotations

import base64
from collections.abc import Mapping


def sign(data: bytes) -> Mapping[str, str]:
    """Key id, public key and signature (Ed25519), in URL-safe base64."""
    from nagara.campus.credentials import keys

    key = keys.signing()
    return {
        "key_id": key.key_id,
        "public": base64.urlsafe_b64encode(key.ed25519.public_key().public_bytes_raw()).decode(),
        "signature": base64.urlsafe_b64encode(key.ed25519.sign(data)).decode(),
    }
