"""Judge a badge that somebody shows: ours or a stranger's, as JSON, JWT or baked picture. Offline."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from nagara.adapters.openbadges import multikey, structure, tokens
from nagara.adapters.openbadges.baking import PNG, baked
from nagara.adapters.openbadges.canonical import Dropped
from nagara.adapters.openbadges.contexts import Contexts, UnknownContext
from nagara.adapters.openbadges.proofs import SUITES, check_proof

MOST_BYTES = 2 * 1024 * 1024


class Verdict(StrEnum):
    """What can be said, from the worst to the best."""

    UNREADABLE = "unreadable"
    MALFORMED = "malformed"
    FORGED = "forged"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_YET = "not yet valid"
    OPEN = "cannot be judged offline"
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was found: what follows from it, what it is, and where it stands."""

    verdict: Verdict
    what: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The worst that was found decides. `version` is "3.0", "2.0" or "" where it is no badge; `proof` names
    how it was secured; `document` is the credential as far as it could be read."""

    problems: tuple[Problem, ...] = ()
    version: str = ""
    proof: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        order = list(Verdict)
        return min((problem.verdict for problem in self.problems), key=order.index, default=Verdict.VALID)

    @property
    def sound(self) -> bool:
        return self.verdict is Verdict.VALID


@dataclass(frozen=True, slots=True)
class Keys:
    """Public keys that are known: for Data Integrity by verification method, for JWT by kid. `issuers` says
    which issuer a key belongs to."""

    methods: Mapping[str, Ed25519PublicKey] = field(default_factory=dict)
    tokens: Mapping[str, tokens.Key] = field(default_factory=dict)
    issuers: Mapping[str, str] = field(default_factory=dict)


Status = Callable[[Mapping[str, Any]], bool | None]
"""Of a credentialStatus: True where it is revoked, False where not, None where nobody here knows."""


def judge(  # noqa: PLR0911 (one kind of file a line)
    data: bytes | str,
    *,
    contexts: Contexts,
    keys: Keys | None = None,
    status: Status | None = None,
    now: datetime | None = None,
) -> Judgement:
    """Judge a badge. Never raises for what is inside `data`."""
    keys, now = keys or Keys(), now or datetime.now(UTC)
    raw = data.encode() if isinstance(data, str) else data
    if len(raw) > MOST_BYTES:
        return _no("The file is larger than 2 MB.")
    if raw.startswith(PNG) or b"<svg" in raw[:4096]:
        inside = baked(raw)
        if inside is None:
            return _no("The picture holds no credential, or it is damaged.")
        text = inside
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            return _no("The file is neither JSON nor a JWT nor a picture with a badge.")
    text = text.strip()
    if tokens.parts(text) is not None:
        return _token(text, keys, status, now)
    try:
        document = json.loads(text, parse_constant=_never)
    except (ValueError, RecursionError):
        return _no("The file is neither JSON nor a JWT nor a picture with a badge.")
    if not isinstance(document, dict):
        return _no("The JSON is no badge: it is no object.")
    return _document(document, contexts, keys, status, now)


def _never(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def _no(what: str) -> Judgement:
    return Judgement((Problem(Verdict.UNREADABLE, what),))


def _document(
    document: dict[str, Any], contexts: Contexts, keys: Keys, status: Status | None, now: datetime
) -> Judgement:
    kind = structure.v2_class(document)
    if kind is not None:
        return _v2(document, kind, signed="", now=now)
    if not structure.is_v3(document):
        return _no("The JSON is no Open Badge: it names neither its context nor its type.")
    found = _form(document)
    proofs = document.get("proof")
    proofs = proofs if isinstance(proofs, list) else [] if proofs is None else [proofs]
    if not found:
        if not proofs:
            found.append(Problem(Verdict.OPEN, "It carries no proof: anybody may have written it.", "proof"))
        for proof in proofs:
            found += _proof(document, proof, contexts, keys)
        found += _dates(document, now) + _status(document, status)
    suite = next((str(p.get("cryptosuite", "")) for p in proofs if isinstance(p, dict)), "")
    return Judgement(tuple(found), "3.0", suite, document)


def _form(document: Mapping[str, Any]) -> list[Problem]:
    return [Problem(Verdict.MALFORMED, what, where) for where, what in structure.problems(document)]


def _proof(  # noqa: PLR0911 (one question after another)
    document: dict[str, Any], proof: Any, contexts: Contexts, keys: Keys
) -> list[Problem]:
    """What a Data Integrity proof proves."""
    if not isinstance(proof, dict) or proof.get("type") != "DataIntegrityProof":
        kind = proof.get("type") if isinstance(proof, dict) else proof
        return [Problem(Verdict.OPEN, f"The proof is of a kind that is not known here: {kind}.", "proof")]
    suite, method = proof.get("cryptosuite"), str(proof.get("verificationMethod", ""))
    if suite not in SUITES:
        return [Problem(Verdict.OPEN, f"The cryptosuite {suite} is not known here.", "proof.cryptosuite")]
    if proof.get("proofPurpose") != "assertionMethod":
        return [Problem(Verdict.FORGED, "The proof was made for another purpose.", "proof.proofPurpose")]
    key = keys.methods.get(method) or multikey.of_method(method)
    if key is None:
        return [Problem(Verdict.OPEN, f"The key {method} has to be fetched from its issuer.", "proof")]
    holder = keys.issuers.get(method) or method.partition("#")[0]
    if holder != _issuer(document):
        return [Problem(Verdict.FORGED, f"The key belongs to {holder}, not to the issuer.", "issuer")]
    try:
        good = check_proof(document, proof, key, contexts)
    except UnknownContext as error:
        return [Problem(Verdict.OPEN, f"The context {error.url} is not known here.", "@context")]
    except Dropped:
        return [Problem(Verdict.FORGED, "It holds properties that nobody signed.", "")]
    if good:
        return []
    return [Problem(Verdict.FORGED, "The proof does not fit: something was changed after signing.", "proof")]


def _token(text: str, keys: Keys, status: Status | None, now: datetime) -> Judgement:
    parts = tokens.parts(text)
    if parts is None:
        return _no("This is no JWT.")
    header, payload = parts
    algorithm = str(header.get("alg", ""))
    kind = structure.v2_class(payload)
    if kind is not None:
        return _v2(payload, kind, signed=algorithm or "unsigned", now=now)
    wrapped = payload.get("vc")
    if not structure.is_v3(payload) and isinstance(wrapped, dict):
        inner = {key: value for key, value in wrapped.items() if key != "proof"}
        found = [
            Problem(Verdict.MALFORMED, "The credential stands in `vc`: Open Badges 3.0 has it at the top.")
        ]
        return Judgement(tuple(found), "3.0", f"VC-JWT {algorithm}", inner)
    if not structure.is_v3(payload):
        return _no("The JWT holds no Open Badge.")
    found = _form(payload)
    if not found:
        found += [Problem(Verdict.MALFORMED, what) for what in tokens.contradictions(payload)]
        found += _signature(text, header, payload, keys)
        found += _dates(payload, now) + _status(payload, status)
    return Judgement(tuple(found), "3.0", f"VC-JWT {algorithm}", payload)


def _signature(  # noqa: PLR0911 (one question after another)
    text: str, header: Mapping[str, Any], payload: Mapping[str, Any], keys: Keys
) -> list[Problem]:
    """What the signature of a JWT proves. A key in the header proves only that nothing was changed since."""
    algorithm, kid = header.get("alg"), str(header.get("kid", ""))
    if algorithm in (None, "none", "") or str(algorithm).startswith("HS"):
        return [Problem(Verdict.FORGED, "The JWT is not signed by a public key.", "alg")]
    if algorithm not in tokens.ALGORITHMS:
        return [Problem(Verdict.OPEN, f"The algorithm {algorithm} is not known here.", "alg")]
    known = keys.tokens.get(kid)
    key = known or tokens.key_of_kid(kid) or tokens.key_of(header.get("jwk"))
    if key is None:
        where = kid or "no name"
        return [Problem(Verdict.OPEN, f"The key ({where}) has to be fetched from its issuer.", "kid")]
    if not tokens.fits(text, key):
        return [Problem(Verdict.FORGED, "The signature does not fit: something was changed.", "signature")]
    if known is not None or kid.startswith("did:jwk:"):
        holder = keys.issuers.get(kid) or kid.partition("#")[0]
        if holder != _issuer(payload):
            return [Problem(Verdict.FORGED, f"The key belongs to {holder}, not to the issuer.", "issuer")]
        return []
    what = "The signature fits the key in the file; whether that key is the issuer's has to be asked there."
    return [Problem(Verdict.OPEN, what, "jwk")]


def _issuer(document: Mapping[str, Any]) -> str:
    issuer = document.get("issuer")
    return str(issuer.get("id", "")) if isinstance(issuer, dict) else str(issuer)


def _dates(document: Mapping[str, Any], now: datetime) -> list[Problem]:
    at = int(now.timestamp())
    since = tokens.instant(document.get("validFrom") or document.get("issuanceDate"))
    until = tokens.instant(document.get("validUntil") or document.get("expirationDate"))
    if until is not None and until < at:
        return [Problem(Verdict.EXPIRED, "It was valid for a time that is over.", "validUntil")]
    if since is not None and since > at:
        return [Problem(Verdict.NOT_YET, "It becomes valid later.", "validFrom")]
    return []


def _status(document: Mapping[str, Any], status: Status | None) -> list[Problem]:
    held = document.get("credentialStatus")
    if not isinstance(held, dict):
        return []
    known = status(held) if status else None
    if known is None:
        what = "Whether it was revoked has to be asked of its issuer."
        return [Problem(Verdict.OPEN, what, "credentialStatus")]
    return [Problem(Verdict.REVOKED, "Its issuer has revoked it.", "credentialStatus")] if known else []


def _v2(document: Mapping[str, Any], kind: str, *, signed: str, now: datetime) -> Judgement:
    """Open Badges 2.0 live on their issuer's server: recognised, read, and never called valid offline."""
    found = [Problem(Verdict.MALFORMED, what, where) for where, what in structure.v2_problems(document, kind)]
    if document.get("revoked") is True:
        found.append(Problem(Verdict.REVOKED, "It says of itself that it is revoked."))
    elif not found:
        until = tokens.instant(document.get("expires"))
        if until is not None and until < now.timestamp():
            found.append(Problem(Verdict.EXPIRED, "It was valid for a time that is over.", "expires"))
        what = {
            "Assertion": "An Open Badge 2.0 is checked on its issuer's server.",
            "": "This is a part of an Open Badge 2.0 without its kind.",
        }.get(kind, f"This is a {kind} of Open Badges 2.0, not a badge that was given to somebody.")
        if signed:
            what = "The key of this Open Badge 2.0 stands on its issuer's server."
        found.append(Problem(Verdict.OPEN, what))
    return Judgement(tuple(found), "2.0", f"JWS {signed}" if signed else "hosted", document)
