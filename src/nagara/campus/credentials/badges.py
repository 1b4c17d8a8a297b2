"""The signed badge of a certificate: Open Badges 3.0, from the snapshot alone. The same certificate gives the
same bytes for ever (Ed25519 and RS256 have no chance in them)."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.text import slugify

from nagara.adapters import openbadges
from nagara.adapters.openbadges import multikey
from nagara.adapters.openbadges.contexts import BADGES, CREDENTIALS
from nagara.adapters.openbadges.status import LEAST_BITS, encode
from nagara.campus.credentials import keys
from nagara.campus.credentials.models import Certificate
from nagara.campus.design.collect_assets import ASSETS
from nagara.citylab.errors import CityLabError

CONTEXTS = ASSETS / "contexts"
FULL, OTHER = "CertificateOfCompletion", "Certificate"
PERCENT = {
    "attendance.minutes_share": ("attendance", "Share of the planned minutes attended", 100),
    "tests.post_percent": ("post-test", "Post-test", 1),
    "grades.total_percent": ("grade", "Grade of all assessed work", 1),
}
"""Facts that become results, in per cent: name in addresses, words, factor."""


def contexts() -> dict[str, Any]:
    """The JSON-LD contexts that the site ships. Raises CityLabError where they were not collected."""
    found = openbadges.load(CONTEXTS)
    if CREDENTIALS not in found or BADGES not in found:
        raise CityLabError(
            "The files that signing badges needs are missing on this machine.", mend="Run `make assets`."
        )
    return found


def issuer_id(site: str = "") -> str:
    """The address that names the issuer."""
    return (site or settings.NAGARA_ADDRESS) + reverse("badge-issuer")


def method_id(key_id: str, site: str = "") -> str:
    """The address of a key for Data Integrity."""
    return (site or settings.NAGARA_ADDRESS) + reverse("badge-key", args=[key_id])


def kid(key_id: str, site: str = "") -> str:
    """The address of a key for JWT."""
    return (site or settings.NAGARA_ADDRESS) + reverse("badge-jwk", args=[key_id])


def status_url(index: int, site: str = "") -> str:
    """The list in which a place stands."""
    return (site or settings.NAGARA_ADDRESS) + reverse("badge-status", args=[index // LEAST_BITS + 1])


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def credential(certificate: Certificate) -> dict[str, Any]:
    """The unsigned credential. Raises CityLabError where there can be none."""
    if not certificate.has_badge or certificate.status_index is None:
        raise CityLabError(
            f"{certificate.number} has no badge.",
            mend="Badges are signed for certificates that were issued here and name a person.",
        )
    kept = certificate.snapshot
    site = kept["site"]
    made: dict[str, Any] = {
        "@context": [CREDENTIALS, BADGES],
        "id": kept["id"],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"{kept['programme']}: {certificate.kind}",
        "issuer": {
            "id": issuer_id(site),
            "type": ["Profile"],
            "name": kept["paper"]["organisation"],
            "url": site,
        },
        "validFrom": _time(certificate.issued_at),
        "awardedDate": _time(certificate.issued_at),
        "credentialSubject": _subject(certificate),
        "credentialStatus": {
            "id": f"{status_url(certificate.status_index, site)}#{certificate.status_index % LEAST_BITS}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(certificate.status_index % LEAST_BITS),
            "statusListCredential": status_url(certificate.status_index, site),
        },
        "evidence": _evidence(certificate),
    }
    if certificate.valid_until:
        made["validUntil"] = _time(certificate.valid_until)
    return made


def _subject(certificate: Certificate) -> dict[str, Any]:
    kept = certificate.snapshot
    digest = hashlib.sha256((kept["email"] + kept["salt"]).encode()).hexdigest()
    names = [certificate.name]
    if kept.get("native_name") and kept["native_name"] != certificate.name:
        names.append(kept["native_name"])
    made: dict[str, Any] = {
        "id": kept["subject"],
        "type": ["AchievementSubject"],
        "identifier": [
            {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "name"}
            for name in names
        ]
        + [
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": f"sha256${digest}",
                "identityType": "emailAddress",
                "salt": kept["salt"],
            }
        ],
        "licenseNumber": certificate.number,
        "activityStartDate": f"{kept['starts']}T00:00:00Z",
        "activityEndDate": f"{kept['ends']}T00:00:00Z",
        "term": kept["batch"],
        "role": "Participant",
        "achievement": achievement_of(certificate),
    }
    results = _results(certificate)
    if results:
        made["result"] = results
    told = narrative(kept)
    if told:
        made["narrative"] = told
    return made


def achievement_url(kept: dict[str, Any]) -> str:
    """The address that names what was achieved."""
    place = [kept["programme_slug"], kept["version"], slugify(kept["kind"]) or "certificate"]
    return str(kept["site"] + reverse("badge-achievement", args=place))


def achievement_of(certificate: Certificate) -> dict[str, Any]:
    kept = certificate.snapshot
    at = achievement_url(kept)
    made: dict[str, Any] = {
        "id": at,
        "type": ["Achievement"],
        "achievementType": FULL if kept["full"] else OTHER,
        "name": f"{kept['programme']}: {certificate.kind}",
        "description": kept["summary"] or kept["programme"],
        "criteria": {"id": at, "narrative": criteria(kept["criteria"], full=kept["full"])},
        "inLanguage": "en",
    }
    described = [
        {
            "id": f"{at}#{place}",
            "type": ["ResultDescription"],
            "name": words,
            "resultType": "Percent",
            "valueMin": "0",
            "valueMax": "100",
        }
        for name, (place, words, _) in PERCENT.items()
        if name in kept["facts"]
    ]
    if described:
        made["resultDescription"] = described
    return made


def criteria(words: list[str], *, full: bool) -> str:
    """The rules in words."""
    if not full:
        return "Took part in the programme."
    return "\n".join(f"* {word}" for word in words) or "Completed the programme."


def _results(certificate: Certificate) -> list[dict[str, Any]]:
    facts, at = certificate.snapshot["facts"], achievement_url(certificate.snapshot)
    return [
        {
            "type": ["Result"],
            "resultDescription": f"{at}#{place}",
            "value": f"{round(float(facts[name]['value']) * factor, 1):g}",
        }
        for name, (place, _, factor) in PERCENT.items()
        if name in facts
    ]


def narrative(kept: dict[str, Any]) -> str:
    """Hours, and waived rules as the policy of the programme says."""
    told = [f"{kept['hours']} hours, {kept['mode'].lower()}."] if kept["hours"] not in ("", "0") else []
    waived, policy = kept["waivers"], kept["paper"]["waivers"]
    if waived and policy == "named":
        told.append("Waived: " + "; ".join(row["says"] for row in waived) + ".")
    elif waived and policy == "count":
        told.append("One rule was waived." if len(waived) == 1 else f"{len(waived)} rules were waived.")
    return " ".join(told)


def _evidence(certificate: Certificate) -> list[dict[str, Any]]:
    kept = certificate.snapshot
    found = [
        {
            "id": kept["site"] + certificate.check_url,
            "type": ["Evidence"],
            "name": "Check page",
            "description": "Says today whether the certificate holds.",
        }
    ]
    accepted = kept["facts"].get("submissions.accepted", {}).get("value")
    if accepted:
        found.append({"type": ["Evidence"], "name": "Accepted work", "narrative": ", ".join(accepted)})
    return found


def _key(certificate: Certificate) -> keys.SigningKey:
    found = keys.by_id(certificate.key_id)
    if found is None:
        raise CityLabError(
            "The key that this certificate was signed with is not on this machine.",
            mend="Put the file of badge keys back, or issue the certificate anew.",
        )
    return found


def signed_json(certificate: Certificate) -> bytes:
    """The credential with its Data Integrity proof, as a JSON file."""
    key = _key(certificate)
    made = openbadges.add_proof(
        credential(certificate),
        key.ed25519,
        method=method_id(key.key_id, certificate.snapshot["site"]),
        created=certificate.issued_at.astimezone(UTC),
        contexts=contexts(),
    )
    return json.dumps(made, ensure_ascii=False, indent=1).encode()


def signed_token(certificate: Certificate) -> str:
    """The credential as VC-JWT."""
    key = _key(certificate)
    return openbadges.sign_token(
        credential(certificate), key.rsa, kid=kid(key.key_id, certificate.snapshot["site"])
    )


def status_list(number: int, now: datetime) -> bytes:
    """A status list, signed: the bits of certificates that were revoked or replaced."""
    first = (number - 1) * LEAST_BITS
    ended = Certificate.objects.exclude(state=Certificate.State.VALID).filter(
        status_index__gte=first, status_index__lt=first + LEAST_BITS
    )
    places = sorted(
        index - first for index in ended.values_list("status_index", flat=True) if index is not None
    )
    at = settings.NAGARA_ADDRESS + reverse("badge-status", args=[number])
    made = {
        "@context": [CREDENTIALS],
        "id": at,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_id(),
        "validFrom": _time(now.replace(hour=0, minute=0, second=0, microsecond=0)),
        "credentialSubject": {
            "id": f"{at}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encode(places),
        },
    }
    key = keys.signing()
    signed = openbadges.add_proof(
        made, key.ed25519, method=method_id(key.key_id), created=now.astimezone(UTC), contexts=contexts()
    )
    return json.dumps(signed, ensure_ascii=False).encode()


def key_document(key: keys.SigningKey) -> dict[str, Any]:
    """The public half of a key for Data Integrity."""
    return multikey.document(key.ed25519, id=method_id(key.key_id), controller=issuer_id())


def jwk_document(key: keys.SigningKey) -> dict[str, Any]:
    """The public half of a key for JWT."""
    return {**key.public_jwk(), "kid": kid(key.key_id)}


def issuer_document(organisation: str) -> dict[str, Any]:
    """The issuer's profile; it says which keys may sign for it."""
    held = keys.all_keys()
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1", BADGES],
        "id": issuer_id(),
        "type": ["Profile"],
        "name": organisation,
        "url": settings.NAGARA_ADDRESS,
        "alsoKnownAs": [did()],
        "verificationMethod": [key_document(key) for key in held],
        "assertionMethod": [method_id(key.key_id) for key in held],
    }


def did() -> str:
    """The issuer as did:web; meaningful where the site is reached by https."""
    host = settings.NAGARA_ADDRESS.partition("://")[2].rstrip("/").replace(":", "%3A")
    return "did:web:" + host.replace("/", ":")


def did_document() -> dict[str, Any]:
    """The same keys for those who resolve did:web."""
    me = did()
    methods: list[dict[str, Any]] = []
    for key in keys.all_keys():
        methods.append(
            {
                "id": f"{me}#{key.key_id}",
                "type": "Multikey",
                "controller": me,
                "publicKeyMultibase": multikey.multibase(key.ed25519),
            }
        )
        methods.append(
            {
                "id": f"{me}#{key.key_id}-rsa",
                "type": "JsonWebKey",
                "controller": me,
                "publicKeyJwk": key.public_jwk(),
            }
        )
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/jwk/v1",
        ],
        "id": me,
        "alsoKnownAs": [issuer_id()],
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def known_keys() -> openbadges.judging.Keys:
    """Our own keys, as the judge needs them: with the issuer that each belongs to."""
    methods, tokens, issuers = {}, {}, {}
    for key in keys.all_keys():
        methods[method_id(key.key_id)] = key.ed25519.public_key()
        tokens[kid(key.key_id)] = key.rsa
        issuers[method_id(key.key_id)] = issuers[kid(key.key_id)] = issuer_id()
    return openbadges.judging.Keys(methods, tokens, issuers)


def own_status(held: Any) -> bool | None:
    """Of a credentialStatus: whether it is one of ours, and revoked."""
    prefix = settings.NAGARA_ADDRESS + reverse("badge-status", args=[1]).removesuffix("1/")
    url, index = str(held.get("statusListCredential", "")), str(held.get("statusListIndex", ""))
    number = url.removeprefix(prefix).removesuffix("/")
    if not url.startswith(prefix) or not (number.isdecimal() and index.isdecimal()):
        return None
    if len(number) > 6 or len(index) > 6:
        return None
    place = (int(number) - 1) * LEAST_BITS + int(index)
    found = Certificate.objects.filter(status_index=place).first()
    return None if found is None else found.state != Certificate.State.VALID
