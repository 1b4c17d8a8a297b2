"""Data Integrity proofs: eddsa-rdfc-2022 (made and checked), eddsa-jcs-2022 (checked)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from nagara.adapters.openbadges.canonical import json_canonical, rdf_canonical, sha256
from nagara.adapters.openbadges.contexts import Contexts
from nagara.adapters.openbadges.multikey import base58, unbase58

RDFC, JCS = "eddsa-rdfc-2022", "eddsa-jcs-2022"
SUITES = (RDFC, JCS)


def hash_data(document: dict[str, Any], proof: dict[str, Any], contexts: Contexts) -> bytes:
    """What is signed: hash of the proof's options, then hash of the document without its proof."""
    options = {key: value for key, value in proof.items() if key != "proofValue"}
    bare = {key: value for key, value in document.items() if key != "proof"}
    if proof.get("cryptosuite") == JCS:
        if "@context" in options:
            bare["@context"] = options["@context"]
        return sha256(json_canonical(options)) + sha256(json_canonical(bare))
    options["@context"] = document["@context"]
    return sha256(rdf_canonical(options, contexts)) + sha256(rdf_canonical(bare, contexts))


def add_proof(
    document: dict[str, Any], key: Ed25519PrivateKey, *, method: str, created: datetime, contexts: Contexts
) -> dict[str, Any]:
    """The document with an eddsa-rdfc-2022 proof. The same document, key and time give the same bytes."""
    proof = {
        "type": "DataIntegrityProof",
        "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": method,
        "cryptosuite": RDFC,
        "proofPurpose": "assertionMethod",
    }
    value = key.sign(hash_data(document, proof, contexts))
    return {**document, "proof": {**proof, "proofValue": "z" + base58(value)}}


def check_proof(
    document: dict[str, Any], proof: dict[str, Any], key: Ed25519PublicKey, contexts: Contexts
) -> bool:
    """True where the proof fits the document and the key. Raises UnknownContext where a context is not
    here; a property that no context explains counts as forged, for nobody signed it."""
    value = proof.get("proofValue")
    if not isinstance(value, str) or not value.startswith("z"):
        return False
    try:
        signature = unbase58(value[1:])
        key.verify(signature, hash_data(document, proof, contexts))
    except (InvalidSignature, ValueError):
        return False
    return True
