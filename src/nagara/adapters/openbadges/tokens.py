"""VC-JWT as Open Badges 3.0 says: the payload is the credential itself with iss, jti, nbf, sub and exp."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

ALGORITHMS = ("RS256", "ES256", "EdDSA")
Key = RSAKey | ECKey | OKPKey


def instant(text: Any) -> int | None:
    """A date-time of a credential in seconds since 1970; None where it is none or has no zone."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return None if moment.tzinfo is None else int(moment.timestamp())


def sign_token(credential: dict[str, Any], key: RSAKey, *, kid: str) -> str:
    """The credential as a compact JWS. RS256: what every verifier of Open Badges knows."""
    issuer = credential["issuer"]
    claims = {
        "iss": issuer["id"] if isinstance(issuer, dict) else issuer,
        "jti": credential["id"],
        "nbf": instant(credential["validFrom"]),
        "sub": credential["credentialSubject"]["id"],
    }
    if credential.get("validUntil"):
        claims["exp"] = instant(credential["validUntil"])
    body = json.dumps({**credential, **claims}, ensure_ascii=False, separators=(",", ":")).encode()
    return jws.serialize_compact({"alg": "RS256", "typ": "JWT", "kid": kid}, body, key)


def parts(text: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Header and payload of what looks like a compact JWS; None for anything else. Nothing is checked."""
    pieces = text.strip().split(".")
    if len(pieces) != 3:
        return None
    try:
        header, payload = (json.loads(_decoded(piece)) for piece in pieces[:2])
    except (ValueError, binascii.Error, RecursionError):
        return None
    return (header, payload) if isinstance(header, dict) and isinstance(payload, dict) else None


def _decoded(piece: str) -> bytes:
    return base64.urlsafe_b64decode(piece.encode("ascii", "strict") + b"=" * (-len(piece) % 4))


def fits(text: str, key: Key) -> bool:
    """True where the signature fits the key and the algorithm is one for that kind of key."""
    try:
        jws.deserialize_compact(text.strip(), key, algorithms=list(ALGORITHMS))
    except (JoseError, ValueError, TypeError):
        return False
    return True


def key_of(jwk: Any) -> Key | None:
    """A public key from a JWK; None where it is none that is known here."""
    kinds: dict[str, type[Key]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
    if not isinstance(jwk, dict) or jwk.get("kty") not in kinds:
        return None
    public = {name: value for name, value in jwk.items() if name in {"kty", "crv", "x", "y", "n", "e"}}
    try:
        made: Key = kinds[jwk["kty"]].import_key(public)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return made


def key_of_kid(kid: str) -> Key | None:
    """The key that a did:jwk carries in itself; None where it has to be looked up."""
    did = kid.partition("#")[0]
    if not did.startswith("did:jwk:"):
        return None
    try:
        return key_of(json.loads(_decoded(did.removeprefix("did:jwk:"))))
    except (ValueError, binascii.Error):
        return None


def contradictions(payload: dict[str, Any]) -> list[str]:
    """Claims that must be there and say the same as the credential."""
    issuer = payload.get("issuer")
    subject = payload.get("credentialSubject")
    wanted = {
        "iss": issuer.get("id") if isinstance(issuer, dict) else issuer,
        "jti": payload.get("id"),
        "sub": subject.get("id") if isinstance(subject, dict) else None,
        "nbf": instant(payload.get("validFrom") or payload.get("issuanceDate")),
    }
    until = payload.get("validUntil") or payload.get("expirationDate")
    if until:
        wanted["exp"] = instant(until)
    return [
        f"the claim {name} does not say what the credential says"
        for name, value in wanted.items()
        if value is not None and payload.get(name) != value
    ]
