"""What an Open Badge must look like: the classes of 3.0 with their properties, and those of 2.0 by name.

A row is `name kind least most`; `most` 0 stands for any number. Names and numbers are facts of the 1EdTech
data model; the words are ours. Unknown properties are extensions and allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

VC2 = "https://www.w3.org/ns/credentials/v2"
VC1 = "https://www.w3.org/2018/credentials/v1"
BADGE_CONTEXT = re.compile(r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)*\.json\Z")
V2_CONTEXT = re.compile(
    r"https?://(w3id\.org|openbadgespec\.org|purl\.imsglobal\.org/spec)/(openbadges|ob)/v2"
)

_TEXT = """
Achievement: id URI 1 1; type TYPE 1 0; alignment Alignment 0 0; achievementType AchievementType 0 1;
  creator Profile 0 1; creditsAvailable Float 0 1; criteria Criteria 1 1; description String 1 1;
  endorsement EndorsementCredential 0 0; endorsementJwt CompactJws 0 0; fieldOfStudy String 0 1;
  humanCode String 0 1; image Image 0 1; inLanguage LanguageCode 0 1; name String 1 1;
  otherIdentifier IdentifierEntry 0 0; related Related 0 0; resultDescription ResultDescription 0 0;
  specialization String 0 1; tag String 0 0; version String 0 1
AchievementCredential: id URI 1 1; type TYPE 1 0; name String 0 1; description String 0 1; image Image 0 1;
  awardedDate DateTimeZ 0 1; credentialSubject AchievementSubject 1 1; endorsement EndorsementCredential 0 0;
  endorsementJwt CompactJws 0 0; evidence Evidence 0 0; issuer ProfileRef 1 1; validFrom DateTimeZ 1 1;
  validUntil DateTimeZ 0 1; proof Proof 0 0; credentialSchema CredentialSchema 0 0;
  credentialStatus CredentialStatus 0 1; refreshService RefreshService 0 1; termsOfUse TermsOfUse 0 0
AchievementSubject: id URI 0 1; type TYPE 1 0; activityEndDate DateTime 0 1; activityStartDate DateTime 0 1;
  creditsEarned Float 0 1; achievement Achievement 1 1; identifier IdentityObject 0 0; image Image 0 1;
  licenseNumber String 0 1; narrative Markdown 0 1; result Result 0 0; role String 0 1; source Profile 0 1;
  term String 0 1
Alignment: type TYPE 1 0; targetCode String 0 1; targetDescription String 0 1; targetName String 1 1;
  targetFramework String 0 1; targetType AlignmentTargetType 0 1; targetUrl URL 1 1
Criteria: id URI 0 1; narrative Markdown 0 1
EndorsementCredential: id URI 1 1; type TYPE 1 0; name String 1 1; description String 0 1;
  credentialSubject EndorsementSubject 1 1; awardedDate DateTimeZ 0 1; issuer ProfileRef 1 1;
  validFrom DateTimeZ 1 1; validUntil DateTimeZ 0 1; proof Proof 0 0; credentialSchema CredentialSchema 0 0;
  credentialStatus CredentialStatus 0 1; refreshService RefreshService 0 1; termsOfUse TermsOfUse 0 0
EndorsementSubject: id URI 1 1; type TYPE 1 0; endorsementComment Markdown 0 1
Evidence: id URI 0 1; type TYPE 1 0; narrative Markdown 0 1; name String 0 1; description String 0 1;
  genre String 0 1; audience String 0 1
IdentityObject: type String 1 1; hashed Boolean 1 1; identityHash IdentityHash 1 1;
  identityType IdentifierTypeEnum 1 1; salt String 0 1
Image: id URI 1 1; type String 1 1; caption String 0 1
Profile: id URI 1 1; type TYPE 1 0; name String 0 1; url URI 0 1; description String 0 1;
  endorsement EndorsementCredential 0 0; endorsementJwt CompactJws 0 0; image Image 0 1;
  address Address 0 1; otherIdentifier IdentifierEntry 0 0; official String 0 1;
  parentOrg Profile 0 1; dateOfBirth Date 0 1
Related: id URI 1 1; type TYPE 1 0; inLanguage LanguageCode 0 1; version String 0 1
Result: type TYPE 1 0; achievedLevel URI 0 1; alignment Alignment 0 0; resultDescription URI 0 1;
  status ResultStatusType 0 1; value String 0 1
ResultDescription: id URI 1 1; type TYPE 1 0; alignment Alignment 0 0; allowedValue String 0 0;
  name String 1 1; requiredLevel URI 0 1; requiredValue String 0 1; resultType ResultType 1 1;
  rubricCriterionLevel RubricCriterionLevel 0 0; valueMax String 0 1; valueMin String 0 1
RubricCriterionLevel: id URI 1 1; type TYPE 1 0; alignment Alignment 0 0; description String 0 1;
  level String 0 1; name String 1 1; points String 0 1
CredentialSchema: id URI 1 1; type String 1 1
CredentialStatus: id URI 1 1; type String 1 1
RefreshService: id URI 1 1; type String 1 1
TermsOfUse: id URI 0 1; type String 1 1
Proof: type String 1 1; created DateTime 0 1; cryptosuite String 0 1; challenge String 0 1;
  domain String 0 1; nonce String 0 1; proofPurpose String 0 1; proofValue String 0 1;
  verificationMethod URI 0 1
"""
NEEDS_TYPE = {
    "AchievementCredential": ("AchievementCredential", "OpenBadgeCredential"),
    **{
        name: (name,)
        for name in (
            *("Achievement", "AchievementSubject", "Alignment", "EndorsementSubject", "Evidence"),
            *("EndorsementCredential", "Profile", "Related", "Result", "ResultDescription"),
            "RubricCriterionLevel",
        )
    },
}
"""Classes that must name themselves (one of these) in `type`."""
STATUSES = ("Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew")
V2: dict[str, tuple[str, ...]] = {
    "Assertion": ("id", "recipient", "badge", "verification", "issuedOn"),
    "BadgeClass": ("id", "name", "description", "image", "criteria", "issuer"),
    "Issuer": ("id", "name", "url", "email"),
    "Profile": ("id", "name", "url", "email"),
    "CryptographicKey": ("id", "owner", "publicKeyPem"),
    "RevocationList": ("id", "issuer", "revokedAssertions"),
    "Endorsement": ("id", "claim", "issuer", "issuedOn", "verification"),
}
"""Classes of Open Badges 2.0 and the properties that each must have."""


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a class: its kind, and how often it may stand (`most` 0: any number)."""

    name: str
    kind: str
    least: int
    most: int


def _read() -> dict[str, dict[str, Property]]:
    classes: dict[str, dict[str, Property]] = {}
    for block in re.split(r"\n(?=\w+:)", _TEXT.strip()):
        name, _, rows = block.partition(":")
        found = [row.split() for row in rows.split(";")]
        classes[name] = {n: Property(n, kind, int(a), int(b)) for n, kind, a, b in found}
    return classes


CLASSES = _read()
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+\Z")
_DAY = r"\d{4}-\d\d-\d\d"
_TIME = _DAY + r"T\d\d:\d\d:\d\d(\.\d+)?"
CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "URI": (lambda v: isinstance(v, str) and bool(_URI.match(v)), "must be an address (URI)"),
    "URL": (lambda v: isinstance(v, str) and bool(re.match(r"https?://\S+\Z", v)), "must be a web address"),
    "String": (lambda v: isinstance(v, str), "must be text"),
    "Markdown": (lambda v: isinstance(v, str), "must be text"),
    "LanguageCode": (
        lambda v: isinstance(v, str) and bool(re.match(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z", v)),
        "must be a language tag such as en",
    ),
    "Float": (lambda v: isinstance(v, int | float) and not isinstance(v, bool), "must be a number"),
    "IdentifierEntry": (lambda v: isinstance(v, Mapping), "must be an object"),
    "Address": (lambda v: isinstance(v, Mapping), "must be an object"),
    "Boolean": (lambda v: isinstance(v, bool), "must be true or false"),
    "Date": (lambda v: isinstance(v, str) and bool(re.match(_DAY + r"\Z", v)), "must be a day"),
    "DateTime": (
        lambda v: isinstance(v, str) and bool(re.match(_TIME + r"(Z|[+-]\d\d:\d\d)?\Z", v)),
        "must be a date with a time",
    ),
    "DateTimeZ": (
        lambda v: isinstance(v, str) and bool(re.match(_TIME + r"(Z|[+-]\d\d:\d\d)\Z", v)),
        "must be a date with time and zone",
    ),
    "CompactJws": (
        lambda v: isinstance(v, str) and bool(re.match(r"[\w-]+\.[\w-]+\.[\w-]+\Z", v)),
        "must be a compact JWS",
    ),
    "IdentityHash": (lambda v: isinstance(v, str) and bool(v), "must be text"),
    "ResultStatusType": (lambda v: v in STATUSES, "must be one of " + ", ".join(STATUSES)),
}


def problems(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with an Open Badge 3.0: (where, what) each; empty where its form is sound. Credentials
    of the W3C model 1.1 (issuanceDate, expirationDate) are allowed, as the standard allows them."""
    first, second = [*_as_list(document.get("@context")), None, None][:2]
    found: list[tuple[str, str]] = []
    if first not in (VC2, VC1):
        found.append(("@context", f"must begin with {VC2}"))
    if not isinstance(second, str) or not BADGE_CONTEXT.match(second):
        found.append(("@context", "must name the Open Badges 3.0 context second"))
    if "VerifiableCredential" not in _as_list(document.get("type")):
        found.append(("type", "must name VerifiableCredential"))
    if first == VC1:
        renamed = {"issuanceDate": "validFrom", "expirationDate": "validUntil"}
        document = {renamed.get(key, key): value for key, value in document.items()}
    found += _object("AchievementCredential", document, "", 0)
    return found


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _object(kind: str, value: Any, where: str, depth: int) -> Iterator[tuple[str, str]]:
    if not isinstance(value, Mapping):
        yield where, "must be an object"
        return
    if depth > 8:
        yield where, "is nested too deep"
        return
    for row in CLASSES[kind].values():
        at = f"{where}.{row.name}".lstrip(".")
        held = value.get(row.name)
        if held is None or held == []:
            if row.least:
                yield at, "is missing"
            continue
        if row.most == 1 and isinstance(held, list):
            yield at, "may stand only once"
            continue
        items = _as_list(held)
        for place, item in enumerate(items):
            yield from _value(row.kind, item, at if len(items) == 1 else f"{at}[{place}]", depth)
    named = NEEDS_TYPE.get(kind)
    if (
        named
        and value.get("type")
        and not set(named) & {t for t in _as_list(value["type"]) if isinstance(t, str)}
    ):
        yield f"{where}.type".lstrip("."), "must name " + " or ".join(named)


def _value(kind: str, item: Any, at: str, depth: int) -> Iterator[tuple[str, str]]:
    if kind == "ProfileRef":
        kind = "URI" if isinstance(item, str) else "Profile"
    if kind in CLASSES:
        yield from _object(kind, item, at, depth + 1)
        return
    check, words = CHECKS.get(kind, CHECKS["String"])
    if not check(item):
        yield at, words


def is_v3(document: Mapping[str, Any]) -> bool:
    """It says that it is an Open Badge 3.0, or another Verifiable Credential."""
    contexts = [c for c in _as_list(document.get("@context")) if isinstance(c, str)]
    return "VerifiableCredential" in _as_list(document.get("type")) or any(
        c in (VC1, VC2) or BADGE_CONTEXT.match(c) for c in contexts
    )


def v2_class(document: Mapping[str, Any]) -> str | None:
    """The class of an Open Badges 2.0 object: "" where it does not say; None where it is none at all."""
    contexts = [c for c in _as_list(document.get("@context")) if isinstance(c, str)]
    if not any(V2_CONTEXT.match(c) for c in contexts):
        return None
    kinds = [t for t in _as_list(document.get("type")) if isinstance(t, str) and t in V2]
    return kinds[0] if kinds else ""


def v2_problems(document: Mapping[str, Any], kind: str) -> list[tuple[str, str]]:
    """What an Open Badges 2.0 object lacks. A revoked one needs only its id."""
    if document.get("revoked") is True:
        return [] if document.get("id") else [("id", "is missing")]
    return [(name, "is missing") for name in V2.get(kind, ("id",)) if document.get(name) in (None, "", [])]
